"""Numbered lists in PDFs: each item for itself, however long its lines are."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.reading.readers.pdf.enumeration import counted_items
from ingest.reading.readers.pdf.lines import Line
from tests.ingest.reading.readers.files import outline, read_bytes
from tests.ingest.reading.readers.pdfpages import Sheet

ITEMS = (
    ("Open the lid at the back of the printer and take out the old drum, then close it", "again until it clicks."),
    ("Put in the new drum", ""),
    ("Print a page that shows whether the colours are in their places, and compare it", "with the one from before"),
    ("Turn it off", ""),
)


@pytest.mark.parametrize(
    "marks",
    [
        ("1.", "2.", "3.", "4."),
        ("[8]", "[9]", "[10]", "[11]"),
        ("(a)", "(b)", "(c)", "(d)"),
        ("ii.", "iii.", "iv.", "v."),
        ("h)", "i)", "j)", "k)"),
    ],
)
def test_each_item_whose_mark_counts_on_is_an_item_of_its_own(tmp_path: Path, marks: tuple[str, ...]) -> None:
    sheet = Sheet()
    sheet.line("What to do:")
    for mark, (first, second) in zip(marks, ITEMS, strict=True):
        sheet.line(mark, left=72, y=sheet.y)
        sheet.line(first, left=98)
        if second:
            sheet.line(second, left=98)
    assert outline(read_bytes(tmp_path, "a.pdf", sheet.data())) == [
        ("paragraph", "What to do:"),
        *(
            ("list_item", f"{mark} {first} {second}".strip())
            for mark, (first, second) in zip(marks, ITEMS, strict=True)
        ),
    ]


def test_marks_that_do_not_count_on_or_stand_elsewhere_begin_no_item() -> None:
    texts = ("4. It is paid in the office", "8. The harbour master", "[5) Nothing", "9. Further in", "(c) a", "d. b")
    lefts = (72, 72, 72, 130, 72, 72)
    lines = [
        Line(text, left, 300, 700 - 14 * number, 11, is_bold=False, is_fixed=False)
        for number, (text, left) in enumerate(zip(texts, lefts, strict=True))
    ]
    assert counted_items(lines) == set()


def test_marks_at_the_edges_of_pages_are_no_page_numbers(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in range(5):
        sheet.line(f"{number + 1}.", left=72, y=720)
        sheet.line(f"Step {'ABCDE'[number]} of the work", left=98, y=720)
        for line in range(3):
            sheet.line(f"Text {number * 3 + line} that goes with it and is read as it stands.", y=680 - 14 * line)
        sheet.next_page()
    text = read_bytes(tmp_path, "a.pdf", sheet.data()).text
    assert [f"{number + 1}. Step" in text for number in range(5)] == [True] * 5
