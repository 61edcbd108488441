"""Forms, invoices and pages of PDFs on which several tables or columns stand beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.reading.readers.pdf.text import polished
from tests.ingest.reading.readers.files import read_bytes
from tests.ingest.reading.readers.pdfpages import Sheet


def _lines(tmp_path: Path, sheet: Sheet) -> list[str]:
    return [line for line in read_bytes(tmp_path, "a.pdf", sheet.data()).text.splitlines() if line]


def _grid(sheet: Sheet, columns: Sequence[float], heights: Sequence[float]) -> None:
    sheet.canvas.grid(list(columns), list(heights))


def test_lines_of_each_cell_part_names_from_rows_and_rows_from_totals(tmp_path: Path) -> None:
    sheet = Sheet()
    columns = [60, 160, 340, 392, 442]
    for left, name in zip(columns, ("Code", "Service", "Qty", "Unit", "Price"), strict=True):
        sheet.line(name, left=left, y=660, font="Helvetica-Bold")
        for height in (672, 655, 636):
            sheet.canvas.line(left - 2, height, left + 44 if left != 160 else 336, height)
    for left, cell in zip(columns[1:], ("Hosting in Kaunas", "3", "pcs", "2 390.90"), strict=True):
        sheet.line(cell, left=left, y=641)
    for number, (name, value) in enumerate(
        (("Subtotal:", "2 390.90"), ("Discount (10%):", "-239.09"), ("To be paid:", "2 151.81"))
    ):
        sheet.line(name, left=350, y=622 - 18 * number)
        sheet.line(value, left=442, y=622 - 18 * number)
    assert _lines(tmp_path, sheet) == [
        "Code | Service | Qty | Unit | Price",
        "Service: Hosting in Kaunas; Qty: 3; Unit: pcs; Price: 2 390.90",
        "Subtotal: 2 390.90",
        "Discount (10%): -239.09",
        "To be paid: 2 151.81",
    ]


def test_rows_of_a_form_with_other_columns_are_other_tables(tmp_path: Path) -> None:
    sheet = Sheet()
    for columns, heights in (
        ([72, 200, 330], [700, 720]),
        ([72, 160, 260, 330], [660, 680, 700]),
        ([72, 130, 290, 330], [640, 660]),
    ):
        _grid(sheet, columns, heights)
    for left, y, text in (
        (76, 706, "Request AB-7"),
        (204, 706, "Issued in May"),
        (76, 686, "Part"),
        (164, 686, "Pieces"),
        (264, 686, "Price"),
        (76, 666, "Bolt"),
        (164, 666, "12"),
        (264, 666, "4.50"),
        (76, 646, "State"),
        (134, 646, "Ohio"),
        (294, 646, "ZIP"),
    ):
        sheet.line(text, left=left, y=y)
    assert _lines(tmp_path, sheet) == [
        "Request AB-7 | Issued in May",
        "Part: Bolt; Pieces: 12; Price: 4.50",
        "State | Ohio | ZIP",
    ]


def test_two_drawn_tables_side_by_side_stay_two(tmp_path: Path) -> None:
    sheet = Sheet()
    _grid(sheet, [72, 130, 200], [720, 700, 680, 660])
    _grid(sheet, [202.5, 270, 340], [720, 695, 670, 645])
    for left, top, pitch, rows in (
        (76, 706, 20, (("Driver", "Points"), ("Huisman", "37"), ("Ekblom", "30"))),
        (206, 702, 25, (("Colour", "Result"), ("Gold", "Winner"), ("Blue", "No points"))),
    ):
        for number, row in enumerate(rows):
            sheet.line(row[0], left=left, y=top - pitch * number)
            sheet.line(row[1], left=left + 64, y=top - pitch * number)
    assert _lines(tmp_path, sheet) == [
        "Driver: Huisman; Points: 37",
        "Driver: Ekblom; Points: 30",
        "Colour: Gold; Result: Winner",
        "Colour: Blue; Result: No points",
    ]


def test_a_line_down_the_page_parts_two_tables_that_nothing_rules(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line("Holdings of the fund in March")
    sheet.canvas.line(306, 700, 306, 590)
    for number in range(6):
        y = 690 - 16 * number
        for left, side in ((72, "Left"), (320, "Right")):
            sheet.line(f"{side} company {number}", left=left, y=y)
            sheet.line(f"{number + 1},{left}", left=left + 160, y=y)
    lines = _lines(tmp_path, sheet)
    assert lines.index("Left company 5 | 6,72") < lines.index("Right company 0 | 1,320")


def test_a_heading_drawn_after_its_text_stands_before_it(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line("The pension is paid from the month after the last month of work.", y=700)
    sheet.line("It is paid in even months, and on the fifteenth day of them.", y=686)
    sheet.line("The claim is sent to the office three months before that.", y=650)
    sheet.line("Whoever moves house tells the office his new address.", y=636)
    sheet.line("The claim of a pension", size=15, y=667)
    text = read_bytes(tmp_path, "a.pdf", sheet.data()).text
    assert text.index("fifteenth") < text.index("The claim of a pension") < text.index("The claim is sent")


def test_a_list_between_two_drawn_lines_keeps_its_rows(tmp_path: Path) -> None:
    sheet = Sheet()
    _grid(sheet, [72, 130, 300, 400], [720, 700, 600])
    for left, name in ((76, "Type"), (134, "Use"), (304, "Bytes")):
        sheet.line(name, left=left, y=706)
    for number, (name, use, size) in enumerate(
        (
            ("byte", "small numbers", "1"),
            ("short", "ports", "2"),
            ("int", "most numbers", "4"),
            ("long", "moments", "8"),
        )
    ):
        for left, cell in ((76, name), (134, use), (304, size)):
            sheet.line(cell, left=left, y=686 - 16 * number)
    sheet.line("of all", left=220, y=686 - 16)
    assert _lines(tmp_path, sheet)[1:3] == [
        "Type: short; Use: ports of all; Bytes: 2",
        "Type: int; Use: most numbers; Bytes: 4",
    ]


def test_labels_drawn_before_their_values_stand_beside_them(tmp_path: Path) -> None:
    sheet = Sheet()
    for left, column in (
        (72, ("Surname:", "First name:", "Passenger:")),
        (150, ("Doulcet", "Pierre", "adult")),
        (260, ("Reference:", "Customer:", "Ticket:")),
        (350, ("UMUZPV", "none", "by mail")),
    ):
        for number, text in enumerate(column):
            sheet.line(text, left=left, y=700 - 16 * number)
    assert _lines(tmp_path, sheet) == [
        "Surname: Doulcet", "First name: Pierre", "Passenger: adult",
        "Reference: UMUZPV", "Customer: none", "Ticket: by mail",
    ]  # fmt: skip


def test_three_columns_drawn_in_any_order_are_read_from_the_left(tmp_path: Path) -> None:
    sheet = Sheet()
    columns = {
        190: (
            "Challenge of insurance",
            "is a part of the large",
            "sharing economy, which",
            "grows beyond a point",
            "and needs some trust",
        ),
        310: (
            "Strategy of the company",
            "aims at the sharing of",
            "risks with all of its",
            "partners in the country",
            "and those outside it",
        ),
        70: (
            "Insight of people who",
            "save money and earn an",
            "extra income by it, so",
            "it is attracting more",
            "and more consumers now",
        ),
    }
    for left, lines in columns.items():
        for number, text in enumerate(lines):
            sheet.line(text, left=left, size=9, y=700 - 12 * number)
    text = read_bytes(tmp_path, "a.pdf", sheet.data()).text
    assert text.index("Insight") < text.index("consumers now") < text.index("Challenge") < text.index("Strategy")


def test_an_underline_in_a_drawn_table_parts_no_rows(tmp_path: Path) -> None:
    sheet = Sheet()
    _grid(sheet, [72, 160, 300], [720, 700, 660, 640])
    for left, y, text in (
        (76, 706, "Field"),
        (162, 706, "Meaning"),
        (76, 684, "Date"),
        (162, 684, "of the order"),
        (162, 668, "and of its payment"),
        (76, 646, "Sum"),
        (162, 646, "to be paid"),
    ):
        sheet.line(text, left=left, y=y)
    sheet.canvas.line(162, 682.5, 162 + sheet.canvas.stringWidth("of the order", "Helvetica", 11), 682.5)
    assert _lines(tmp_path, sheet) == [
        "Field: Date; Meaning: of the order and of its payment",
        "Field: Sum; Meaning: to be paid",
    ]


def test_a_numbered_heading_goes_on_below_its_text(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line("2  Quantifying fuel saving opportunities from specific driving", size=14, font="Helvetica-Bold")
    sheet.line("behaviour changes", size=14, font="Helvetica-Bold", left=90)
    sheet.line("The interim report included results from detailed analyses on five cycles.")
    headings = [block.name for block in read_bytes(tmp_path, "a.pdf", sheet.data()).blocks if block.level]
    assert headings == ["2 Quantifying fuel saving opportunities from specific driving behaviour changes"]


def test_a_title_in_the_middle_of_the_page_is_one_however_far_its_lines_are_apart(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.canvas.setFont("Times-Roman", 20)
    for y, text in ((700, "A Comparison of"), (656, "Programming Languages"), (612, "in Economics")):
        sheet.canvas.drawCentredString(306, y, text)
    for number in range(4):
        sheet.line(
            "We solve the growth model, the workhorse of economics, in each of the languages.", y=560 - 14 * number
        )
    assert read_bytes(tmp_path, "a.pdf", sheet.data()).title == "A Comparison of Programming Languages in Economics"


def test_running_text_beside_a_table_is_none_of_its_columns(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in range(8):
        sheet.canvas.setFont("Times-Roman", 9)
        sheet.canvas.drawString(306, 700 - 11 * number, f"models are tuned on the set of tables, {number} of all")
    for number, row in enumerate(
        (("Model", "dev", "test"), ("Herzig", "40.8", "41.7"), ("Tapas", "42.5", "43.9"), ("Large", "44.8", "45.1"))
    ):
        for left, cell in zip((72, 160, 220), row, strict=True):
            sheet.line(cell, left=left, size=9, y=700 - 22 * number)
    lines = _lines(tmp_path, sheet)
    assert "Model: Tapas; dev: 42.5; test: 43.9" in lines
    assert sum("models are tuned" in line for line in lines) == 1


def test_an_o_before_each_of_several_lines_is_a_bullet(tmp_path: Path) -> None:
    sheet = Sheet()
    for question in ("Which one of the issues matters most to you?", "How serious would you consider the matter?"):
        sheet.line(question)
        for answer in ("The environment", "Jobs and the economy", "Health care"):
            sheet.line("o", font="Courier", left=100, y=sheet.y)
            sheet.line(answer, left=118)
    kinds = [block.kind for block in read_bytes(tmp_path, "a.pdf", sheet.data()).blocks]
    assert kinds == ["paragraph", *["list_item"] * 3, "paragraph", *["list_item"] * 3]


def test_names_in_bold_above_rows_with_coloured_ground_are_names(tmp_path: Path) -> None:
    sheet = Sheet()
    rows = (
        ("Article", "Pieces", "Price"),
        ("Leather sleeve", "2", "99.99"),
        ("Mouse", "1", "21.00"),
        ("Replicator", "1", "159.99"),
        ("Rucksack", "1", "79.99"),
    )
    for number, row in enumerate(rows):
        if number in (2, 4):
            sheet.canvas.setFillGray(0.9)
            sheet.canvas.rect(60, 696 - 16 * number, 340, 16, stroke=0, fill=1)
            sheet.canvas.setFillGray(0)
        for left, cell in zip((72, 240, 330), row, strict=True):
            sheet.line(cell, left=left, y=700 - 16 * number, font="Helvetica" if number else "Helvetica-Bold")
    assert _lines(tmp_path, sheet)[:2] == [
        "Article: Leather sleeve; Pieces: 2; Price: 99.99",
        "Article: Mouse; Pieces: 1; Price: 21.00",
    ]


@pytest.mark.parametrize(
    ("drawn", "meant"),
    [
        ("l’Universite´ de la Re´union", "l’Université de la Réunion"),
        ("Jean-Franc¸ois", "Jean-François"),
        ("G¨odel und M¨uller", "Gödel und Müller"),
        ("أي ًضا بنا ًء", "أيضًا بناءً"),
    ],
)
def test_accents_stand_on_the_letters_they_belong_to(drawn: str, meant: str) -> None:
    assert polished(drawn) == meant
