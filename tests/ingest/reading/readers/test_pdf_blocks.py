"""Blocks of a page beside each other, and names that are given to the rows alone that go with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.reading.document import Document
from ingest.reading.readers.pdf.naming import named_lines
from ingest.reading.readers.tables import SPANNED
from tests.ingest.reading.readers.files import read_bytes
from tests.ingest.reading.readers.pdfpages import Sheet


def _read(tmp_path: Path, sheet: Sheet) -> Document:
    return read_bytes(tmp_path, "a.pdf", sheet.data())


def _lines(tmp_path: Path, sheet: Sheet) -> list[str]:
    return [line for line in _read(tmp_path, sheet).text.splitlines() if line]


def _columns(sheet: Sheet, columns: Sequence[tuple[float, Sequence[str]]], *, top: float = 700) -> None:
    """Columns of lines, one drawn after the other; an empty text leaves its line out."""
    for left, texts in columns:
        for number, text in enumerate(texts):
            if text:
                sheet.line(text, left=left, y=top - 14 * number)


def _rows(sheet: Sheet, lefts: Sequence[float], rows: Sequence[Sequence[str]], *, top: float) -> None:
    for number, row in enumerate(rows):
        for left, text in zip(lefts, row, strict=True):
            if text:
                sheet.line(text, left=left, y=top - 16 * number)


CLIENT = ("Client", "North Quay Ltd.", "Harbour Street 9", "08105 Northport", "VAT No.: NP100007828811")
BUYER = ("Buyer", "South Quay Ltd.", "Canal Street 14", "11216 Southport", "VAT No.: SP200007828822")


def test_addresses_beside_each_other_are_read_one_after_the_other(tmp_path: Path) -> None:
    sheet = Sheet()
    labels, values = ("Date:", "Due date:", "Payment:"), ("30.04.2026", "14.05.2026", "Bank transfer")
    _columns(sheet, [(60, CLIENT), (230, BUYER), (400, labels), (480, values)])
    assert _lines(tmp_path, sheet) == [
        *CLIENT, *BUYER, "Date: 30.04.2026", "Due date: 14.05.2026", "Payment: Bank transfer",
    ]  # fmt: skip


def test_labels_without_colons_stay_beside_their_values_right_of_an_address(tmp_path: Path) -> None:
    sheet = Sheet()
    labels = ("Invoice date", "Delivery date", "Order", "Reference", "Due")
    values = ("29.05.2026", "28.05.2026", "MTA07820297", "1006618", "12.06.2026")
    _columns(sheet, [(60, CLIENT), (330, labels), (440, values)])
    assert _lines(tmp_path, sheet) == [
        *CLIENT, *(f"{label} | {value}" for label, value in zip(labels, values, strict=True)),
    ]  # fmt: skip


def test_a_table_of_words_and_figures_is_not_cut_into_blocks(tmp_path: Path) -> None:
    sheet = Sheet()
    rows = [("Bolt M8", "10", "pcs", "5.00"), ("Bolt M10", "12", "pcs", "6.00"), ("Seal 40", "3", "box", "9.50")]
    _rows(sheet, (60, 260, 330, 420), rows, top=700)
    assert _lines(tmp_path, sheet) == [" | ".join(row) for row in rows]


def test_items_below_addresses_have_their_own_names(tmp_path: Path) -> None:
    sheet = Sheet()
    _columns(sheet, [(60, CLIENT), (330, ("Order", "Reference", "Due")), (440, ("MTA0782", "S-1006", "12.06.2026"))])
    rows = [("No.", "Text", "Quantity", "Price", "Sum"), ("1", "Pallet", "2", "6.39", "12.78")]
    _rows(sheet, (60, 90, 300, 380, 460), [*rows, ("2", "Crate", "1", "5.15", "5.15")], top=600)
    assert _lines(tmp_path, sheet)[-2:] == [
        "No.: 1; Text: Pallet; Quantity: 2; Price: 6.39; Sum: 12.78",
        "No.: 2; Text: Crate; Quantity: 1; Price: 5.15; Sum: 5.15",
    ]


def test_sums_below_a_table_heading_begin_anew(tmp_path: Path) -> None:
    sheet = Sheet()
    _rows(sheet, (60, 220, 380), [("Kind", "Basis", "Tax"), ("Full", "252.10", "47.90"), ("Half", "20", "1")], top=700)
    sheet.line("Totals", size=14, y=630)
    _rows(sheet, (200, 380), [("Sum of items", "272.10"), ("To be paid", "321.00")], top=612)
    assert _lines(tmp_path, sheet) == [
        "Kind: Full; Basis: 252.10; Tax: 47.90",
        "Kind: Half; Basis: 20; Tax: 1",
        "Totals", "Sum of items | 272.10", "To be paid | 321.00",
    ]  # fmt: skip


def test_lines_under_words_of_a_cell_part_no_rows(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.canvas.grid([60, 120, 300, 400], [560, 690, 710])
    rows = [("Code", "Name", "Gain"), ("1000", "Wage", "1,820.04"), ("1100", "HEALTH", ""), ("1200", "Fund", "9.63")]
    _rows(sheet, (64, 124, 304), [rows[0]], top=696)
    _rows(sheet, (64, 124, 304), [*rows[1:], ("1300", "Pension", "162.01")], top=676)
    sheet.canvas.line(124, 659, 124 + sheet.canvas.stringWidth("HEALTH", "Helvetica", 11) + 0.4, 659)
    assert _lines(tmp_path, sheet) == [
        "Code: 1000; Name: Wage; Gain: 1,820.04",
        "Code: 1100; Name: HEALTH",
        "Code: 1200; Name: Fund; Gain: 9.63",
        "Code: 1300; Name: Pension; Gain: 162.01",
    ]


def test_a_title_with_numbers_and_dates_is_the_title(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line("Invoice (380) No. 471102 of 05.03.2018", size=16, font="Helvetica-Bold")
    sheet.gap()
    for _ in range(4):
        sheet.line("All sums are to be paid within thirty days after the date that stands above.")
    assert _read(tmp_path, sheet).title == "Invoice (380) No. 471102 of 05.03.2018"


@pytest.mark.parametrize(
    ("rows", "header_rows", "wanted"),
    [
        pytest.param(
            [["Bay Company", "", "", ""], ["Bill To:", "Kim", "Phone:", "555"], ["For:", "Purchase", "Fax:", "556"]],
            1,
            ["Bay Company", "Bill To: Kim | Phone: 555", "For: Purchase | Fax: 556"],
            id="a name of the whole is none of its columns",
        ),
        pytest.param(
            [["Kind", "Credit 824", SPANNED, SPANNED], ["a", "b", "c", "d"], ["e", "f", "g", "h"]],
            1,
            ["Kind | Credit 824", "a | b | c | d", "e | f | g | h"],
            id="one name over three columns",
        ),
        pytest.param(
            [["Item", "Net", "Sum"], ["Bolt", "5", "6"], ["Pin", "7", "8"], ["", "Subtotal:", "14"], ["", "Tax", "2"]],
            None,
            ["Item: Bolt; Net: 5; Sum: 6", "Item: Pin; Net: 7; Sum: 8", "Subtotal: 14", "Tax | 2"],
            id="sums below a table",
        ),
        pytest.param(
            [["", "Three Months", "", "", "Nine Months"], ["", "2022", "2021", "2022", "2021"], ["Cash", *"1234"]],
            1,
            ["Cash; Three Months 2022: 1; Three Months 2021: 2; Nine Months 2022: 3; Nine Months 2021: 4"],
            id="names of groups over the names of columns",
        ),
        pytest.param(
            [["Sent", "to Kim"], ["By", "Ann"], ["Item", "Qty", "Price"], ["Bolt", "5", "6"], ["Pin", "7", "8"]],
            None,
            ["Sent | to Kim", "By | Ann", "Item: Bolt; Qty: 5; Price: 6", "Item: Pin; Qty: 7; Price: 8"],
            id="names within a table",
        ),
        pytest.param(
            [["Quay", "R1", "KJK003137"], ["Dock", "R2", "KHK000876"], ["Pier", "R3", "10347466"]],
            1,
            ["Quay | R1 | KJK003137", "Dock | R2 | KHK000876", "Pier | R3 | 10347466"],
            id="a code is not a name",
        ),
    ],
)
def test_names_that_are_in_doubt_are_not_given_to_rows(
    rows: list[list[str]], header_rows: int | None, wanted: list[str]
) -> None:
    assert named_lines(rows, header_rows) == wanted


def test_figures_at_the_lines_of_a_chart_are_no_rows(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in range(8):
        y = 700 - 20 * number
        sheet.line(f"{400 - 50 * number}", left=60, y=y - 4)
        sheet.canvas.line(90, y, 400, y)
    for number, month in enumerate(("May", "June", "July", "August")):
        sheet.line(month, left=110 + 70 * number, y=540)
    assert _read(tmp_path, sheet).text.split() == [
        *(f"{400 - 50 * number}" for number in range(8)), "May", "June", "July", "August",
    ]  # fmt: skip


def test_rows_of_an_undivided_box_are_told_by_the_cells_that_have_one_line_each(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.canvas.grid([60, 100, 260, 340], [560, 690, 710])
    _rows(sheet, (64, 104, 264), [("No.", "Service", "Price")], top=696)
    for number, (service, price) in enumerate(((("Accounts and", "records"), "201.76"), (("Snow",), "203.13"))):
        middle = 660 - 40 * number
        sheet.line(f"{number + 1}", left=64, y=middle)
        sheet.line(price, left=264, y=middle)
        for place, text in enumerate(service):
            sheet.line(text, left=104, y=middle + 6 * (len(service) - 1) - 12 * place)
    assert _lines(tmp_path, sheet) == [
        "No.: 1; Service: Accounts and records; Price: 201.76",
        "No.: 2; Service: Snow; Price: 203.13",
    ]


def test_names_of_groups_in_one_box_stand_over_their_halves(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.canvas.grid([60, 140, 200, 260, 320, 380], [640, 660, 680])
    sheet.canvas.lines([(left, 680, left, 700) for left in (60, 140, 380)] + [(60, 700, 380, 700)])
    sheet.line("Inbound", left=180, y=686)
    sheet.line("Outbound", left=300, y=686)
    _rows(sheet, (64, 144, 204, 264, 324), [("", "2012", "2014", "2012", "2014"), ("World", *"4376")], top=666)
    assert _lines(tmp_path, sheet)[-1] == (
        "World; Inbound 2012: 4; Inbound 2014: 3; Outbound 2012: 7; Outbound 2014: 6"
    )


def test_short_lines_that_each_begin_anew_stay_apart(tmp_path: Path) -> None:
    sheet = Sheet()
    lines = ("Diabetes", "Treated by radiation or with cancer", "Operation of a valve", "Pacemaker", "Implants")
    for text in lines:
        sheet.line(text)
    assert _lines(tmp_path, sheet) == list(lines)


def test_lines_to_be_filled_in_are_no_noise(tmp_path: Path) -> None:
    sheet = Sheet()
    for text in (
        "FORM C",
        "UNDER THE ACT",
        "NAME OF ISSUER: " + 70 * "_",
        "LEGAL STATUS: " + 70 * "_",
        "DATE: " + 60 * "_",
    ):
        sheet.line(text, size=8)
    assert "NAME OF ISSUER" in _read(tmp_path, sheet).text


@pytest.mark.parametrize(
    "stated",
    [
        "OECS12_abstract_Miller1",
        "Manual.book",
        "05-30197-CV0.wpd",
        "R Graphics Output",
        "5",
        "InvoicesMN0052-23",
        "1Il~m~ ~il~[l]",
    ],
)
def test_names_of_files_and_codes_give_way_to_the_first_large_heading(tmp_path: Path, stated: str) -> None:
    sheet = Sheet()
    sheet.canvas.setTitle(stated)
    sheet.line("Light from single sources", size=15, font="Helvetica-Bold")
    for _ in range(3):
        sheet.line("The light of a single source was measured at night, and once more by day.")
    sheet.line("References", size=16, font="Helvetica-Bold")
    sheet.line("The lamp and its keeper, volume two, as printed in the capital.")
    assert _read(tmp_path, sheet).title == "Light from single sources"


def test_a_title_of_words_and_a_number_is_kept(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.canvas.setTitle("Invoice 15293")
    sheet.line("Another heading", size=18)
    sheet.line("The lamp and its keeper.")
    assert _read(tmp_path, sheet).title == "Invoice 15293"


def _moved(text: str) -> str:
    """As a font without a table of characters gives it."""
    return "".join(chr(ord(sign) - 29) if sign.isalpha() else sign for sign in text)


def test_a_figure_of_noise_costs_a_page_only_itself(tmp_path: Path) -> None:
    sheet = Sheet()
    for _ in range(12):
        sheet.line(_moved("FIRST I need to find a lamp that is more likely to appear in cabinets or countertops"))
    for _ in range(14):
        sheet.line("The keeper lights the lamp an hour before sunset and lets it burn until the sun has risen.")
    document = _read(tmp_path, sheet)
    assert document.text.count("keeper") == 14
    assert "(" not in document.text
    assert any("left out in part" in note for note in document.notes)


@pytest.mark.parametrize("space", [4, 9, 16])
def test_letters_set_apart_make_words(tmp_path: Path, space: int) -> None:
    sheet = Sheet()
    text = sheet.canvas.beginText(60, 720)
    text.setFont("Helvetica-Bold", 20)
    text.setCharSpace(space)
    text.textLine("AXA AND THE SHARING")
    sheet.canvas.drawText(text)
    sheet.y = 660
    for _ in range(4):
        sheet.line("The sharing economy helps people save money, and so it attracts more of them.")
    assert _lines(tmp_path, sheet)[0] == "AXA AND THE SHARING"


def test_letters_of_a_list_are_no_word(tmp_path: Path) -> None:
    sheet = Sheet()
    for number, sign in enumerate("ABCDEFG"):
        sheet.line(sign, left=72 + 60 * number, y=700)
        sheet.line(f"{number}", left=72 + 60 * number, y=684)
    assert "ABC" not in _read(tmp_path, sheet).text
