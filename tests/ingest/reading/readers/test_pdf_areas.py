"""Slides and coloured ground: areas, cards and marked words are no tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.ingest.reading.readers.files import outline, read_bytes
from tests.ingest.reading.readers.pdfpages import Sheet


def _area(sheet: Sheet, left: float, bottom: float, width: float, height: float, *, grey: float) -> None:
    sheet.canvas.setFillGray(grey)
    sheet.canvas.rect(left, bottom, width, height, stroke=0, fill=1)
    sheet.canvas.setFillGray(0)


def _write(
    sheet: Sheet, left: float, top: float, lines: Sequence[str], *, size: float = 11, bold: bool = False
) -> None:
    """Lines below each other, bullets drawn apart from their text."""
    font = "Helvetica-Bold" if bold else "Helvetica"
    for number, line in enumerate(lines):
        bullet, _, text = line.rpartition("• ")
        if bullet or line.startswith("• "):
            sheet.line("•", left=left, y=top - 14 * number, size=size, font=font)
        sheet.line(text, left=left + 12 * line.startswith("• "), y=top - 14 * number, size=size, font=font)


def _read(tmp_path: Path, sheet: Sheet) -> list[tuple[str, str]]:
    return outline(read_bytes(tmp_path, "a.pdf", sheet.data()))


DONE = ("• The quay was widened and the", "old crane taken down", "• Both gates were painted")
LEFT = ("• New lights for the northern", "pier and the yard", "• A second gate")


def test_the_areas_of_a_slide_are_read_one_after_the_other(tmp_path: Path) -> None:
    sheet = Sheet()
    for left, bottom, width, height, grey in (
        (0, 700, 612, 92, 0.7), (0, 60, 306, 640, 0.95), (306, 60, 306, 640, 0.85), (0, 0, 612, 60, 0.6)
    ):  # fmt: skip
        _area(sheet, left, bottom, width, height, grey=grey)
    _write(sheet, 40, 650, ["What is done", *DONE])
    _write(sheet, 340, 650, ["What is left", *LEFT])
    _write(sheet, 40, 730, ["Where we stand"], size=24)
    assert _read(tmp_path, sheet) == [
        ("heading1", "Where we stand"),
        ("paragraph", "What is done"),
        ("list_item", "• The quay was widened and the old crane taken down"),
        ("list_item", "• Both gates were painted"),
        ("paragraph", "What is left"),
        ("list_item", "• New lights for the northern pier and the yard"),
        ("list_item", "• A second gate"),
    ]


CARDS = (
    ("Storage", ("Dry halls for your goods,", "watched day and night.")),
    ("Transport", ("Trucks and barges to all", "towns on the river.")),
    ("Customs", ("We fill in the papers", "and talk to the office.")),
    ("Pilots", ("They lead you in and out", "by day and by night.")),
)


@pytest.mark.parametrize("gap", [0, 8])
def test_cards_that_touch_or_stand_apart_are_read_one_by_one(tmp_path: Path, gap: int) -> None:
    sheet = Sheet()
    for number, (name, lines) in enumerate(CARDS):
        left, bottom = 60 + number % 2 * 240, 400 - number // 2 * 90
        _area(sheet, left, bottom, 240 - gap, 90 - gap, grey=0.9 - 0.1 * ((number + number // 2) % 2))
        _write(sheet, left + 10, bottom + 65, [name], size=12, bold=True)
        _write(sheet, left + 10, bottom + 45, lines)
    assert [text for _, text in _read(tmp_path, sheet)] == [
        text for name, lines in CARDS for text in (name, " ".join(lines))
    ]


def test_coloured_ground_behind_words_parts_no_line(tmp_path: Path) -> None:
    sheet = Sheet()
    texts = (
        ("The harbour ", "was closed for two weeks ", "because of ice, and "),
        ("it opened ", "again in March after ", "the thaw had come to "),
        ("all quays ", "in the north and in the ", "south of the town."),
    )
    for number, words in enumerate(texts):
        left = 60.0
        for word, grey in zip(words, (0.8, 0.7, 0.6), strict=True):
            width = sheet.canvas.stringWidth(word, "Helvetica", 11)
            _area(sheet, left, 697 - 14 * number, width, 14, grey=grey)
            sheet.line(word, left=left, y=700 - 14 * number)
            left += width
    assert _read(tmp_path, sheet) == [("paragraph", "".join(word for words in texts for word in words))]


def test_shaded_cells_with_wrapped_text_are_a_table(tmp_path: Path) -> None:
    sheet = Sheet()
    rows = (
        (["Role"], ["Duties"], ["Since"]),
        (["Pilot"], ["Leads ships in and out of the", "harbour by day and night"], ["2019"]),
        (["Guard"], ["Watches the gate and the yard at", "night, with a dog"], ["2021"]),
    )
    for row, cells in enumerate(rows):
        for column, lines in enumerate(cells):
            _area(sheet, 60 + 170 * column, 640 - 40 * row, 170, 40, grey=0.9 - 0.1 * ((row + column) % 2))
            _write(sheet, 66 + 170 * column, 665 - 40 * row, lines, bold=row == 0)
    assert _read(tmp_path, sheet) == [
        (
            "table",
            "Role: Pilot; Duties: Leads ships in and out of the harbour by day and night; Since: 2019\n"
            "Role: Guard; Duties: Watches the gate and the yard at night, with a dog; Since: 2021",
        )
    ]


def test_an_ornament_above_a_list_makes_no_table_of_it(tmp_path: Path) -> None:
    sheet = Sheet()
    for edge, bottom in ((60, 590), (150, 636), (420, 590)):
        sheet.canvas.line(edge, bottom, edge, 720)
    for height in (720, 690, 590):
        sheet.canvas.line(60, height, 420, height)
    texts = ("Pilots lead ships in and out of the harbour", "Guards watch the gate and the yard", "Cooks work at night")
    for number, text in enumerate(texts):
        sheet.line("•", left=70, y=628 - 14 * number)
        sheet.line(text, left=86, y=628 - 14 * number)
    sheet.line("Who works", left=70, y=700)
    assert _read(tmp_path, sheet) == [("paragraph", "Who works"), *(("list_item", f"• {text}") for text in texts)]


@pytest.mark.parametrize("has_coloured_labels", [True, False])
def test_coloured_columns_with_gaps_between_them_are_one_table(tmp_path: Path, *, has_coloured_labels: bool) -> None:
    sheet = Sheet()
    rows = (
        ("Net sales", "26.6", "23.7"),
        ("Income", "1.1", "0.7"),
        ("Shops", "5,262", "5,250"),
        ("Square feet", "272", "277"),
    )
    for number, row in enumerate(rows):
        y = 600 - 14 * number
        grey = 0.9 - 0.1 * (number % 2)
        for left, width in ((60, 180), (246, 70), (322, 70))[not has_coloured_labels :]:
            _area(sheet, left, y - 4, width, 14, grey=grey)
            if left > 60:  # The sign of a currency has ground of its own.
                _area(sheet, left, y - 4, 10, 14, grey=grey)
        for left, text in zip((62, 280, 356), row, strict=True):
            sheet.line(text, left=left, y=y, size=9)
            if left > 62 and number < 2:
                sheet.line("$", left=left - 32, y=y, size=9)
    lines = "\n".join(text for _, text in _read(tmp_path, sheet)).splitlines()
    assert lines == ["Net sales | $26.6 | $23.7", "Income | $1.1 | $0.7", *(" | ".join(row) for row in rows[2:])]
