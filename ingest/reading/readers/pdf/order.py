"""The order in which a page is read: bands of one column and of several, found by the white space. Pure functions."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ingest.reading.readers.pdf.bands import Band, Interval, Row, bands_of, rows_of, without_chance_gaps
from ingest.reading.readers.pdf.drawing import as_read, parted_by_line
from ingest.reading.readers.pdf.grid import Grid
from ingest.reading.readers.pdf.lattice import lattices
from ingest.reading.readers.pdf.lines import LEADERS, Line, has_neighbours, is_right_to_left
from ingest.reading.readers.pdf.rules import NOTHING_DRAWN, Drawn, Rule, Upright, across
from ingest.reading.readers.pdf.tables import Table, tables_of
from ingest.reading.readers.tables import is_figure

_MIN_PROSE = 22  # Characters of a line of running text in a narrow column.
_MIN_LOWER = 0.2  # Of such lines begin within a sentence.
_MAX_COLUMNS_OF_PROSE = 4
_MIN_ALIKE, _ALIKE = 3, 1.4  # Columns, and times the narrowest.
_MOSTLY = 0.6
_TURNED_LENGTH = 5
_MIN_OF_ONE_PITCH = 4  # Lines.
_FEW_CHANGES = 0.25  # From column to column, for each line, where columns are drawn one after the other.

Part = list[Line] | Table


def arranged(lines: Sequence[Line], drawn: Drawn = NOTHING_DRAWN) -> list[Part]:
    """The lines of a page in reading order, tables apart. Lines with wide gaps in them must have been parted.

    That is the order in which they were drawn, but for tables, columns drawn line by line and pages drawn upwards.
    """
    if not has_neighbours(lines):
        return [list(lines)]
    if is_right_to_left(lines):
        return [_mirrored(part) for part in _arranged([_mirror(line) for line in lines], _mirror_of(drawn))]
    return _arranged(lines, drawn)


def _mirror(line: Line) -> Line:
    return line._replace(left=-line.right, right=-line.left)


def _mirror_of(drawn: Drawn) -> Drawn:
    return Drawn(
        [Rule(rule.height, -rule.right, -rule.left, rule.is_edge) for rule in drawn.level],
        sorted(Upright(-line.place, line.bottom, line.top, line.is_edge) for line in drawn.upright),
    )


def _mirrored(part: Part) -> Part:
    if isinstance(part, Table):
        part.lines = [_mirror(line) for line in part.lines]
        return part
    return [_mirror(line) for line in part]


def _arranged(lines: Sequence[Line], drawn: Drawn) -> list[Part]:
    if (halves := parted_by_line(lines, drawn)) is not None:
        return [part for half in halves if half for part in _arranged(half, drawn)]
    lines = as_read(lines)
    places = {_spot(line): number for number, line in enumerate(lines)}
    units: list[tuple[float, Part]] = []
    boxed: set[int] = set()
    for inside, found in lattices(lines, drawn):
        boxed.update(map(id, inside))
        place = min(places[_spot(line)] for line in inside)
        parts = [found] if isinstance(found, Table) else _arranged(inside, found)
        units.extend((place, part) for part in parts)
    lines = [line for line in lines if id(line) not in boxed]
    drawn_rows = rows_of(line for line in lines if not _is_turned(line))
    rows = without_chance_gaps(drawn_rows)
    if not units and all(len(row.cells) == 1 for row in drawn_rows):
        return [lines]
    units.extend((places[_spot(line)], [line]) for line in lines if _is_turned(line))
    for band in bands_of(rows):
        for part in _parts(band, places, drawn.level):
            if isinstance(part, Table | _Reordered):
                place = min(places.get(_spot(line), len(lines)) for line in part.lines)
                units.append((place, part if isinstance(part, Table) else part.lines))
            else:
                units.extend((places.get(_spot(line), len(lines)), [line]) for line in part)
    return _joined([part for _, part in sorted(units, key=lambda unit: unit[0])])


def _joined(parts: Sequence[Part]) -> list[Part]:
    """The parts with lines that follow each other in one."""
    joined: list[Part] = []
    for part in parts:
        if isinstance(part, list) and joined and isinstance(joined[-1], list):
            joined[-1].extend(part)
        else:
            joined.append(list(part) if isinstance(part, list) else part)
    return joined


class _Reordered(NamedTuple):
    """Lines in another order than they were drawn in."""

    lines: list[Line]


def _is_turned(line: Line) -> bool:
    """True for text that runs up or down the page, as in a margin."""
    return len(line.text) > _TURNED_LENGTH and line.height > line.right - line.left


def _spot(line: Line) -> Interval:
    """Where the line begins: it stays the same when others are joined to it."""
    return line.left, line.bottom


def _parts(band: Band, places: dict[Interval, int], rules: Sequence[Rule]) -> Iterator[list[Line] | _Reordered | Table]:
    lines = [cell for row in band.rows for cell in row.cells]
    if len(band.columns) == 1 or any(LEADERS.search(line.text) for line in lines):
        yield lines
        return
    grid = Grid([[_in_column(row, column, band.columns) for column in band.columns] for row in band.rows])
    grid = grid.without_markers()
    left, right = band.columns[0][0], band.columns[-1][1]
    gutters = [(one[1] + other[0]) / 2 for one, other in itertools.pairwise(band.columns)]
    through = across([rule for rule in rules if any(rule.left < at < rule.right for at in gutters)], left, right)
    rules = across(rules, left, right)
    columns = [grid.column(column) for column in range(grid.width)]
    if grid.width == 1:
        yield grid.column(0)
    elif grid.width == 2 and _is_code(lines):
        yield [line._replace(is_fixed=True) for line in lines]
    elif _is_prose(grid) and not grid.is_ruled(through):
        is_in_order = _is_by_columns(grid, places) and _go_right(columns, places)
        yield lines if is_in_order else _Reordered([line for column in columns for line in column])
    elif _is_by_columns(grid, places) and not (grid.is_even() or grid.is_ruled(through) or _are_labelled(columns)):
        is_in_order = _go_right(columns, places)
        yield lines if is_in_order else _Reordered([line for column in columns for line in column])
    else:
        yield from tables_of(grid, rules)


def _is_code(lines: Sequence[Line]) -> bool:
    """True for words in type of one pitch, though its name does not say so: statements set out in two columns."""
    widths = [(line.right - line.left) / len(line.text) for line in lines if len(line.text) > 2]
    if len(widths) < _MIN_OF_ONE_PITCH or any(is_figure(line.text) for line in lines):
        return False
    return max(widths) - min(widths) < 0.02 * max(widths)


def _go_right(columns: Sequence[Sequence[Line]], places: dict[Interval, int]) -> bool:
    """True where columns were drawn from left to right, or are not alike: one may stand aside of the text."""
    columns = [column for column in columns if len(column) > _MIN_OF_ONE_PITCH]
    widths = [max(line.right for line in column) - min(line.left for line in column) for column in columns]
    if len(columns) < _MIN_ALIKE or max(widths) > _ALIKE * min(widths):
        return True
    usual = [statistics.median(places.get(_spot(line), 0) for line in column) for column in columns]
    return usual == sorted(usual)


def _are_labelled(columns: Sequence[Sequence[Line]]) -> bool:
    """True where a column holds labels of what stands beside it: they end in a colon."""
    return any(
        len(column) > 1 and sum(line.text.endswith((":", "：")) for line in column) >= _MOSTLY * len(column)
        for column in columns[:-1]
    )


def _is_by_columns(grid: Grid, places: dict[Interval, int]) -> bool:
    """True where one column was drawn after the other."""
    drawn = sorted(
        (places.get(_spot(line), 0), column) for row in grid.rows for column, line in enumerate(row) if line is not None
    )
    changes = sum(one != other for (_, one), (_, other) in itertools.pairwise(drawn))
    return changes <= max(grid.width, _FEW_CHANGES * len(drawn))


def _in_column(row: Row, column: Interval, columns: Sequence[Interval]) -> Line | None:
    """What of the row stands in the column, as one line."""
    inside = [cell for cell in row.cells if _first_touched(cell, columns) == column]
    if not inside:
        return None
    return inside[0]._replace(
        text=" ".join(cell.text for cell in inside),
        right=inside[-1].right,
        is_bold=all(cell.is_bold for cell in inside),
    )


def _first_touched(cell: Line, columns: Sequence[Interval]) -> Interval:
    """The column where the cell begins, which may reach over others too; the nearest where it stands between two."""
    touched = (column for column in columns if column[0] < cell.right and cell.left < column[1])
    return next(touched, None) or min(columns, key=lambda column: abs(column[0] - cell.left))


def _is_prose(grid: Grid) -> bool:
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
