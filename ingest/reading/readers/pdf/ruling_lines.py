"""Lines drawn on a page that meet, such as those around the cells of a table. Pure functions."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.rules import Drawn, Rule, Upright

NEAR = 3.0  # Points between lines that are the same, or that meet.
_MAX_LINES = 1_000  # Of each direction; a page with more holds an illustration.
_MAX_LAYERS = 3  # Rows of column names, where an upper name covers several lower ones.
_TOUCHING = 1.0  # Points between lines of one table, if another table is close to it.
_NEARLY = 0.95
_MAX_CELLS = 20_000
_MAX_COLUMNS = 60  # Of coloured columns put together.
_COLUMN_GAP, _SAME_TOP = 16.0, 8.0  # Points between coloured columns of one table; between tops that are sorted as one.


class Box(NamedTuple):
    left: float
    right: float
    bottom: float
    top: float

    def holds(self, line: Line) -> bool:
        across, up = (line.left + line.right) / 2, line.bottom + line.height / 2
        return self.left < across < self.right and self.bottom < up < self.top


@dataclass(slots=True)
class RuledGrid:
    """Lines that meet: positions of `columns` from left to right, of `heights` from the top down."""

    level: list[Rule]
    upright: list[Upright]
    columns: list[float] = field(init=False)
    heights: list[float] = field(init=False)
    _beside: list[list[Upright]] = field(init=False)
    _above: list[list[Rule]] = field(init=False)

    def __post_init__(self) -> None:
        ends = [(rule.left, rule.right) for rule in self.level]
        reach = [(upright.bottom, upright.top) for upright in self.upright]
        # A table may have no line on its left or right side.
        self.columns = _joined([upright.place for upright in self.upright], min(ends)[0], max(e for _, e in ends))
        self.heights = _joined([rule.height for rule in self.level], min(reach)[0], max(e for _, e in reach))[::-1]
        self._beside = [[line for line in self.upright if abs(line.place - at) <= NEAR] for at in self.columns]
        self._above = [[line for line in self.level if abs(line.height - at) <= NEAR] for at in self.heights]

    @property
    def box(self) -> Box:
        return Box(self.columns[0], self.columns[-1], self.heights[-1], self.heights[0])

    def row_heights(self) -> list[float]:
        return [top - bottom for top, bottom in itertools.pairwise(self.heights)]

    def has_line_left(self, row: int, column: int) -> bool:
        """Whether a line is drawn on the cell's left side."""
        middle = (self.heights[row] + self.heights[row + 1]) / 2
        return any(line.bottom < middle < line.top for line in self._beside[column])

    def has_line_above(self, row: int, column: int) -> bool:
        """Whether a line is drawn above the cell."""
        middle = (self.columns[column] + self.columns[column + 1]) / 2
        return any(line.left < middle < line.right for line in self._above[row])


def sections_of(net: RuledGrid) -> list[range]:
    """The rows of a net, split where its columns change: a form is several tables, one below the other."""
    rows = range(len(net.heights) - 1)
    columns = range(1, len(net.columns) - 1)
    sections = [range(0)]
    known: frozenset[int] = frozenset()
    for row in rows:
        parted = frozenset(column for column in columns if net.has_line_left(row, column))
        start = sections[-1].start
        is_layer = parted >= known and (row - start < _MAX_LAYERS or (len(known) > 1 and len(parted - known) == 1))
        if parted <= known or is_layer:
            sections[-1] = range(start, row + 1)
            known |= parted
        else:
            sections.append(range(row, row + 1))
            known = parted
    return sections


def ruled_grids(drawn: Drawn) -> Iterator[RuledGrid]:
    """The nets of drawn lines, and those of coloured areas that no net of lines covers."""
    nets = list(_nets(Drawn([line for line in drawn.level if not line.is_edge], _lines_alone(drawn.upright))))
    yield from nets
    boxes = [net.box for net in nets]
    level = [line for line in drawn.level if not any(_crosses(line, box) for box in boxes)]
    upright = [line for line in drawn.upright if not any(_stands_in(line, box) for box in boxes)]
    if any(line.is_edge for line in upright):
        yield from _joined_beside(_nets(Drawn(level, upright)))


def _joined_beside(nets: Iterable[RuledGrid]) -> list[RuledGrid]:
    """The nets of coloured areas; those of one height and close beside each other are the columns of one table."""
    joined: list[RuledGrid] = []
    for net in sorted(nets, key=lambda net: (round(net.box.top / _SAME_TOP), net.box.left)):
        last = joined[-1] if joined else None
        if last is not None and _are_columns(last, net):
            joined[-1] = RuledGrid([*last.level, *net.level], sorted([*last.upright, *net.upright]))
        else:
            joined.append(net)
    return joined


