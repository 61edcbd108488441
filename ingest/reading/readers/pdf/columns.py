"""What columns of lines are: running text, code, labels; and how they were drawn. Pure functions."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence

from ingest.reading.readers.pdf.grid import Grid
from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.rows import Interval
from ingest.reading.readers.tables import is_figure

_MIN_PROSE = 22  # Characters of a line of running text in a narrow column.
_MIN_LOWER = 0.2  # Of such lines begin within a sentence.
_MAX_COLUMNS_OF_PROSE = 4
_MIN_ALIKE, _ALIKE = 3, 1.4  # Columns, and times the narrowest.
_MOSTLY = 0.6
_MIN_RUNNING, _MIN_RUNNING_LENGTH = 5, 30  # Lines, and characters of a line.
_MIN_OF_ONE_PITCH = 4  # Lines.
_FEW_CHANGES = 0.25  # From column to column, for each line, where columns are drawn one after the other.


def spot_of(line: Line) -> Interval:
    """Where the line begins: it stays the same when others are joined to it."""
    return line.left, line.bottom


def running_side(columns: Sequence[Sequence[Line]]) -> int | None:
    """Which outer column, first or last, is running text beside a table that stands in another column of the page: its
    lines end at one place, and go on in each other."""
    if len(columns) <= 2:
        return None
    for side in (0, -1):
        column = columns[side]
        margin = max((line.right for line in column), default=0.0)
        full = sum(margin - line.right < 0.3 * line.height for line in column)
        is_long = len(column) >= _MIN_RUNNING and _mean_length(column) >= _MIN_RUNNING_LENGTH
        if is_long and full >= _MOSTLY * len(column) and _begins_within(column):
            return side
    return None


def is_code(lines: Sequence[Line]) -> bool:
    """True for words in type of one pitch, though its name does not say so: statements set out in two columns."""
    widths = [(line.right - line.left) / len(line.text) for line in lines if len(line.text) > 2]
    if len(widths) < _MIN_OF_ONE_PITCH or any(is_figure(line.text) for line in lines):
        return False
    return max(widths) - min(widths) < 0.02 * max(widths)


def go_right(columns: Sequence[Sequence[Line]], places: dict[Interval, int]) -> bool:
    """True where columns were drawn from left to right, or are not alike: one may stand aside of the text."""
    columns = [column for column in columns if len(column) > _MIN_OF_ONE_PITCH]
    widths = [max(line.right for line in column) - min(line.left for line in column) for column in columns]
    if len(columns) < _MIN_ALIKE or max(widths) > _ALIKE * min(widths):
        return True
    usual = [statistics.median(places.get(spot_of(line), 0) for line in column) for column in columns]
    return usual == sorted(usual)


def are_labelled(columns: Sequence[Sequence[Line]]) -> bool:
    """True where a column holds labels of what stands beside it: they end in a colon."""
    return any(
        len(column) > 1 and sum(line.text.endswith((":", "：")) for line in column) >= _MOSTLY * len(column)
        for column in columns[:-1]
    )


def is_by_columns(grid: Grid, places: dict[Interval, int]) -> bool:
    """True where one column was drawn after the other."""
    drawn = sorted(
        (places.get(spot_of(line), 0), column)
        for row in grid.rows
        for column, line in enumerate(row)
        if line is not None
    )
    changes = sum(one != other for (_, one), (_, other) in itertools.pairwise(drawn))
    return changes <= max(grid.width, _FEW_CHANGES * len(drawn))


def is_prose(grid: Grid) -> bool:
    """True for columns of running text: long lines, many of which begin within a sentence."""
    columns = [grid.column(column) for column in range(grid.width)]
    long = [column for column in columns if len(column) > 2 and _mean_length(column) >= _MIN_PROSE]
    if grid.width > _MAX_COLUMNS_OF_PROSE or len(long) < max(2, grid.width - 1):
        return False
    return all(_begins_within(column) for column in long)


def _mean_length(column: Sequence[Line]) -> float:
    return statistics.mean(sum(2 if sign > "\u2e80" else 1 for sign in line.text) for line in column)


def _begins_within(column: Sequence[Line]) -> bool:
    starts = [line.text[0] for line in column[1:]]
    return sum(not sign.isupper() and not sign.isdigit() for sign in starts) >= _MIN_LOWER * len(starts)
