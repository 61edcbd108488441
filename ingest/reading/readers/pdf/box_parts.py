"""Drawn boxes that hold parts of a page and no cells of a table: addresses, columns of text, the cards and areas of a
slide; and coloured ground behind words. Pure functions."""

from __future__ import annotations

import itertools
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence

from ingest.reading.readers.pdf.cellrows import Cell, is_wrapped
from ingest.reading.readers.pdf.lines import BULLETS, CELL
from ingest.reading.readers.tables import is_figure

_MAX_CELL_CHARS = 900  # Characters: a box of more is a part of the page, not of a table.
_LINES_OF_PART = 6
_ROWS_OF_PARTS = 4
_MOSTLY, _NEARLY = 0.6, 0.9
_SAME_HEIGHT = 2.0  # Points.
_LINES_OF_TEXT, _MIN_TEXT = 4, 60  # Of the text of an area: lines, and characters.
_LARGER = 1.12  # Times the height of the text below.
_LINES_OF_CARD = 3
_TOUCHING, _LEVEL = 0.5, 0.3  # Heights of a line, from word to word and up or down.
_MIN_TOUCHING = 2
_HIGHEST_MARK = 1.6  # Heights of a line.
_MAX_MARK = 2  # Characters.


def are_parts(filled: Sequence[Cell]) -> bool:
    """Whether the boxes hold parts of a page: a long text in one, or lists and addresses of many lines in few rows."""
    if any(sum(len(line.text) for line in cell.lines) > _MAX_CELL_CHARS for cell in filled):
        return True
    tall = [cell for cell in filled if len(cell.lines) >= _LINES_OF_PART and not is_wrapped(cell.lines)]
    if _are_in_rows(tall):
        return False
    return len(tall) > 1 and len({cell.row for cell in filled}) <= _ROWS_OF_PARTS and len(tall) * 3 >= len(filled)


def _are_in_rows(tall: Sequence[Cell]) -> bool:
    """Whether tall boxes side by side are columns of a table: lines at the same heights, most of them figures."""
    if len(tall) < 2 or len({cell.row for cell in tall}) > 1:
        return False
    heights = {round(line.bottom / _SAME_HEIGHT) for line in tall[0].lines}
    heights |= {height + 1 for height in heights}
    others = [line for cell in tall[1:] for line in cell.lines]
    beside = sum(round(line.bottom / _SAME_HEIGHT) in heights for line in others)
    return beside >= _NEARLY * len(others) and sum(is_figure(line.text) for line in others) >= _MOSTLY * len(others)


def are_areas(filled: Sequence[Cell]) -> bool:
    """Whether the boxes are the areas of a slide.

    Either at most one row has several cells, all of them running text or lists, or most boxes are cards, each with its
    own heading above its text.
    """
    rows = defaultdict(list)
    for cell in filled:
        if not _is_mark(cell):
            rows[cell.row].append(cell)
    several = [cells for cells in rows.values() if len(cells) > 1]
    beside = [cell for cells in several for cell in cells]
    if len(several) < 2 and any(map(_is_text, filled)) and all(map(_is_text, beside)):
        return True
    if _are_columns(filled):
        return True
    cards = sum(map(_is_card, filled))
    return cards > 1 and cards >= _MOSTLY * sum(len(cells) for cells in rows.values())


def _are_columns(filled: Sequence[Cell]) -> bool:
    """Whether there are only two rows: titles, and long texts below them."""
    below = [cell for cell in filled if cell.row == max(other.row for other in filled)]
    titles = [cell for cell in filled if cell not in below]
    is_pair = len(below) > 1 and [cell.column for cell in titles] == [cell.column for cell in below]
    return (
        is_pair
        and all(len(cell.lines) >= _LINES_OF_PART and _is_text(cell) for cell in below)
        and all(len(cell.lines) < _LINES_OF_CARD for cell in titles)
    )


def texts_of(filled: Sequence[Cell]) -> Iterator[list[Cell]]:
    """The cells one by one from the top, each with the bullet before it; titles come before the texts below them."""
    waiting: list[Cell] = []
    by_column = _are_columns(filled)
    for cell in sorted(filled, key=lambda cell: (cell.column, cell.row) if by_column else (cell.row, cell.column)):
        if waiting and waiting[-1].row != cell.row:
            yield waiting
            waiting = []
        waiting.append(cell)
        if not _is_mark(cell):
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def are_marked(filled: Sequence[Cell], heights: Sequence[float]) -> bool:
    """Whether the boxes, whose rows have these heights, only colour the ground behind words.

    Then the text goes on from box to box.
    """
    usual = statistics.median(line.height for cell in filled for line in cell.lines)
    if statistics.median(heights) > _HIGHEST_MARK * usual:
        return False
    lines = sorted((line.bottom, line.left, line, cell) for cell in filled for line in cell.lines)
    beside = [
        (line, other)
        for (_, _, line, cell), (_, _, other, another) in itertools.pairwise(lines)
        if cell is not another and abs(line.bottom - other.bottom) < _LEVEL * line.height and line.left < other.left
    ]
    touching = sum(
        other.left - line.right < _TOUCHING * line.height and min(len(line.text), len(other.text)) > _MAX_MARK
        for line, other in beside
    )
    return touching >= _MIN_TOUCHING and touching >= _MOSTLY * len(beside)


def _is_mark(cell: Cell) -> bool:
    """Whether the cell holds only bullets, or the page's number."""
    if all(line.text in BULLETS for line in cell.lines):
        return True
    return sum(len(line.text) for line in cell.lines) <= _MAX_MARK


def _is_text(cell: Cell) -> bool:
    """Whether the cell holds running text or a list."""
    length = sum(len(line.text) for line in cell.lines)
    if len(cell.lines) < _LINES_OF_TEXT or length < _MIN_TEXT:
        return False
    listed = sum(line.text[0] in BULLETS for line in cell.lines)
    return listed > 1 or is_wrapped(cell.lines)


def _is_card(cell: Cell) -> bool:
    """Whether the first line is in bold or in larger type, and the text below it is not."""
    if len(cell.lines) < _LINES_OF_CARD:
        return False
    first, *rest = sorted(cell.lines, key=lambda line: -line.bottom)
    largest = max(line.height for line in rest)
    is_larger = first.height > _LARGER * largest
    is_bold = first.is_bold and not any(line.is_bold for line in rest)
    return (is_larger or is_bold) and not is_figure(first.text) and CELL not in first.text and len(rest[0].text) > 2
