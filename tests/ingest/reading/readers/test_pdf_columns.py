"""Columns that nothing parts but their place, and the order of what was drawn out of order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingest.reading.readers.pdf.boxes import Box, Boxes
from ingest.reading.readers.pdf.gaps import has_false_blanks, parted
from ingest.reading.readers.pdf.lines import Line
from tests.ingest.reading.readers.files import outline, read_bytes
from tests.ingest.reading.readers.pdfpages import Sheet

ROWS = (("Murder", "0", "12", "-100.0"), ("Robbery", "16", "25", "-36.0"), ("Burglary", "20", "29", "-31.0"))


def _tables(tmp_path: Path, data: bytes) -> list[str]:
    return [text for kind, text in outline(read_bytes(tmp_path, "a.pdf", data)) if kind == "table"]


def _in_one(sheet: Sheet, y: float, words: Sequence[tuple[float, str]], *, size: float = 10) -> None:
    """Words drawn at once, each moved to its place: pdfium takes near ones for one line of text."""
    text = sheet.canvas.beginText()
    text.setFont("Helvetica", size)
    for left, word in words:
        text.setTextOrigin(left, y)
        text.textOut(word)
    sheet.canvas.drawText(text)


def test_figures_close_beside_each_other_are_cells_where_those_above_and_below_are(tmp_path: Path) -> None:
    sheet = Sheet()
    _in_one(sheet, 700, [(140, "2016"), (168, "2015"), (196, "% Chg")])
    for number, (name, *figures) in enumerate(ROWS):
        ends = [162.0, 190.0, 222.0]
        words = [
            (end - sheet.canvas.stringWidth(figure, "Helvetica", 10), figure)
            for end, figure in zip(ends, figures, strict=True)
        ]
        _in_one(sheet, 685 - 14 * number, [(72, name), *words])
    assert _tables(tmp_path, sheet.data()) == [
        "\n".join(f"{name}; 2016: {one}; 2015: {two}; % Chg: {three}" for name, one, two, three in ROWS)
    ]


def test_figures_in_running_text_are_no_cells(tmp_path: Path) -> None:
    sheet = Sheet()
    texts = ["In 2014 2015 2016 the harbour had", "110 200 300 ships a year, and in", "the year 2017 1 000 of them."]
    for text in texts:
        sheet.line(text)
    assert read_bytes(tmp_path, "a.pdf", sheet.data()).text.replace("\n", " ") == " ".join(texts)


def test_rows_without_upright_lines_keep_the_columns_of_their_names(tmp_path: Path) -> None:
    sheet = Sheet()
    canvas = sheet.canvas
    for row in range(5):
        canvas.line(72, 700 - 20 * row, 372, 700 - 20 * row)
    for left in (72, 172, 272, 372):
        canvas.line(left, 700, left, 680)
    for left in (72, 372):
        canvas.line(left, 680, left, 620)
    cells = (("Quay", "Crane", "Load"), ("North", "old", "10"), ("South", "new", "25"), ("West", "small", "5"))
    for row, texts in enumerate(cells):
        for column, text in enumerate(texts):
            sheet.line(text, size=9, left=80 + 100 * column, y=687 - 20 * row)
    assert _tables(tmp_path, sheet.data()) == [
        "\n".join(f"Quay: {quay}; Crane: {crane}; Load: {load}" for quay, crane, load in cells[1:])
    ]


def test_boxes_of_addresses_side_by_side_are_read_one_after_the_other(tmp_path: Path) -> None:
    sheet = Sheet()
    for left in (72, 252, 432):
        sheet.canvas.line(left, 700, left, 560)
    for y in (700, 680, 560):
        sheet.canvas.line(72, y, 432, y)
    boxes = (
        ("Billing address", "Anna Meier", "Quay 4", "4051 Basel"),
        ("Shipping address", "Otto Vogt", "Pier 9", "Bonn"),
    )
    for number, texts in enumerate(boxes):
        sheet.line(texts[0], size=9, left=80 + 180 * number, y=687)
        for row, text in enumerate((*texts[1:], "Order 12", "Phone 34", "By ship", "No stairs")):
            sheet.line(text, size=9, left=80 + 180 * number, y=660 - 14 * row)
    text = " ".join(read_bytes(tmp_path, "a.pdf", sheet.data()).text.split())
    assert "Anna Meier Quay 4 4051 Basel Order 12 Phone 34 By ship No stairs" in text


def test_a_list_of_contents_has_no_names_of_columns(tmp_path: Path) -> None:
    sheet = Sheet()
    for number, (name, page) in enumerate((("Ropes", "3"), ("Anchors", "5"), ("Sails", "9")), 1):
        sheet.line(f"{number}", left=72, y=700 - 15 * number)
        sheet.line(name, left=90, y=700 - 15 * number)
        sheet.line(page, left=420, y=700 - 15 * number)
    assert _tables(tmp_path, sheet.data()) == ["1 | Ropes | 3\n2 | Anchors | 5\n3 | Sails | 9"]


def test_a_bullet_in_large_type_is_no_heading(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in range(3):
        sheet.line("- Ropes wear faster in winter", size=18, y=700 - 60 * number)
        sheet.line("Found on the quay of the old harbour in the north of the town.", y=670 - 60 * number)
    assert "heading" not in "".join(kind for kind, _ in outline(read_bytes(tmp_path, "a.pdf", sheet.data())))


def test_a_key_and_what_it_means_are_no_names_of_columns(tmp_path: Path) -> None:
    sheet = Sheet()
    for number, (key, meaning) in enumerate((("-s", "strip blank lines"), ("-n", "number lines"), ("-b", "only some"))):
        sheet.line(key, left=90, y=700 - 14 * number)
        sheet.line(meaning, left=140, y=700 - 14 * number)
    assert _tables(tmp_path, sheet.data()) == ["-s | strip blank lines\n-n | number lines\n-b | only some"]


def test_wide_blanks_between_words_that_change_from_line_to_line_are_no_columns(tmp_path: Path) -> None:
    sheet = Sheet()
    texts = (
        "the ropes that are wound about the drum of the crane wear out in winter and",
        "must be changed before the first ship of spring comes in, as the law on all",
        "harbours says; whoever forgets it pays for the load that falls into the sea",
        "and for the ship below it, which may well be more than a crane is worth, so",
        "that most keepers change them in autumn, when there is little else to be done.",
    )
    lines = texts * 3
    for row, text in enumerate(lines):
        left = 72.0
        for number, word in enumerate(text.split()):
            sheet.line(word, size=9, left=left, y=700 - 14 * row)
            left += sheet.canvas.stringWidth(word, "Helvetica", 9) + (12 if (number * 7 + row * row) % 5 == 0 else 4)
    assert outline(read_bytes(tmp_path, "a.pdf", sheet.data())) == [("paragraph", " ".join(lines))]


def test_what_was_drawn_last_is_read_where_it_stands(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line("Printed in Basel, page one of one.", size=8, y=40)
    for number in range(6):
        sheet.line(f"Line {number} of the text, which goes on over the whole width.", y=640 - 14 * number)
    sheet.line("What the keeper says", size=16, y=700)
    found = [text for _, text in outline(read_bytes(tmp_path, "a.pdf", sheet.data()))]
    assert [found[0], found[-1]] == ["What the keeper says", "Printed in Basel, page one of one."]


def test_a_blank_that_takes_no_place_is_none() -> None:
    text, left, boxes = "w hat we saw", 72.0, []
    for number, sign in enumerate(text):
        width = 0.0 if number == 1 else 3.0 if sign == " " else 6.0
        boxes.append(Box(left, left + width, 700, 711))
        left += width
    line = Line(text, 72, left, 700, 11, is_bold=False, is_fixed=False)
    assert has_false_blanks(line, Boxes.of(boxes))
    assert [cell.text for cell in parted(line, Boxes.of(boxes))] == ["what we saw"]
