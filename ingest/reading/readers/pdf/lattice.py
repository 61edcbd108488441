"""Tables whose cells are drawn: boxes of level and upright lines that meet. Pure functions."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ingest.reading.readers.pdf.bands import rows_of
from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.rules import Drawn, Rule, Upright
from ingest.reading.readers.pdf.tables import Table, joined_cell
from ingest.reading.readers.tables import MAX_HEADER_ROWS, SPANNED, is_figure

_NEAR = 3.0  # Points between lines that are one, or that meet.
_MOST_LINES = 1_500  # Of each kind: more are a drawing.
_MOST_CELLS = 20_000
_LONGEST_CELL = 900  # Characters: a box of more is a part of the page, not of a table.
_LONGEST_REPEATED = 80  # Characters of a cell that stands for each row it reaches down to.
_LEAST_FILLED = 0.2
_MOSTLY = 0.6


class _Box(NamedTuple):
    left: float
    right: float
    bottom: float
    top: float

    def holds(self, line: Line) -> bool:
        across, up = (line.left + line.right) / 2, line.bottom + line.height / 2
        return self.left < across < self.right and self.bottom < up < self.top


@dataclass(slots=True)
class _Net:
    """Lines that meet: `columns` from left to right, `heights` from the top down."""

    level: list[Rule]
    upright: list[Upright]
    columns: list[float] = field(init=False)
    heights: list[float] = field(init=False)

    def __post_init__(self) -> None:
        ends = [(rule.left, rule.right) for rule in self.level]
        reach = [(upright.bottom, upright.top) for upright in self.upright]
        # A table may have no line at its sides.
        self.columns = _joined([upright.place for upright in self.upright], min(ends)[0], max(e for _, e in ends))
        self.heights = _joined([rule.height for rule in self.level], min(reach)[0], max(e for _, e in reach))[::-1]

    @property
    def box(self) -> _Box:
        return _Box(self.columns[0], self.columns[-1], self.heights[-1], self.heights[0])

    def is_parted(self, row: int, column: int) -> bool:
        """True where a line is drawn at the left of the cell."""
        place, middle = self.columns[column], (self.heights[row] + self.heights[row + 1]) / 2
        return any(abs(line.place - place) <= _NEAR and line.bottom < middle < line.top for line in self.upright)

    def is_roofed(self, row: int, column: int) -> bool:
        """True where a line is drawn on top of the cell."""
        height, middle = self.heights[row], (self.columns[column] + self.columns[column + 1]) / 2
        return any(abs(line.height - height) <= _NEAR and line.left < middle < line.right for line in self.level)


def lattices(lines: Sequence[Line], drawn: Drawn) -> Iterator[tuple[list[Line], Table | Drawn]]:
    """The lines inside each net of drawn lines, with the table that they make.

    Where its boxes hold parts of a page, it is the lines in each of them, with what is drawn there.
    """
    free = list(lines)
    for net in sorted(_nets(drawn), key=lambda net: net.box.right - net.box.left, reverse=True):
        inside = [line for line in free if net.box.holds(line)]
        if len(inside) < 3:
            continue
        cells = _cells(net, inside)
        filled = [cell for cell in cells.values() if cell.lines]
        if len({cell.row for cell in filled}) < 2 or len({cell.column for cell in filled}) < 2:
            continue
        if len(filled) < _LEAST_FILLED * len(cells):
            continue
        gone = set(map(id, inside))
        free = [line for line in free if id(line) not in gone]
        if any(sum(len(line.text) for line in cell.lines) > _LONGEST_CELL for cell in filled):
            yield from ((cell.lines, _within(_box_of(net, cell), drawn)) for cell in filled)
        else:
            yield inside, _table(net, cells, inside)


def _box_of(net: _Net, cell: _Cell) -> _Box:
    left, right = net.columns[cell.column], net.columns[cell.column + cell.width]
    return _Box(left, right, net.heights[cell.row + cell.height], net.heights[cell.row])


def _within(box: _Box, drawn: Drawn) -> Drawn:
    wide = _Box(box.left - _NEAR, box.right + _NEAR, box.bottom - _NEAR, box.top + _NEAR)
    level = [
        line
        for line in drawn.level
        if box.bottom + _NEAR < line.height < box.top - _NEAR and wide.left < line.left < line.right < wide.right
    ]
    upright = [
        line
        for line in drawn.upright
        if box.left + _NEAR < line.place < box.right - _NEAR and wide.bottom < line.bottom < line.top < wide.top
    ]
    return Drawn(level, upright)


def _joined(places: Iterable[float], first: float, last: float) -> list[float]:
    """The places in order, each once, with the ends where these lie well outside."""
    ordered = sorted(places)
    ordered = [first, *ordered] if first < ordered[0] - 3 * _NEAR else ordered
    ordered = [*ordered, last] if last > ordered[-1] + 3 * _NEAR else ordered
    joined = ordered[:1]
    for place in ordered[1:]:
        if place - joined[-1] > _NEAR:
            joined.append(place)
    return joined


def _nets(drawn: Drawn) -> Iterator[_Net]:
    """Lines that meet each other, directly or by others."""
    if not 0 < len(drawn.upright) <= _MOST_LINES or not 1 < len(drawn.level) <= _MOST_LINES:
        return
    parent = list(range(len(drawn.level) + len(drawn.upright)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for number, line in enumerate(drawn.upright, len(drawn.level)):
        for other, rule in enumerate(drawn.level):
            if (
                rule.left - _NEAR <= line.place <= rule.right + _NEAR
                and line.bottom - _NEAR <= rule.height <= line.top + _NEAR
            ):
                parent[root(other)] = root(number)
    found: defaultdict[int, tuple[list[Rule], list[Upright]]] = defaultdict(lambda: ([], []))
    for number, rule in enumerate(drawn.level):
        found[root(number)][0].append(rule)
    for number, line in enumerate(drawn.upright, len(drawn.level)):
        found[root(number)][1].append(line)
    for level, upright in found.values():
        if level and upright:
            net = _Net(level, upright)
            if len(net.columns) > 2 and len(net.heights) > 2 and len(net.columns) * len(net.heights) < _MOST_CELLS:
                yield net


@dataclass(slots=True)
class _Cell:
    """Where it begins, how many rows and columns it takes, and what stands in it."""

    row: int
    column: int
    height: int = 1
    width: int = 1
    lines: list[Line] = field(default_factory=list)


def _cells(net: _Net, lines: Sequence[Line]) -> dict[tuple[int, int], _Cell]:
    """Each cell by its upper left corner."""
    owner: dict[tuple[int, int], _Cell] = {}
    rows, columns = len(net.heights) - 1, len(net.columns) - 1
    for row, column in itertools.product(range(rows), range(columns)):
        left, above = owner.get((row, column - 1)), owner.get((row - 1, column))
        if left is not None and left.row == row and not net.is_parted(row, column):
            left.width += 1
            owner[row, column] = left
        elif above is not None and above.column <= column and not net.is_roofed(row, column):
            above.height = row - above.row + 1
            owner[row, column] = above
        else:
            owner[row, column] = _Cell(row, column)
    for line in lines:
        across, up = (line.left + line.right) / 2, line.bottom + line.height / 2
        column = sum(place < across for place in net.columns[1:-1])
        row = sum(height > up for height in net.heights[1:-1])
        owner[row, column].lines.append(line)
    return {(cell.row, cell.column): cell for cell in owner.values()}


def _table(net: _Net, cells: dict[tuple[int, int], _Cell], lines: list[Line]) -> Table:
    columns = len(net.columns) - 1
    rows: list[list[str]] = []
    bold: list[bool] = []
    reaching: dict[int, tuple[int, str]] = {}  # Column: rows still to come, text.
    for row in range(len(net.heights) - 1):
        starting = [cell for (at, _), cell in sorted(cells.items()) if at == row]
        for texts, is_bold in _rows(starting, columns):
            rows.append(texts)
            bold.append(is_bold)
        for column, (left, text) in list(reaching.items()):
            for texts in rows[-1:]:
                texts[column] = texts[column] or text
            reaching[column] = (left - 1, text)
            if left <= 1:
                del reaching[column]
        for cell in starting:
            text = rows[-1][cell.column]
            if cell.height > 1 and text and len(text) <= _LONGEST_REPEATED:
                reaching[cell.column] = (cell.height - 1, text)
                reaching |= {cell.column + offset: (cell.height - 1, SPANNED) for offset in range(1, cell.width)}
    kept = [number for number, texts in enumerate(rows) if any(text not in ("", SPANNED) for text in texts)]
    rows, bold = [rows[number] for number in kept], [bold[number] for number in kept]
    used = [column for column in range(columns) if any(texts[column] not in ("", SPANNED) for texts in rows)]
    leading = next((number for number, is_bold in enumerate(bold) if not is_bold), 0)
    header = leading if 0 < leading <= MAX_HEADER_ROWS else None
    return Table(
        [[texts[column] for column in used] for texts in rows], header, list(map(net.columns.__getitem__, used)), lines
    )


def _rows(cells: Sequence[_Cell], columns: int) -> Iterator[tuple[list[str], bool]]:
    """The rows of text in cells side by side: one, but where several rows stand between two drawn lines."""
    lines = [line for cell in cells for line in cell.lines]
    if not lines:
        yield [""] * columns, False
        return
    for group in _groups(cells, lines):
        texts = [""] * columns
        for cell in cells:
            texts[cell.column] = joined_cell(_in_order([line for line in cell.lines if id(line) in group]))
            for offset in range(1, cell.width):
                texts[cell.column + offset] = SPANNED
        yield texts, all(line.is_bold or len(line.text) < 2 for line in lines if id(line) in group)


def _groups(cells: Sequence[_Cell], lines: Sequence[Line]) -> list[set[int]]:
    """The ids of the lines of each row of text."""
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
    if len(full) < 2 or len(full) < _MOSTLY * len(heights) or not figures:
        return whole
    groups: list[set[int]] = []
    for row in heights:
        if not groups or row in full:
            groups.append(set())
        groups[-1] |= row
    return groups


def _rows_by_height(lines: Sequence[Line]) -> list[set[int]]:
    """The ids of lines beside each other, from the top down."""
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


def _in_order(lines: Sequence[Line]) -> list[str]:
    return [cell.text for row in rows_of(lines) for cell in row.cells]
