"""Classify columns of lines: running text, code or labels, and the order they were drawn in. Pure functions."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence

from ingest.reading.readers.pdf.grid import Grid
from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.rows import Interval
from ingest.reading.readers.tables import is_figure

_MIN_PROSE = 22  # Mean characters per line of running text in a narrow column.
_MIN_LOWER = 0.2  # Share of such lines that begin in the middle of a sentence.
_MAX_COLUMNS_OF_PROSE = 4
_MIN_ALIKE, _ALIKE = 3, 1.4  # Number of columns; width of the widest as a multiple of the narrowest.
_MOSTLY = 0.6
_MIN_RUNNING, _MIN_RUNNING_LENGTH = 5, 30  # Lines; mean characters per line.
_MIN_OF_ONE_PITCH = 4  # Lines; fewer do not decide.
_FEW_CHANGES = 0.25  # Changes of column per line, if columns were drawn one after the other.


def spot_of(line: Line) -> Interval:
    """The line's starting point, which stays the same when other lines are joined to its end."""
    return line.left, line.bottom


def running_side(columns: Sequence[Sequence[Line]]) -> int | None:
    """The outer column, 0 or -1, that is running text beside a table in the other columns: its lines end at one
    margin and continue each other. None if there is none."""
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
    """Whether the lines are monospaced by their widths, whatever the font's name: code set in two columns."""
    widths = [(line.right - line.left) / len(line.text) for line in lines if len(line.text) > 2]
    if len(widths) < _MIN_OF_ONE_PITCH or any(is_figure(line.text) for line in lines):
        return False
    return max(widths) - min(widths) < 0.02 * max(widths)


def go_right(columns: Sequence[Sequence[Line]], places: dict[Interval, int]) -> bool:
    """Whether the columns were drawn from left to right, or differ too much to be columns of one text."""
    columns = [column for column in columns if len(column) > _MIN_OF_ONE_PITCH]
    widths = [max(line.right for line in column) - min(line.left for line in column) for column in columns]
    if len(columns) < _MIN_ALIKE or max(widths) > _ALIKE * min(widths):
        return True
    usual = [statistics.median(places.get(spot_of(line), 0) for line in column) for column in columns]
    return usual == sorted(usual)


def are_labelled(columns: Sequence[Sequence[Line]]) -> bool:
    """Whether a column holds labels, which end in a colon, for the column beside it."""
    return any(
        len(column) > 1 and sum(line.text.endswith((":", "：")) for line in column) >= _MOSTLY * len(column)
        for column in columns[:-1]
    )


def is_by_columns(grid: Grid, places: dict[Interval, int]) -> bool:
    """Whether the columns were drawn one after the other."""
    drawn = sorted(
        (places.get(spot_of(line), 0), column)
        for row in grid.rows
        for column, line in enumerate(row)
        if line is not None
    )
    changes = sum(one != other for (_, one), (_, other) in itertools.pairwise(drawn))
    return changes <= max(grid.width, _FEW_CHANGES * len(drawn))


def is_prose(grid: Grid) -> bool:
    """Whether the columns are running text: long lines, many of which begin in the middle of a sentence."""
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
