"""Find columns of a drawn table that no line separates, by the gaps in its rows. Pure functions."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence

from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.rows import rows_of
from ingest.reading.readers.pdf.rules import Upright
from ingest.reading.readers.pdf.ruling_lines import RuledGrid

_MIN_ROWS = 3
_MOSTLY = 0.5
_MAX_COLUMNS = 12
_CURRENCIES = ("$", "€", "£", "¥")


def refined(net: RuledGrid, lines: Sequence[Line], names: Sequence[Line] = ()) -> RuledGrid:
    """The net, with lines added where its rows have several columns between two drawn lines.

    `names` are the column names that stand above it.
    """
    added: list[Upright] = []
    for left, right in itertools.pairwise(net.columns):
        inside = [line for line in lines if left < (line.left + line.right) / 2 < right]
        above = [line for line in names if left < (line.left + line.right) / 2 < right]
        for place in _gutters(inside, above):
            added.extend(_uprights(net, inside, place))
    return RuledGrid(net.level, sorted([*net.upright, *added])) if added else net


def _gutters(lines: Sequence[Line], names: Sequence[Line]) -> list[float]:
    """The gaps shared by most rows with several cells, and by the names; empty if most rows have one cell."""
    rows = [row.cells for row in rows_of(lines)]
    counts = Counter(len(cells) for cells in rows if 1 < len(cells) <= _MAX_COLUMNS)
    if not counts or sum(counts.values()) < max(_MIN_ROWS, _MOSTLY * len(rows)):
        return []
    usual = counts.most_common(1)[0][0]
    alike = [cells for cells in rows if len(cells) == usual]
    if len(alike) < _MIN_ROWS:
        return []
    if len(names) == usual:
        alike.append([*names])
    sides = [
        (max(cells[number].right for cells in alike), min(cells[number + 1].left for cells in alike))
        for number in range(usual - 1)
        if not all(cells[number].text in _CURRENCIES for cells in alike)
    ]
    return [(before + after) / 2 for before, after in sides if before < after]


def _uprights(net: RuledGrid, lines: Sequence[Line], place: float) -> Iterator[Upright]:
    """Vertical lines through the rows of the net that have text on both sides of the position and none across it."""
    for top, bottom in itertools.pairwise(net.heights):
        inside = [line for line in lines if bottom < line.bottom + line.height / 2 < top]
        is_crossed = any(line.left < place < line.right for line in inside)
        if not is_crossed and any(line.right < place for line in inside) and any(line.left > place for line in inside):
            yield Upright(place, bottom, top)
