"""Rows of text inside the drawn cells of one table row. Usually there is one, but a box may hold a list. Pure
functions."""

from __future__ import annotations

import itertools
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.reading.readers.pdf.labels import is_named
from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.rows import rows_of
from ingest.reading.readers.pdf.tables import joined_cell
from ingest.reading.readers.tables import SPANNED, is_figure

_WRAPPED = 0.3  # Share of wrapped lines that begin in lower case.
_MOSTLY, _NEARLY = 0.6, 0.9
_ROWS_OF_LIST = 4
_MIN_APART, _FAR_APART = 3, 1.7  # Rows, and line heights from row to row: more than a wrapped text has.
_ROOM = 1.6  # Heights between rows of words.


@dataclass(slots=True)
class Cell:
    """A cell's position, the number of rows and columns it spans, and its lines."""

    row: int
    column: int
    height: int = 1
    width: int = 1
    lines: list[Line] = field(default_factory=list)


def rows_in(cells: Sequence[Cell], columns: int) -> Iterator[tuple[list[str], bool]]:
    """The rows of text in cells side by side, and whether each is bold. Several rows may share one drawn box."""
    lines = [line for cell in cells for line in cell.lines]
    if not lines:
        yield [""] * columns, False
        return
    for group in _groups(cells, lines):
        texts = [""] * columns
        for cell in cells:
            texts[cell.column] = _text_of([line for line in cell.lines if id(line) in group])
            for offset in range(1, cell.width):
                texts[cell.column + offset] = SPANNED
        yield texts, all(line.is_bold or len(line.text) < 2 for line in lines if id(line) in group)


def _groups(cells: Sequence[Cell], lines: Sequence[Line]) -> list[set[int]]:
    """The ids of the lines in each row of text."""
    flat = [cell for cell in cells if cell.height == 1 and cell.lines]
    heights = _rows_by_height(lines)
    whole = [set(map(id, lines))]
    if len(heights) < 2 or len(flat) < 2:
        return whole
    full = [
        row
        for row in heights
        if sum(any(id(line) in row for line in cell.lines) for cell in flat) > _MOSTLY * len(flat)
    ]
    figures = [
        cell
        for cell in flat
        if len(cell.lines) >= _MOSTLY * len(heights)
        and sum(is_figure(line.text) for line in cell.lines) >= _MOSTLY * len(cell.lines)
    ]
    counts = [sum(any(id(line) in row for line in cell.lines) for row in heights) for cell in flat]
    is_whole = min(len(flat), len(heights)) > 2 and all(count == len(heights) for count in counts)
    if _are_apart(cells, lines, heights):
        return heights
    if anchored := _anchored(flat, lines):
        return anchored
    if counts[0] == len(heights) and _has_figure_each(flat, len(heights)):
        return heights
    if len(heights) >= _ROWS_OF_LIST and counts[0] >= _NEARLY * len(heights) and _is_list(flat):
        return heights
    if len(full) < 2 or len(full) < _MOSTLY * len(heights) or not (figures or is_whole):
        return whole
    groups: list[set[int]] = []
    for row in heights:
        if not groups or row in full:
            groups.append(set())
        groups[-1] |= row
    return groups


def _are_apart(cells: Sequence[Cell], lines: Sequence[Line], heights: Sequence[set[int]]) -> bool:
    """Whether there is much room between all rows, as never within a wrapped text, and most rows have several cells."""
    if len(heights) < _MIN_APART or any(is_named(cell.lines) for cell in cells):
        return False
    middles = [statistics.mean(_middle(line) for line in lines if id(line) in row) for row in heights]
    least = min(above - below for above, below in itertools.pairwise(middles))
    filled = [sum(any(id(line) in row for line in cell.lines) for cell in cells) for row in heights]
    several = sum(count > 1 for count in filled)
    return least >= _FAR_APART * max(line.height for line in lines) and several >= _MOSTLY * len(heights)


def _has_figure_each(cells: Sequence[Cell], count: int) -> bool:
    """Whether a cell after the first holds one figure for each of the rows."""
    return any(len(cell.lines) == count and all(is_figure(line.text) for line in cell.lines) for cell in cells[1:])


def _anchored(cells: Sequence[Cell], lines: Sequence[Line]) -> list[set[int]]:
    """The ids of the lines in each row, if most cells have one line per row, centred on the wrapped text of the others,
    and the rows hold figures or are well apart. Empty otherwise."""
    count, times = Counter(len(cell.lines) for cell in cells).most_common(1)[0]
    columns = [sorted(cell.lines, key=lambda line: -line.bottom) for cell in cells if len(cell.lines) == count]
    if count < 2 or times < max(2, _MOSTLY * len(cells)) or all(len(cell.lines) == count for cell in cells):
        return []
    rows = [[_middle(column[number]) for column in columns] for number in range(count)]
    height = max(line.height for column in columns for line in column)
    least = min(min(above) - max(below) for above, below in itertools.pairwise(rows))
    has_figures = any(sum(is_figure(line.text) for line in column) >= _MOSTLY * count for column in columns)
    if any(max(row) - min(row) > 0.5 * height for row in rows) or least < (1.0 if has_figures else _ROOM) * height:
        return []
    places = [statistics.mean(row) for row in rows]
    groups: list[set[int]] = [set() for _ in rows]
    for line in lines:
        nearest = min(range(count), key=lambda number: abs(places[number] - _middle(line)))
        groups[nearest].add(id(line))
    return groups


def _middle(line: Line) -> float:
    return line.bottom + line.height / 2


def _is_list(cells: Sequence[Cell]) -> bool:
    """Whether each line of the first cell begins a row: no cell is running text, and one holds figures."""
    return not any(is_wrapped(cell.lines) for cell in cells) and any(
        sum(is_figure(line.text) for line in cell.lines) >= _MOSTLY * len(cell.lines) for cell in cells[1:]
    )


def _rows_by_height(lines: Sequence[Line]) -> list[set[int]]:
    """The ids of lines at the same height, from the top down."""
    rows: list[set[int]] = []
    last: Line | None = None
    for line in sorted(lines, key=lambda line: -(line.bottom + line.height / 2)):
        if last is not None and abs((last.bottom + last.height / 2) - (line.bottom + line.height / 2)) < 0.5 * min(
            last.height, line.height
        ):
            rows[-1].add(id(line))
        else:
            rows.append({id(line)})
            last = line
    return rows


def is_wrapped(lines: Sequence[Line]) -> bool:
    """Whether the lines are running text: most begin in lower case, or continue a line that ends there."""
    return sum(line.text[0].islower() for line in lines) >= _WRAPPED * len(lines)


def _text_of(lines: Sequence[Line]) -> str:
    """The text of a cell. In forms a small first line is the label of what follows in the same box."""
    texts = _in_order(lines)
    return f"{texts[0].rstrip(':')}: {joined_cell(texts[1:])}" if is_named(lines) else joined_cell(texts)


def _in_order(lines: Sequence[Line]) -> list[str]:
    return [cell.text for row in rows_of(lines) for cell in row.cells]
