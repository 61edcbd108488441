"""Find the tables on a sheet: titles, column names in one or more rows, rows. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ingest.reading.readers.tables import (
    MAX_HEADER_ROWS,
    NO_VALUE,
    SPANNED,
    has_values,
    is_figure,
    lines,
    names_and_body,
)

Rows = Sequence[Sequence[str]]

_MOST = 0.6  # Share of a column's cells that are figures.
_SAMPLE_ROWS, _MAX_TABLES = 100, 8  # Rows and tables remembered for comparison with tables below them.
_PIVOT_ROWS = frozenset(("Row Labels", "Zeilenbeschriftungen", "Étiquettes de lignes", "Etiquetas de fila"))
_PIVOT_COLUMNS = frozenset((
    "Column Labels", "Spaltenbeschriftungen", "Étiquettes de colonnes", "Etiquetas de columna",
))  # fmt: skip
_ROWS_OF_TABLE = 5
_GAP_COLUMNS = 2  # Empty columns between two tables; a single one is often only for looks.


class Part(NamedTuple):
    """A line of text on its own, or a table's rows as lines."""

    is_table: bool
    lines: list[str]


class _Table(NamedTuple):
    """A table with named columns: its first column, names, columns of figures, and words with their columns."""

    column: int
    names: list[str]
    figures: list[int]
    words: set[tuple[int, str]]


def parts_of(rows: Rows) -> Iterator[Part]:
    """The parts of a sheet, from top to bottom and left to right."""
    above: list[_Table] = []  # The last table in each position.
    for band in _bands(rows):
        for column, table in _side_by_side(band):
            yield from _parts_of_table(table, column, above)


def _bands(rows: Rows) -> Iterator[Rows]:
    """Runs of rows between empty rows, or that share no column. Column names stay with figures below an empty row."""
    band: list[Sequence[str]] = []
    pending = False  # An empty row was seen.
    for row, following in zip(rows, [*rows[1:], ()], strict=False):
        if not any(row):
            pending = bool(band)
            continue
        is_apart = bool(band) and not _shares_with(band, row)
        if is_apart and _shares_with(band, following) and _share_column(row, following):
            is_apart = False  # For example the name of a group between column names and rows.
        if is_apart or (pending and not (_is_header_only(band) and has_values(row))):
            yield band
            band = []
        pending = False
        band.append(row)
    if band:
        yield band


def _shares_with(band: Rows, row: Sequence[str]) -> bool:
    return any(_share_column(above, row) for above in band[-MAX_HEADER_ROWS:])


def _share_column(above: Sequence[str], row: Sequence[str]) -> bool:
    return any(upper and lower for upper, lower in zip(above, row, strict=False))


def _is_header_only(band: Rows) -> bool:
    return len(band) <= MAX_HEADER_ROWS and _filled(band[-1]) > 1 and not any(map(has_values, band))


def _side_by_side(band: Rows) -> Iterator[tuple[int, Rows]]:
    """Tables side by side, each with the number of its first column."""
    width = max(map(len, band))
    used = [any(column < len(row) and row[column] for row in band) for column in range(width)]
    parts: list[tuple[int, int]] = []
    first: int | None = None
    gap = 0
    for column in range(width + _GAP_COLUMNS):
        if column < width and used[column]:
            first = column if first is None else first
            gap = 0
        elif first is not None:
            gap += 1
            if gap == _GAP_COLUMNS:
                parts.append((first, column - gap + 1))
                first = None
    # Single columns are labels and values, as in a form; parts with the same rows are one table with a gap in it.
    single = [start for start, end in parts if end - start < _GAP_COLUMNS and not _is_title(band, start)]
    if single or _has_same_rows(band, parts):
        parts = [(parts[0][0], parts[-1][1])] if parts else []
    for start, end in parts:
        yield start, [part for row in band if any(part := row[start:end])]


def _is_title(band: Rows, column: int) -> bool:
    """Whether a column has one text alone, on top, beside many rows: a title, not the label of a form's row."""
    cells = [row[column] for row in band if column < len(row)]
    return len(band) >= _ROWS_OF_TABLE and bool(band[0][column]) and not any(cells[1:]) and not is_figure(cells[0])


def _has_same_rows(band: Rows, parts: Sequence[tuple[int, int]]) -> bool:
    """Whether every row has content in every part, and no column name occurs twice."""
    names = [cell for start, end in parts for cell in band[0][start:end] if cell]
    is_whole = all(any(row[start:end]) for row in band for start, end in parts)
    return len(band) > 2 and is_whole and len(set(names)) == len(names) and not any(map(is_figure, names))


def _parts_of_table(rows: Rows, column: int, above: list[_Table]) -> Iterator[Part]:
    """Split a table into text, which is single cells above it, and rows. The first rows without figures are the column
    names; if there are none, they may come from a table above in the same columns."""
    start = 0
    while start < len(rows) and rows[start][0] and _filled(rows[start]) == 1:
        yield Part(is_table=False, lines=[rows[start][0]])
        start += 1
    while start + 1 < len(rows) and _states_a_value(rows[start], rows[start + 1]):
        yield Part(is_table=True, lines=lines([rows[start]], header_rows=0))
        start += 1
    body = rows[start:]
    if not body:
        return
    if len(body) > 2 and _is_pivot(body[0], body[1]):
        yield Part(is_table=False, lines=[body[0][0]])
        yield Part(is_table=True, lines=lines(body[1:], header_rows=1))
        return
    names, below = names_and_body(body)
    for table in above:
        offset = column - table.column
        moved = [[""] * offset + list(row) for row in body]
        if offset >= 0 and max(map(len, moved)) <= len(table.names) and _goes_on(table, moved, has_names=bool(names)):
            yield Part(is_table=True, lines=lines(moved, header_rows=0, names=table.names))
            return
    if names:
        others = [table for table in above if table.column != column]
        above[:] = [_table(column, names, below[:_SAMPLE_ROWS]), *others[: _MAX_TABLES - 1]]
    yield Part(is_table=True, lines=lines(body))


def _states_a_value(row: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a row above the names of columns is a label with a colon and its value."""
    first = next((cell for cell in row if cell), "")
    return first.endswith(":") and _filled(row) == 2 < _filled(below) and not has_values(below)


def _table(column: int, names: list[str], rows: Rows) -> _Table:
    figures = [place for place in range(1, len(names)) if _is_of_figures(rows, place)]
    words = {(place, cell) for row in rows for place, cell in enumerate(row) if cell and not is_figure(cell)}
    return _Table(column, names, figures, words)


def _goes_on(table: _Table, rows: Rows, *, has_names: bool) -> bool:
    """Whether the rows continue the table: figures below figures, or words that occur in the same column."""
    if table.figures and not has_names:
        cells = [row[place] for row in rows for place in table.figures if place < len(row) and row[place]]
        return bool(cells) and all(is_figure(cell) or cell in NO_VALUE for cell in cells)
    found = ((place, cell) in table.words for row in rows for place, cell in enumerate(row))
    return not table.figures and any(found)


def _is_pivot(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether the two rows are the head of a pivot table, whose captions are the program's, not the author's."""
    return second[0] in _PIVOT_ROWS and first[0] != "" and any(cell in _PIVOT_COLUMNS for cell in first[1:])


def _is_of_figures(rows: Rows, place: int) -> bool:
    cells = [row[place] for row in rows if place < len(row) and row[place]]
    return bool(cells) and sum(map(is_figure, cells)) >= _MOST * len(cells)


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell) and cell != SPANNED for cell in row)
