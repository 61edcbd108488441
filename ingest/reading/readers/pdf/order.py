"""The reading order of a page: bands of one or several columns, found by the white space. Pure functions."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ingest.reading.readers.pdf.bands import REACH, Band, bands_of, touched_by
from ingest.reading.readers.pdf.blocks import blocks_in
from ingest.reading.readers.pdf.cellrows import is_wrapped
from ingest.reading.readers.pdf.columns import (
    are_labelled,
    go_right,
    is_by_columns,
    is_code,
    is_prose,
    running_side,
    spot_of,
)
from ingest.reading.readers.pdf.drawing import as_read, parted_by_line
from ingest.reading.readers.pdf.grid import Grid
from ingest.reading.readers.pdf.labels import are_to_fill_in
from ingest.reading.readers.pdf.lattice import ruled_tables
from ingest.reading.readers.pdf.lines import LEADERS, Line, has_neighbours, is_right_to_left
from ingest.reading.readers.pdf.naming import are_named
from ingest.reading.readers.pdf.rows import Interval, Row, rows_of, without_chance_gaps
from ingest.reading.readers.pdf.rules import NOTHING_DRAWN, Drawn, Rule, Upright, across
from ingest.reading.readers.pdf.tables import Table, tables_of

_TURNED_LENGTH = 5

Part = list[Line] | Table


def arranged(lines: Sequence[Line], drawn: Drawn = NOTHING_DRAWN) -> list[Part]:
    """The parts of a page in reading order, with its tables separate. Lines with wide gaps must be split before.

    The order is the drawing order, except for tables, columns drawn line by line and pages drawn upwards.
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
    places = {spot_of(line): number for number, line in enumerate(lines)}
    units: list[tuple[float, Part]] = []
    boxed: set[int] = set()
    for inside, found in ruled_tables(lines, drawn):
        boxed.update(map(id, inside))
        place = min(places[spot_of(line)] for line in inside)
        parts = [found] if isinstance(found, Table) else [part for area in found for part in _arranged(*area)]
        units.extend((place, part) for part in parts)
    lines = [line for line in lines if id(line) not in boxed]
    drawn_rows = rows_of(line for line in lines if not _is_turned(line))
    rows = without_chance_gaps(drawn_rows)
    if not units and all(len(row.cells) == 1 for row in drawn_rows):
        return [lines]
    units.extend((places[spot_of(line)], [line]) for line in lines if _is_turned(line))
    for band in bands_of(rows):
        for part in _parts(band, places, drawn.level):
            if isinstance(part, Table | _Reordered | _Together):
                place = min(places.get(spot_of(line), len(lines)) for line in part.lines)
                units.extend((place, piece) for piece in _pieces(part))
            else:
                units.extend((places.get(spot_of(line), len(lines)), [line]) for line in part)
    return _joined([part for _, part in sorted(units, key=lambda unit: unit[0])])


def _joined(parts: Sequence[Part]) -> list[Part]:
    """The parts, with consecutive lists of lines joined."""
    joined: list[Part] = []
    for part in parts:
        if isinstance(part, list) and joined and isinstance(joined[-1], list):
            joined[-1].extend(part)
        else:
            joined.append(list(part) if isinstance(part, list) else part)
    return joined


class _Reordered(NamedTuple):
    """Lines in an order other than the drawing order."""

    lines: list[Line]


class _Together(NamedTuple):
    """Parts of a page that are side by side, in reading order."""

    parts: list[Part]

    @property
    def lines(self) -> list[Line]:
        return [line for part in self.parts for line in (part.lines if isinstance(part, Table) else part)]


def _pieces(part: Table | _Reordered | _Together) -> list[Part]:
    if isinstance(part, _Together):
        return part.parts
    return [part if isinstance(part, Table) else part.lines]


def _is_turned(line: Line) -> bool:
    """Whether the text runs up or down the page, as in a margin."""
    return len(line.text) > _TURNED_LENGTH and line.height > line.right - line.left


def _parts(
    band: Band, places: dict[Interval, int], rules: Sequence[Rule]
) -> Iterator[list[Line] | _Reordered | _Together | Table]:
    lines = [cell for row in band.rows for cell in row.cells]
    if len(band.columns) == 1 or any(LEADERS.search(line.text) for line in lines):
        yield lines
        return
    if are_to_fill_in(lines, rules):
        yield _line_by_line(lines)
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
    elif (side := running_side(columns)) is not None and not grid.is_ruled(through):
        beside = [line for column in columns if column is not columns[side] for line in column]
        yield columns[side]
        for inner in bands_of(without_chance_gaps(rows_of(beside))):
            yield from _parts(inner, places, rules)
    elif grid.width == 2 and is_code(lines):
        yield [line._replace(is_fixed=True) for line in lines]
    elif is_prose(grid) and not grid.is_ruled(through):
        is_in_order = is_by_columns(grid, places) and go_right(columns, places)
        yield lines if is_in_order else _Reordered([line for column in columns for line in column])
    elif is_by_columns(grid, places) and not (grid.is_even() or grid.is_ruled(through) or are_labelled(columns)):
        is_in_order = go_right(columns, places)
        yield lines if is_in_order else _Reordered([line for column in columns for line in column])
    else:
        yield from _tables_or_blocks(grid, places, rules)


def _tables_or_blocks(
    grid: Grid, places: dict[Interval, int], rules: Sequence[Rule]
) -> Iterator[list[Line] | _Together | Table]:
    """The grid's tables, or blocks side by side if no table has column names and the columns look like blocks."""
    parts = list(tables_of(grid, rules))
    are_sure = any(isinstance(part, Table) and are_named(part.rows, part.header_rows) for part in parts)
    blocks = [] if are_sure or grid.is_ruled(rules) else blocks_in(grid)
    if len(blocks) < 2:
        yield from parts
        return
    inside: list[Part] = []
    for block in blocks:
        for band in bands_of(without_chance_gaps(rows_of(block))):
            for part in _parts(band, places, rules):
                if not isinstance(part, list):
                    inside.extend(_pieces(part))
                elif part:
                    inside.append(part if is_wrapped(part) else _line_by_line(part))
    yield _Together(inside)


def _line_by_line(lines: list[Line]) -> Table:
    """A block whose lines are not joined."""
    return Table([[cell.text for cell in row.cells] for row in rows_of(lines)], 0, [], lines)


def _in_column(row: Row, column: Interval, columns: Sequence[Interval]) -> Line | None:
    """The part of the row that is in the column, as one line; None if there is none."""
    inside = [cell for cell in row.cells if _first_touched(cell, columns) == column]
    if len(inside) < 2:
        return inside[0] if inside else None
    return inside[0]._replace(
        text=" ".join(cell.text for cell in inside),
        right=inside[-1].right,
        is_bold=all(cell.is_bold for cell in inside),
    )


def _first_touched(cell: Line, columns: Sequence[Interval]) -> Interval:
    """The column where the cell begins, though it may reach over others; the nearest if it is between two."""
    span = (cell.left, cell.right)
    touched = touched_by(span, columns)
    if len(touched) > 1:
        touched = touched_by(span, touched, REACH) or touched
    return touched[0] if touched else min(columns, key=lambda column: abs(column[0] - cell.left))
