"""Find the tables on a sheet: titles, column names over one or more rows, rows. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ingest.reading.readers.tables import MAX_HEADER_ROWS, SPANNED, has_values, lines

Rows = Sequence[Sequence[str]]

_GAP_COLUMNS = 2  # So many empty columns part two tables; one is often there for looks.


class Part(NamedTuple):
    """A line of text that stands alone, or a table's rows as lines."""

    is_table: bool
    lines: list[str]


def parts_of(rows: Rows) -> Iterator[Part]:
    """What stands on the sheet, from top to bottom and left to right."""
    for band in _bands(rows):
        for table in _side_by_side(band):
            yield from _parts_of_table(table)


def _bands(rows: Rows) -> Iterator[Rows]:
    """Runs of rows between empty ones, or that share no column; names above an empty row stay with their figures."""
    band: list[Sequence[str]] = []
    pending = False  # An empty row has come.
    for row in rows:
        if not any(row):
            pending = bool(band)
            continue
        is_apart = bool(band) and not any(_share_column(above, row) for above in band[-MAX_HEADER_ROWS:])
        if is_apart or (pending and not (_is_header_only(band) and has_values(row))):
            yield band
            band = []
        pending = False
        band.append(row)
    if band:
        yield band


def _share_column(above: Sequence[str], row: Sequence[str]) -> bool:
    return any(upper and lower for upper, lower in zip(above, row, strict=False))


def _is_header_only(band: Rows) -> bool:
    return len(band) <= MAX_HEADER_ROWS and _filled(band[-1]) > 1 and not any(map(has_values, band))


def _side_by_side(band: Rows) -> Iterator[Rows]:
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
    # Lone columns are labels and their values, as on a form.
    if any(end - start < _GAP_COLUMNS for start, end in parts):
        parts = [(parts[0][0], parts[-1][1])] if parts else []
    for start, end in parts:
        yield [part for row in band if any(part := row[start:end])]


def _parts_of_table(rows: Rows) -> Iterator[Part]:
    """Lone cells above the table are text, its first rows without figures are the column names."""
    start = 0
    while start < len(rows) and rows[start][0] and _filled(rows[start]) == 1:
        yield Part(is_table=False, lines=[rows[start][0]])
        start += 1
    body = rows[start:]
    if body:
        yield Part(is_table=True, lines=lines(body))


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell) and cell != SPANNED for cell in row)