def _are_columns(one: RuledGrid, other: RuledGrid) -> bool:
    return (
        0 < other.box.left - one.box.right < _COLUMN_GAP
        and abs(one.box.top - other.box.top) < NEAR
        and abs(one.box.bottom - other.box.bottom) < NEAR
        and len(one.columns) < _MAX_COLUMNS
        and len(one.columns) * len(one.heights) < _MAX_CELLS
        and all(any(line.is_edge for line in net.upright) for net in (one, other))
    )


def _lines_alone(lines: Sequence[Upright]) -> list[Upright]:
    return [line for line in lines if not line.is_edge]


def _crosses(line: Rule, box: Box) -> bool:
    return box.bottom - NEAR < line.height < box.top + NEAR and line.left < box.right and box.left < line.right


def _stands_in(line: Upright, box: Box) -> bool:
    return box.left - NEAR < line.place < box.right + NEAR and line.bottom < box.top and box.bottom < line.top


def _nets(drawn: Drawn) -> Iterator[RuledGrid]:
    """Groups of lines that meet, directly or through others."""
    drawn = _whole(drawn)
    if not 0 < len(drawn.upright) <= _MAX_LINES or not 1 < len(drawn.level) <= _MAX_LINES:
        return
    for level, upright in _connected(drawn, NEAR):
        whole = RuledGrid(level, upright)
        if _is_table(whole):
            apart = [RuledGrid(*lines) for lines in _connected(Drawn(level, upright), _TOUCHING) if all(lines)]
            tables = [net for net in apart if _is_table(net)]
            kept = sum(len(net.level) + len(net.upright) for net in tables)
            yield from tables if len(tables) > 1 and kept >= _NEARLY * (len(level) + len(upright)) else [whole]


def _is_table(net: RuledGrid) -> bool:
    return len(net.columns) > 2 and len(net.heights) > 2 and len(net.columns) * len(net.heights) < _MAX_CELLS


def _connected(drawn: Drawn, near: float) -> Iterator[Drawn]:
    """Horizontal and vertical lines that come within `near` points of each other, directly or through others."""
    parent = list(range(len(drawn.level) + len(drawn.upright)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for number, line in enumerate(drawn.upright, len(drawn.level)):
        for other, rule in enumerate(drawn.level):
            if (
                rule.left - near <= line.place <= rule.right + near
                and line.bottom - near <= rule.height <= line.top + near
            ):
                parent[root(other)] = root(number)
    found: defaultdict[int, Drawn] = defaultdict(lambda: Drawn([], []))
    for number, rule in enumerate(drawn.level):
        found[root(number)].level.append(rule)
    for number, line in enumerate(drawn.upright, len(drawn.level)):
        found[root(number)].upright.append(line)
    yield from (lines for lines in found.values() if lines.level and lines.upright)


def within(box: Box, drawn: Drawn) -> Drawn:
    """What is drawn inside the box."""
    wide = Box(box.left - NEAR, box.right + NEAR, box.bottom - NEAR, box.top + NEAR)
    level = [
        line
        for line in drawn.level
        if box.bottom + NEAR < line.height < box.top - NEAR and wide.left < line.left < line.right < wide.right
    ]
    upright = [
        line
        for line in drawn.upright
        if box.left + NEAR < line.place < box.right - NEAR and wide.bottom < line.bottom < line.top < wide.top
    ]
    return Drawn(level, upright)


def _whole(drawn: Drawn) -> Drawn:
    """The lines, with pieces that continue each other joined: each cell may have a border of its own."""
    level: list[Rule] = []
    for rule in sorted(drawn.level):
        if level and level[-1].height == rule.height and rule.left <= level[-1].right + _TOUCHING:
            level[-1] = level[-1]._replace(right=max(level[-1].right, rule.right))
        else:
            level.append(rule)
    upright: list[Upright] = []
    for line in sorted(drawn.upright):
        if upright and upright[-1].place == line.place and line.bottom <= upright[-1].top + _TOUCHING:
            upright[-1] = upright[-1]._replace(top=max(upright[-1].top, line.top))
        else:
            upright.append(line)
    return Drawn(level, upright)


def _joined(places: Iterable[float], first: float, last: float) -> list[float]:
    """The positions in order, without duplicates, and with the ends added if they are well outside."""
    ordered = sorted(places)
    ordered = [first, *ordered] if first < ordered[0] - 3 * NEAR else ordered
    ordered = [*ordered, last] if last > ordered[-1] + 3 * NEAR else ordered
    joined = ordered[:1]
    for place in ordered[1:]:
        if place - joined[-1] > NEAR:
            joined.append(place)
    return joined
