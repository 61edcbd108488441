"""Names of columns over several lines, items of invoices with their details, and forms that nobody has filled in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.reading.readers import tables
from tests.ingest.reading.readers.files import read_bytes
from tests.ingest.reading.readers.pdfpages import Sheet

LEFTS = (64, 204, 304, 404)
NAMES = (("Quay",), ("Ships", "that came"), ("tons landed", "on it in", "all of May"), ("Days", "lost"))
ROWS = (("North", "12", "30", "7"), ("South", "14", "28", "9"), ("East", "9", "22", "4"))
NAMED = (
    "Quay: North; Ships that came: 12; tons landed on it in all of May: 30; Days lost: 7",
    "Quay: South; Ships that came: 14; tons landed on it in all of May: 28; Days lost: 9",
    "Quay: East; Ships that came: 9; tons landed on it in all of May: 22; Days lost: 4",
)


def _lines(tmp_path: Path, sheet: Sheet) -> list[str]:
    return [line for line in read_bytes(tmp_path, "a.pdf", sheet.data()).text.splitlines() if line]


def _names(sheet: Sheet, middle: float, *, names: Sequence[Sequence[str]] = NAMES) -> None:
    """Names of one to three lines, each in the middle of the same height."""
    for left, lines in zip(LEFTS, names, strict=True):
        for number, text in enumerate(lines):
            sheet.line(text, left=left, y=middle + 10 * ((len(lines) - 1) / 2 - number), size=9)


def _grid(sheet: Sheet) -> None:
    heights = [600, 580, 560, 540]
    sheet.canvas.grid([60, 200, 300, 400, 500], heights)
    for top, row in zip(heights, ROWS, strict=False):
        for left, text in zip(LEFTS, row, strict=True):
            sheet.line(text, left=left, y=top - 13, size=9)


@pytest.mark.parametrize("is_ruled", [True, False])
def test_names_of_several_lines_on_top_of_a_drawn_table_name_its_columns(tmp_path: Path, *, is_ruled: bool) -> None:
    sheet = Sheet()
    _grid(sheet)
    if is_ruled:
        sheet.canvas.line(60, 640, 500, 640)
    _names(sheet, 614)
    assert _lines(tmp_path, sheet) == [*NAMED]


@pytest.mark.parametrize(
    "above",
    [["Ships of the three quays in May, as counted by the harbour office"], ["In May", "", "", "Harbour office"]],
)
def test_what_stands_on_a_drawn_table_and_names_no_columns_is_text(tmp_path: Path, above: list[str]) -> None:
    sheet = Sheet()
    _grid(sheet)
    for left, text in zip(LEFTS, above, strict=False):
        sheet.line(text, left=left, y=606, size=9)
    assert _lines(tmp_path, sheet)[-3:] == [" | ".join(row) for row in ROWS]


def test_items_go_on_over_the_lines_that_describe_them(tmp_path: Path) -> None:
    sheet = Sheet()
    lefts = (60, 100, 280, 340, 420)
    for left, name in zip(lefts, ("Pos", "Description", "Price", "Pieces", "Sum"), strict=True):
        sheet.line(name, left=left, y=660, font="Helvetica-Bold")
    y = 642.0
    for cells, details in (
        (("1", "Rope", "6.00", "2", "12.00"), ("Made of hemp that was grown and spun in the harbour,", "grey, 20 m")),
        (("2", "Anchor", "80.00", "1", "80.00"), ("With a ring that was forged by hand, and a chain of",)),
        (("3", "Buoy", "5.00", "3", "15.00"), ()),
    ):
        for left, cell in zip(lefts, cells, strict=True):
            sheet.line(cell, left=left, y=y)
        for number, detail in enumerate(details):
            sheet.line(detail, left=104, y=y - 26 - 11 * number, size=10)
        y -= 26 + 11 * len(details) + 16
    assert _lines(tmp_path, sheet) == [
        "Pos: 1; Description: Rope Made of hemp that was grown and spun in the harbour, grey, 20 m; Price: 6.00; "
        "Pieces: 2; Sum: 12.00",
        "Pos: 2; Description: Anchor With a ring that was forged by hand, and a chain of; Price: 80.00; Pieces: 1; "
        "Sum: 80.00",
        "Pos: 3; Description: Buoy; Price: 5.00; Pieces: 3; Sum: 15.00",
    ]


def test_labels_of_an_empty_form_name_nothing(tmp_path: Path) -> None:
    sheet = Sheet()
    rows = (
        (("Form:", 60), ("Number of pupils:", 320)),
        (("Teacher", 60), ("Room", 320), ("Phone", 440)),
        (("1.", 60),),
        (("2.", 60),),
        (("First choice", 60), ("Second choice", 320), ("Third", 440)),
    )
    for number, row in enumerate(rows):
        y = 700 - 24 * number
        for text, left in row:
            sheet.line(text, left=left, y=y)
            start = left + sheet.canvas.stringWidth(text, "Helvetica", 11) + 2
            sheet.canvas.line(start, y - 1, start + 50, y - 1)
    assert _lines(tmp_path, sheet) == [
        "Form: Number of pupils:", "Teacher | Room | Phone", "1.", "2.", "First choice | Second choice | Third",
    ]  # fmt: skip


def test_rows_far_apart_in_one_drawn_box_are_rows(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.canvas.grid([60, 260, 340, 420, 520], [700, 680])
    for left, name in zip((64, 264, 344, 424), ("Title", "Number", "Price", "Sum"), strict=True):
        sheet.line(name, left=left, y=686, font="Helvetica-Bold")
    sheet.canvas.rect(60, 560, 460, 120)
    for edge in (260, 340, 420):
        sheet.canvas.line(edge, 560, edge, 680)
    rows = (("Notice of May", "", "", "45.93"), ("Proof", "1", "0.75", "0.75"), ("Copy", "0", "3.50", "0"))
    for number, row in enumerate((*rows, ("", "", "Total:", "46.68"))):
        for left, cell in zip((64, 264, 344, 424), row, strict=True):
            if cell:
                sheet.line(cell, left=left, y=660 - 26 * number)
    found = _lines(tmp_path, sheet)
    assert [line for line in found if "Proof" in line or "Copy" in line] == [
        "Title: Proof; Number: 1; Price: 0.75; Sum: 0.75", "Title: Copy; Number: 0; Price: 3.50; Sum: 0",
    ]  # fmt: skip
    assert found[-1] == "Total: 46.68"


def test_words_in_two_columns_with_lines_between_them_have_no_names(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line("Choose a boat:", left=60, y=700)
    for number, row in enumerate((("Ferry", "Barge"), ("Tug", "Yacht"), ("Choose a quay:", ""), ("North", "South"))):
        for left, text in zip((90, 260), row, strict=True):
            if text:
                sheet.line(text, left=left if text != "Choose a quay:" else 60, y=680 - 20 * number)
    assert "Ferry | Barge" in _lines(tmp_path, sheet)


def test_names_of_several_lines_beside_others_belong_to_the_table_below(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line("Country: Northland", left=50, y=720, font="Helvetica-Bold")
    for y, left, name in (
        (673, 160, "Text"), (673, 260, "Price"), (673, 340, "Pieces"), (673, 440, "Sum"), (673, 60, "Pos"),
        (690, 90, "Number"), (680, 90, "at yours"),
    ):  # fmt: skip
        sheet.line(name, left=left, y=y, size=9, font="Helvetica-Bold")
    for number, row in enumerate(
        (("1", "K-7", "Night", "58.88", "1", "58.88"), ("2", "K-9", "Meal", "5.00", "2", "10.00"))
    ):
        for left, cell in zip((60, 90, 160, 260, 340, 440), row, strict=True):
            sheet.line(cell, left=left, y=655 - 14 * number, size=9)
    assert _lines(tmp_path, sheet)[-2:] == [
        "Pos: 1; Number at yours: K-7; Text: Night; Price: 58.88; Pieces: 1; Sum: 58.88",
        "Pos: 2; Number at yours: K-9; Text: Meal; Price: 5.00; Pieces: 2; Sum: 10.00",
    ]


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        (["Proof", "0.75", "€"], "Proof | 0.75 €"),
        (["Proof", "2", "€", "3", "€"], "Proof | 2 € | 3 €"),
        (["Net", "$", "5", "$", "6"], "Net | $5 | $6"),
    ],
)
def test_a_currency_stands_with_its_figure_before_or_behind_it(row: list[str], shown: str) -> None:
    assert tables.lines([row, row], header_rows=0) == [shown, shown]
