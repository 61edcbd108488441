"""Tables whose cells are drawn as boxes, and pages that are turned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont

from tests.ingest.reading.readers.files import outline, read_bytes
from tests.ingest.reading.readers.pdfpages import Sheet

LEFT, TOP, WIDTH, HEIGHT = 72, 700, 90, 20


def _grid(sheet: Sheet, *, columns: Sequence[int], rows: Sequence[int]) -> None:
    """Lines around cells; `columns` and `rows` are where they stand, counted in cells."""
    canvas = sheet.canvas
    for column in columns:
        canvas.line(LEFT + WIDTH * column, TOP - HEIGHT * rows[0], LEFT + WIDTH * column, TOP - HEIGHT * rows[-1])
    for row in rows:
        canvas.line(LEFT + WIDTH * columns[0], TOP - HEIGHT * row, LEFT + WIDTH * columns[-1], TOP - HEIGHT * row)


def _write(sheet: Sheet, cells: Iterable[tuple[float, float, str]], *, size: float = 9) -> None:
    """Row, column and text of each cell."""
    for row, column, text in cells:
        sheet.line(text, size=size, left=LEFT + WIDTH * column + 3, y=TOP - HEIGHT * (row + 1) + 6)


def _table(tmp_path: Path, sheet: Sheet) -> list[str]:
    return [text for kind, text in outline(read_bytes(tmp_path, "a.pdf", sheet.data())) if kind == "table"]


def test_texts_in_neighbouring_boxes_are_two_cells_however_near_they_stand(tmp_path: Path) -> None:
    sheet = Sheet()
    _grid(sheet, columns=range(4), rows=range(4))
    _write(sheet, [(0, 0, "Harbour"), (0, 1, "Crane"), (0, 2, "Load")])
    for row, name in ((1, "North"), (2, "South")):
        _write(sheet, [(row, 0, name), (row, 0.62, "lift no."), (row, 1, f"Crane {row}"), (row, 2, f"{row}0")])
    assert _table(tmp_path, sheet) == [
        "Harbour: North lift no.; Crane: Crane 1; Load: 10\nHarbour: South lift no.; Crane: Crane 2; Load: 20"
    ]


def test_a_cell_that_reaches_down_stands_in_each_of_its_rows(tmp_path: Path) -> None:
    sheet = Sheet()
    _grid(sheet, columns=(1, 2, 3), rows=range(5))
    _grid(sheet, columns=(0, 1), rows=(0, 1, 3, 4))
    _write(sheet, [(0, 0, "Quay"), (0, 1, "Crane"), (0, 2, "Load")])
    _write(sheet, [(1.5, 0, "North"), (1, 1, "old"), (1, 2, "10"), (2, 1, "new"), (2, 2, "20")])
    _write(sheet, [(3, 0, "South"), (3, 1, "small"), (3, 2, "5")])
    assert _table(tmp_path, sheet) == [
        "Quay: North; Crane: old; Load: 10\nQuay: North; Crane: new; Load: 20\nQuay: South; Crane: small; Load: 5"
    ]


def test_a_name_over_two_columns_belongs_to_both(tmp_path: Path) -> None:
    sheet = Sheet()
    _grid(sheet, columns=range(4), rows=range(1, 4))
    _grid(sheet, columns=(0, 1, 3), rows=(0, 1))
    _write(sheet, [(0, 1.4, "Load in tons"), (1, 0, "Quay"), (1, 1, "2023"), (1, 2, "2024")])
    _write(sheet, [(2, 0, "North"), (2, 1, "10"), (2, 2, "20")])
    assert _table(tmp_path, sheet) == ["Quay: North; Load in tons 2023: 10; Load in tons 2024: 20"]


def test_rows_without_lines_between_them_stay_rows(tmp_path: Path) -> None:
    sheet = Sheet()
    _grid(sheet, columns=range(4), rows=(0, 1, 4, 5))
    rows = [("Quay", "Crane", "Load"), ("North", "old", "10"), ("South", "new", "20"), ("West", "tall", "7")]
    _write(sheet, [(row, column, text) for row, texts in enumerate(rows) for column, text in enumerate(texts)])
    _write(sheet, [(4, 0, "All"), (4, 2, "37")])
    assert _table(tmp_path, sheet) == [
        "Quay: North; Crane: old; Load: 10\nQuay: South; Crane: new; Load: 20\nQuay: West; Crane: tall; Load: 7\n"
        "Quay: All; Load: 37"
    ]


def test_boxes_that_hold_parts_of_a_page_are_no_table(tmp_path: Path) -> None:
    sheet = Sheet()
    canvas = sheet.canvas
    for x in (60, 300, 540):
        canvas.line(x, 720, x, 100)
    for y in (720, 500, 100):
        canvas.line(60, y, 540, y)
    words = "The keeper lights the lamp an hour before dusk"
    for box, (left, top) in enumerate(((70, 700), (310, 700), (70, 480), (310, 480))):
        for number in range(24 if box == 2 else 3):
            sheet.line(words, size=9, left=left, y=top - 12 * number)
    assert not _table(tmp_path, sheet)


def test_a_page_that_is_turned_is_read_as_it_is_shown(tmp_path: Path) -> None:
    sheet = Sheet()
    canvas = sheet.canvas
    canvas.rotate(90)
    canvas.translate(0, -792)
    for row, texts in enumerate((("Quay", "Crane", "Load"), ("North", "old", "10"), ("South", "new", "20"))):
        for column, text in enumerate(texts):
            sheet.line(text, left=72 + 120 * column, y=600 - 16 * row)
    assert _table(tmp_path, sheet) == ["Quay: North; Crane: old; Load: 10\nQuay: South; Crane: new; Load: 20"]


def test_what_is_drawn_twice_at_one_place_is_read_once(tmp_path: Path) -> None:
    sheet = Sheet()
    for shift in (0, 1.5):
        for number, text in enumerate(("The lamp of the tower", "is lit before dusk.", "It burns until dawn.")):
            sheet.line(text, left=72 + shift, y=700 - shift - 20 * number, size=14)
    assert read_bytes(tmp_path, "a.pdf", sheet.data()).text.count("lamp") == 1


def test_names_over_several_columns_do_not_join_these(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line("Load in tons of the crane", left=160, y=716)
    for row, texts in enumerate(
        (("Quay", "old", "new"), ("North", "10", "20"), ("South", "7", "9"), ("West", "1", "2"))
    ):
        for column, text in enumerate(texts):
            sheet.line(text, left=72 + 100 * column, y=700 - 16 * row)
    sheet.line("Height", left=400, y=716)
    for row, text in enumerate(("feet", "80", "90", "40")):
        sheet.line(text, left=400, y=700 - 16 * row)
    assert _table(tmp_path, sheet)[0].split("\n")[0].endswith("20; Height feet: 80")


def test_columns_of_japanese_are_read_from_right_to_left(tmp_path: Path) -> None:
    sheet = Sheet()
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5", isVertical=True))
    columns = (
        "灯台の灯りは日没の一時間前に点される。",
        "そして日の出まで燃え続ける。番人は四時間",
        "ごとに時計仕掛けを巻き、レンズが回り続",
        "けるようにする。",
    )
    sheet.canvas.setFont("HeiseiKakuGo-W5", 12)
    for number, text in enumerate(columns):
        sheet.canvas.drawString(500 - 20 * number, 750, text)
    assert read_bytes(tmp_path, "a.pdf", sheet.data()).text == "".join(columns)


def test_rows_of_words_without_lines_between_them_stay_rows(tmp_path: Path) -> None:
    sheet = Sheet()
    _grid(sheet, columns=range(4), rows=(0, 1, 4))
    rows = [("Quay", "Crane", "Desk"), ("North", "old", "blue"), ("South", "new", "red"), ("West", "tall", "grey")]
    _write(sheet, [(row, column, text) for row, texts in enumerate(rows) for column, text in enumerate(texts)])
    assert _table(tmp_path, sheet)[0].split("\n")[1:] == [
        "Quay: South; Crane: new; Desk: red",
        "Quay: West; Crane: tall; Desk: grey",
    ]
