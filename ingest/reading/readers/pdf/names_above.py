"""Column names that stand on top of a drawn table, outside its lines. Pure functions."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.rules import Drawn, Rule, Upright
from ingest.reading.readers.pdf.ruling_lines import NEAR, Box, RuledGrid
from ingest.reading.readers.pdf.unruled_columns import refined
from ingest.reading.readers.tables import is_figure

_HIGHEST = 6.0  # Heights of a line, from the table to the line above its names.
_CLOSE = 1.5  # Heights from name to name, and to the table, if no line is drawn above them.
_HIGHEST_CLOSE = 4.0  # Heights from the table to the highest of them.
_MIN_NAMES, _NEARLY = 2, 0.8  # Columns behind the first that are named, and their share.
_OVER = 0.35  # Of its width a name may reach into the next column.
_LONGEST = 60  # Characters of a name.
_DATE = re.compile(r"(?:19|20)\d\d|\d{1,4}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}[./-](?:19|20)\d\d")


def with_names(net: RuledGrid, inside: Sequence[Line], lines: Sequence[Line], drawn: Drawn) -> RuledGrid:
    """The net with its unruled columns, and with a row for the names above it if its own first row holds figures.

    `inside` are those of the page's lines that the net holds.
    """
    names, roof = _names_on(net, inside, lines, drawn)
    finer = refined(net, inside, _merged(names))
    columns = list(itertools.pairwise(finer.columns))
    if not names or not _are_names(names, columns):
        return refined(net, inside) if names else finer
    top = finer.box.top
    walls = [Upright(place, top, roof) for place in finer.columns[1:-1]]
    level = [*finer.level, Rule(roof, finer.box.left, finer.box.right)]
    return RuledGrid(level, sorted([*finer.upright, *walls]))


def _names_on(
    net: RuledGrid, inside: Sequence[Line], lines: Sequence[Line], drawn: Drawn
) -> tuple[Sequence[Line], float]:
    """The lines that may be names, and the height where they end; none if the table has names of its own.

    They end at a line drawn above them, or else stand close to the table.
    """
    left, right, _, top = net.box
    first = [line for line in inside if line.bottom + line.height / 2 > net.heights[1]]
    if not any(is_figure(line.text) for line in first if line.left > min(other.left for other in first)):
        return [], top
    height = max(line.height for line in first)
    above = [line for line in lines if Box(left, right, top, top + _HIGHEST * height).holds(line)]
    roofs = [
        rule.height
        for rule in drawn.level
        if NEAR < rule.height - top < _HIGHEST * height
        and abs(rule.left - left) <= 2 * NEAR
        and abs(rule.right - right) <= 2 * NEAR
    ]
    if roofs:
        return [line for line in above if line.bottom + line.height / 2 < min(roofs)], min(roofs)
    names = _close(above, top)
    if not any(line.left < net.columns[1] for line in names):
        return [], top
    return names, max((line.bottom + line.height for line in names), default=top) + NEAR


def _merged(names: Sequence[Line]) -> list[Line]:
    """The names, those of several lines as one each."""
    whole: list[Line] = []
    for line in sorted(names, key=lambda line: line.left):
        if whole and line.left < whole[-1].right:
            whole[-1] = whole[-1]._replace(right=max(whole[-1].right, line.right))
        else:
            whole.append(line)
    return whole


def _reaches_over(line: Line, place: float) -> bool:
    """Whether much of the line stands on both sides of the place."""
    return min(place - line.left, line.right - place) > _OVER * (line.right - line.left)


def _close(lines: Sequence[Line], top: float) -> list[Line]:
    """The lines that stand close to each other, from the table upwards."""
    found: list[Line] = []
    for line in sorted(lines, key=lambda line: line.bottom):
        lowest = max((other.bottom for other in found), default=top)
        if line.bottom - lowest > _CLOSE * line.height:
            break
        found.append(line)
    highest = max((line.bottom for line in found), default=top)
    return found if highest - top <= _HIGHEST_CLOSE * max((line.height for line in found), default=0.0) else []


def _are_names(names: Sequence[Line], columns: Sequence[tuple[float, float]]) -> bool:
    """Whether the lines are words, and name nearly all of the columns after the first."""
    if any(len(line.text) > _LONGEST or (is_figure(line.text) and not _DATE.fullmatch(line.text)) for line in names):
        return False
    if any(_reaches_over(line, place) for line in names for place, _ in columns[1:]):
        return False
    named = sum(any(left < (line.left + line.right) / 2 < right for line in names) for left, right in columns[1:])
    return named >= max(_NEARLY * (len(columns) - 1), _MIN_NAMES)
