"""Arrange a page's lines as rows of cells. Pure functions."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ingest.reading.readers.pdf.lines import Line, is_raised, joined_beside
from ingest.reading.readers.superscripts import with_superscript

# In line heights: closer cells are joined, and a gutter between columns is at least as wide.
CELL_GAP = 0.75
_GUTTER = 0.6
_NARROW_GUTTER = -0.2  # For rows known to be in columns, which may overlap a little.
_WIDEST_BLANK = 3.0
_MIN_GAPS, _BY_CHANCE = 12, 0.35  # Gaps on a page; share of them.
_RECENT = 8  # Lines of a row that a new one is compared with.
_NEXT_LINE = 0.7  # Heights between lines.
_MIN_TEXT, _ALIKE = 6, 0.1  # Characters of a line that is not part of a formula; share of its height.
_SAME_ROW = 0.5  # Share of the lower line's height that overlaps the other.
_FARTHEST_ROW = 2.5  # Heights between rows.

Interval = tuple[float, float]


class Row(NamedTuple):
    """Cells side by side, from left to right."""

    cells: list[Line]
    bottom: float
    height: float

    @property
    def gutter(self) -> float:
        """The width, in points, of a gap that separates two columns."""
        is_apart = self.cells[0].is_apart if len(self.cells) == 1 else any(cell.is_apart for cell in self.cells)
        return (_NARROW_GUTTER if is_apart else _GUTTER) * self.height


def rows_of(lines: Iterable[Line]) -> list[Row]:
    """The rows from top to bottom; lines close together are joined."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (-(line.bottom + line.height / 2), line.left)):
        if rows and _is_beside(rows[-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [
        Row(row, row[0].bottom, row[0].height)
        if len(row) == 1
        else Row(_cells(row), min(line.bottom for line in row), max(line.height for line in row))
        for row in rows
    ]


def _is_beside(row: Sequence[Line], line: Line) -> bool:
    tallest = row[0] if len(row) == 1 else max(row, key=lambda other: other.height)
    overlap = min(tallest.bottom + tallest.height, line.bottom + line.height) - max(tallest.bottom, line.bottom)
    return overlap > _SAME_ROW * min(tallest.height, line.height) and not any(
        _stands_below(line, other) for other in row[-_RECENT:]
    )


def _stands_below(line: Line, other: Line) -> bool:
    """Whether the line is the next line of a text, although a taller one is beside both."""
    return (
        min(len(line.text), len(other.text)) >= _MIN_TEXT
        and abs(line.height - other.height) < _ALIKE * line.height
        and line.left < other.right - line.height
        and other.left < line.right - line.height
        and other.bottom - line.bottom > _NEXT_LINE * max(line.height, other.height)
    )


def _cells(row: Sequence[Line]) -> list[Line]:
    cells: list[Line] = []
    for line in sorted(row, key=lambda line: line.left):
        before = cells[-1] if cells else None
        gap = line.left - before.right if before else 0.0
        if before is None or line.is_apart or gap > CELL_GAP * min(before.height, line.height) or gap < -before.height:
            cells.append(line)
        elif is_raised(before, line):
            cells[-1] = before._replace(text=with_superscript(before.text, line.text), right=line.right)
        else:
            between = " " if gap > 0.12 * before.height else ""
            cells[-1] = joined_beside(before, line, between)
    return cells


def without_chance_gaps(rows: Sequence[Row]) -> list[Row]:
    """The rows, with gaps closed that are only wide blanks between words, as in OCR text: the rows above and below have
    text there, or gaps on most of the page do not line up."""
    if _are_by_chance(rows):
        return [_closed(row, None, None) if len(row.cells) > 1 else row for row in rows]
    return [
        _closed(row, rows[number - 1], rows[number + 1]) if 0 < number < len(rows) - 1 and len(row.cells) > 1 else row
        for number, row in enumerate(rows)
    ]


def _are_by_chance(rows: Sequence[Row]) -> bool:
    """Whether few of the gaps between words continue in the next two rows."""
    going_on = count = 0
    for number, row in enumerate(rows[:-2]):
        for one, other in itertools.pairwise(row.cells):
            middle = (one.right + other.left) / 2
            below = [cells for cells, *_ in rows[number + 1 : number + 3] if cells[0].left < middle < cells[-1].right]
            if len(below) == 2 and one.text[-1].isalpha():
                count += 1
                going_on += not any(_is_covered(middle, middle, cells) for cells in below)
    return count >= _MIN_GAPS and going_on < _BY_CHANCE * count


def _closed(row: Row, above: Row | None, below: Row | None) -> Row:
    """The row, with those gaps closed that the rows above and below, if any, cover with text."""
    if above and below and above.bottom - below.bottom > 2 * _FARTHEST_ROW * row.height:
        return row
    cells = row.cells[:1]
    for cell in row.cells[1:]:
        left, right = cells[-1].right, cell.left
        is_chance = (
            not cell.is_apart
            and right - left < _WIDEST_BLANK * row.height
            and all(_is_covered(left, right, other.cells) for other in (above, below) if other)
        )
        if is_chance:
            cells[-1] = joined_beside(cells[-1], cell, " ")
        else:
            cells.append(cell)
    return row if len(cells) == len(row.cells) else row._replace(cells=cells)


def _is_covered(left: float, right: float, cells: Sequence[Line]) -> bool:
    return any(cell.left < left and cell.right > right for cell in cells)
