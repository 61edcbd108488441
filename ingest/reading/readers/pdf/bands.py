"""A page's lines as rows, and its rows as bands that share their columns. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ingest.reading.readers.pdf.lines import Line, is_raised, joined_beside, with_raised

# In heights of a line: what is nearer than that is one cell, and what parts two columns is as wide.
CELL_GAP = 0.75
_GUTTER = 0.6
_MAX_NAMES = 4  # Rows of names above a table.
_SAME_ROW = 0.5  # Of the lower of two lines stands beside the other.

Interval = tuple[float, float]


class Row(NamedTuple):
    """Cells beside each other, from left to right."""

    cells: list[Line]
    bottom: float
    height: float


def rows_of(lines: Iterable[Line]) -> list[Row]:
    """From top to bottom; lines close beside each other are joined."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (-(line.bottom + line.height / 2), line.left)):
        if rows and _is_beside(rows[-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [Row(_cells(row), min(line.bottom for line in row), max(line.height for line in row)) for row in rows]


def _is_beside(row: Sequence[Line], line: Line) -> bool:
    tallest = max(row, key=lambda other: other.height)
    overlap = min(tallest.bottom + tallest.height, line.bottom + line.height) - max(tallest.bottom, line.bottom)
    return overlap > _SAME_ROW * min(tallest.height, line.height)


def _cells(row: Sequence[Line]) -> list[Line]:
    cells: list[Line] = []
    for line in sorted(row, key=lambda line: line.left):
        before = cells[-1] if cells else None
        gap = line.left - before.right if before else 0.0
        if before is None or gap > CELL_GAP * min(before.height, line.height) or gap < -before.height:
            cells.append(line)
        elif is_raised(before, line):
            cells[-1] = before._replace(text=with_raised(before.text, line.text), right=line.right)
        else:
            between = " " if gap > 0.12 * before.height else ""
            cells[-1] = joined_beside(before, line, between)
    return cells


@dataclass(slots=True)
class Band:
    """Rows under each other that share their columns."""

    rows: list[Row]
    columns: list[Interval]


def bands_of(rows: Sequence[Row]) -> Iterator[Band]:
    band: Band | None = None
    for number, row in enumerate(rows):
        following = rows[number + 1] if number + 1 < len(rows) else None
        columns = _joined_columns(band, row, following) if band else None
        if band is not None and columns is not None:
            band.rows.append(row)
            band.columns = columns
            continue
        if band is not None:
            yield band
        band = Band([row], _merged([(cell.left, cell.right) for cell in row.cells], row.height))
    if band is not None:
        yield band


def _joined_columns(band: Band, row: Row, following: Row | None) -> list[Interval] | None:
    """The columns of the band with the row in it; None where the row does not go with it."""
    spans = [(cell.left, cell.right) for cell in row.cells]
    several = len(band.columns) > 1
    if not several:
        return _merged([*band.columns, *spans], row.height) if len(spans) == 1 else None
    reaching = [span for span in spans if len(_touched(span, band.columns)) > 1]
    if reaching and len(spans) == 1:
        return None
    if finer := _finer(band, spans, following):
        return finer
    if reaching and len(band.rows) > 1 and following and not _reaches(following, band.columns):
        spans = [span for span in spans if span not in reaching]  # Names of several columns, between rows.
    columns = _merged([*band.columns, *spans], row.height)
    return columns if len(columns) > 1 and len(columns) >= len(band.columns) - 1 else None


def _touched(span: Interval, columns: Iterable[Interval]) -> list[Interval]:
    return [(left, right) for left, right in columns if left < span[1] and span[0] < right]


def _reaches(row: Row, columns: Sequence[Interval]) -> bool:
    return any(len(_touched((cell.left, cell.right), columns)) > 1 for cell in row.cells)


def _finer(band: Band, spans: Sequence[Interval], following: Row | None) -> list[Interval] | None:
    """The columns of a row, where the rows above name several of them at once, and the next row has them too."""
    if following is None or len(band.rows) > _MAX_NAMES or len(spans) <= len(band.columns):
        return None
    below = [(cell.left, cell.right) for cell in following.cells]
    columns: list[Interval] = []
    for column in band.columns:
        inside = _touched(column, spans)
        if any(len(_touched(span, band.columns)) > 1 for span in inside):
            return None
        if len(inside) > 1 and len(_touched(column, below)) < len(inside):
            return None
        columns.extend(inside if len(inside) > 1 else _merged([column, *inside], 0.0))
    columns.extend(span for span in spans if not _touched(span, band.columns))
    return sorted(columns)


def _merged(spans: Iterable[Interval], height: float) -> list[Interval]:
    whole: list[Interval] = []
    for left, right in sorted(spans):
        if whole and left - whole[-1][1] < _GUTTER * height:
            whole[-1] = (whole[-1][0], max(whole[-1][1], right))
        else:
            whole.append((left, right))
    return whole
