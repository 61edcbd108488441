"""Where text stands on a page of a PDF tells its order and its tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from tests.ingest.reading.readers.files import outline, read_bytes
from tests.ingest.reading.readers.pdfpages import Sheet


def _drawn(lines: Iterable[tuple[float, float, str]]) -> bytes:
    """Places and texts, drawn in this order."""
    sheet = Sheet()
    for left, y, text in lines:
        sheet.line(text, left=left, y=y)
    return sheet.data()


LEFT_COLUMN = ("The council met on Monday to discuss", "the new bridge and decided", "that work starts in")
RIGHT_COLUMN = ("April, after the river has", "fallen below two metres, and", "ends in October.")
CELLS = (
    ("Code", "Site", "Expected", "Actual"),
    ("S-1", "A-12", "450", ""),
    ("S-2", "", "780", "778"),
    ("S-3", "C-15", "", "15"),
)


def _columns(left: float, texts: Sequence[str]) -> list[tuple[float, float, str]]:
    return [(left, 700 - 14 * number, text) for number, text in enumerate(texts)]


def test_columns_are_read_one_after_the_other_however_they_were_drawn(tmp_path: Path) -> None:
    columns = [_columns(60, LEFT_COLUMN), _columns(330, RIGHT_COLUMN)]
    by_column = read_bytes(tmp_path, "a.pdf", _drawn([*columns[0], *columns[1]]))
    by_line = read_bytes(tmp_path, "b.pdf", _drawn(line for pair in zip(*columns, strict=True) for line in pair))
    assert by_column.text == by_line.text
    assert by_line.text.split() == " ".join((*LEFT_COLUMN, *RIGHT_COLUMN)).split()


def test_a_page_drawn_upwards_is_read_downwards(tmp_path: Path) -> None:
    lines = _columns(72, ["First a line of text,", "then another one,", "and one that ends here."])
    assert read_bytes(tmp_path, "a.pdf", _drawn(reversed(lines))).text == " ".join(text for _, _, text in lines)


@pytest.mark.parametrize("by_columns", [False, True])
def test_each_row_of_a_table_names_its_columns_and_empty_cells_stay_empty(tmp_path: Path, *, by_columns: bool) -> None:
    cells = [(72 + 90 * c, 700 - 16 * r, text) for r, row in enumerate(CELLS) for c, text in enumerate(row) if text]
    drawn = sorted(cells) if by_columns else cells
    assert outline(read_bytes(tmp_path, "a.pdf", _drawn(drawn))) == [
        (
            "table",
            "Code: S-1; Site: A-12; Expected: 450\nCode: S-2; Expected: 780; Actual: 778\n"
            "Code: S-3; Site: C-15; Actual: 15",
        )
    ]


def test_a_table_goes_on_on_the_next_page_with_the_names_of_its_columns(tmp_path: Path) -> None:
    sheet = Sheet()
    for page in range(3):
        for row in range(10):
            names = page == row == 0
            for column, name in enumerate(("Region", "Plan", "Desk")):
                text = name if names else f"{name[0]}{page}{row}"
                sheet.line(
                    text, left=72 + 90 * column, y=700 - 16 * row, font="Helvetica-Bold" if names else "Helvetica"
                )
        sheet.next_page()
    tables = [text for kind, text in outline(read_bytes(tmp_path, "a.pdf", sheet.data())) if kind == "table"]
    assert "Region: R29; Plan: P29; Desk: D29" in "\n".join(tables)
    assert all("Region: R" in line for table in tables for line in table.split("\n"))


def test_labels_stand_before_their_values(tmp_path: Path) -> None:
    labels = _columns(72, ["Invoice number", "Invoice date", "Due date"])
    values = _columns(220, ["4218", "2014-08-03", "2014-09-03"])
    text = read_bytes(tmp_path, "a.pdf", _drawn([*labels, *values])).text
    assert text == "Invoice number | 4218\nInvoice date | 2014-08-03\nDue date | 2014-09-03"


@pytest.mark.parametrize(
    ("before", "mark", "text"), [("24.91", "2", "24.91 [2]"), ("as 10", "6", "as 10^6"), ("is 5 m", "2", "is 5 m^2")]
)
def test_raised_figures_stand_apart(tmp_path: Path, before: str, mark: str, text: str) -> None:
    sheet = Sheet()
    sheet.line(before, size=12, y=700)
    sheet.line(mark, size=6, left=72 + sheet.canvas.stringWidth(before, "Helvetica", 12), y=705)
    assert read_bytes(tmp_path, "a.pdf", sheet.data()).text == text


def test_rules_tell_where_the_rows_of_wrapped_cells_end(tmp_path: Path) -> None:
    rows = [
        (["Term"], ["Meaning of the term", "in this contract"]),
        (["Fee"], ["The sum that is owed by", "the buyer each year", "for it."]),
        (["Notice of", "the end"], ["A letter by which one", "of the parties ends it."]),
    ]
    sheet = Sheet()
    y = 700.0
    for row in rows:
        sheet.canvas.line(70, y + 12, 400, y + 12)
        for left, cell in zip((72, 180), row, strict=True):
            for number, text in enumerate(cell):
                sheet.line(text, left=left, y=y - 13 * number, font="Helvetica-Bold" if row is rows[0] else "Helvetica")
        y -= 13 * max(map(len, row)) + 4
    sheet.canvas.line(70, y + 12, 400, y + 12)
    assert read_bytes(tmp_path, "a.pdf", sheet.data()).text == (
        "Term: Fee; Meaning of the term in this contract: The sum that is owed by the buyer each year for it.\n"
        "Term: Notice of the end; Meaning of the term in this contract: A letter by which one of the parties ends it."
    )


def test_notes_stuck_on_a_page_are_read_and_what_lies_outside_it_is_not(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line("Clause one of the contract.")
    sheet.line("Cut off", left=20)
    sheet.canvas.textAnnotation("Strike this clause", Rect=[72, 690, 90, 710])
    sheet.canvas.setCropBox((60, 60, 550, 750))
    assert read_bytes(tmp_path, "a.pdf", sheet.data()).text == "Clause one of the contract.\n\nNote: Strike this clause"


@pytest.mark.parametrize(
    "stated",
    [
        "(anonymous)",
        "none",
        "Presentación de PowerPoint",
        "Microsoft Word - a.docx",
        "scan12",
        "Letterhead",
        "en-US",
        "Folie 1",
        "[Document title]",
        "Enter your title here",
        "Business Letter Template",
    ],
)
def test_a_word_of_a_program_is_neither_title_nor_author(tmp_path: Path, stated: str) -> None:
    sheet = Sheet()
    sheet.canvas.setTitle(stated)
    sheet.canvas.setAuthor("(anonymous)")
    sheet.canvas.setSubject("unspecified")
    sheet.line("Our menu", size=30)
    sheet.line("Text of the menu of all days.")
    document = read_bytes(tmp_path, "a.pdf", sheet.data())
    assert (document.title, document.metadata) == ("Our menu", {})


def test_a_bullet_larger_than_its_text_is_no_heading(tmp_path: Path) -> None:
    sheet = Sheet()
    for slide in range(3):
        sheet.line(f"Step {slide}", size=26)
        sheet.gap()
        for _ in range(2):
            sheet.line("•", size=34, left=40, y=sheet.y)
            sheet.line("The lamp is cleaned each morning", size=20, left=60)
            sheet.line("by means of the cloth", size=20, left=60)
        sheet.next_page()
    items = ("list_item", "• The lamp is cleaned each morning by means of the cloth")
    assert outline(read_bytes(tmp_path, "a.pdf", sheet.data()))[:3] == [("heading1", "Step 0"), items, items]


def test_a_wrapped_cell_and_columns_of_prices_are_told_without_rules(tmp_path: Path) -> None:
    rows = (
        ("Pos", "Description", "Qty", "Price", "Total"),
        ("1", "Rope of hemp, twelve", "3", "4.50", "13.50"),
        ("", "metres long", "", "", ""),
        ("2", "Lamp", "1", "99.00", "99.00"),
        ("3", "Oil for the lamp", "12", "2.00", "24.00"),
    )
    sheet = Sheet()
    for y, row in zip((700, 684, 672, 656, 640), rows, strict=True):
        for left, text in zip((60, 100, 300, 360, 430), row, strict=True):
            if text:
                sheet.line(text, size=10, left=left, y=y, font="Helvetica-Bold" if y == 700 else "Helvetica")
    assert read_bytes(tmp_path, "a.pdf", sheet.data()).text.split("\n") == [
        "Pos: 1; Description: Rope of hemp, twelve metres long; Qty: 3; Price: 4.50; Total: 13.50",
        "Pos: 2; Description: Lamp; Qty: 1; Price: 99.00; Total: 99.00",
        "Pos: 3; Description: Oil for the lamp; Qty: 12; Price: 2.00; Total: 24.00",
    ]


def test_names_of_columns_over_several_lines_and_of_fields_over_their_values_name_them(tmp_path: Path) -> None:
    sheet = Sheet()
    for row, texts in enumerate((("Name of the", "Gross"), ("vessel", "tonnage"))):
        for column, text in enumerate(texts):
            sheet.line(text, font="Helvetica-Bold", left=72 + 150 * column, y=700 - 12 * row)
    for row, texts in enumerate((("Albatros", "1,240"), ("Bora", "3,610"), ("Cormoran", "880"))):
        for column, text in enumerate(texts):
            sheet.line(text, left=72 + 150 * column, y=670 - 14 * row)
    sheet.next_page()
    for row, texts in enumerate(
        (("First name", "Last name"), ("Ada", "Keeper"), ("Street", "Town"), ("Dock Road", "Leith"))
    ):
        for column, text in enumerate(texts):
            sheet.line(text, size=11 if row % 2 else 7, left=72 + 150 * column, y=700 - 13 * row - 9 * (row // 2))
    assert [text for _, text in outline(read_bytes(tmp_path, "a.pdf", sheet.data()))] == [
        "Name of the vessel: Albatros; Gross tonnage: 1,240\nName of the vessel: Bora; Gross tonnage: 3,610\n"
        "Name of the vessel: Cormoran; Gross tonnage: 880",
        "First name: Ada; Last name: Keeper",
        "Street: Dock Road; Town: Leith",
    ]
