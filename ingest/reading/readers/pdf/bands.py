"""A page's lines as rows, and its rows as bands that share their columns. Pure functions."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ingest.reading.readers.pdf.lines import Line, is_raised, joined_beside
from ingest.reading.readers.superscripts import with_raised

# In heights of a line: what is nearer than that is one cell, and what parts two columns is as wide.
CELL_GAP = 0.75
_GUTTER = 0.6
_NARROW_GUTTER = -0.2  # Where a row is known to stand in columns, which may reach over each other a little.
_MIN_OVERLAP = 0.3  # Of what stands in one of them.
_WIDEST_BLANK = 3.0
_FARTHEST_ROW, _FAR = 2.5, 4.5
_MIN_GAPS, _BY_CHANCE = 12, 0.35  # On a page; of them.
_MIN_COLUMNS_ABOVE = 4
_MAX_NAMES = 4  # Rows of names above a table.
_SAME_ROW = 0.5  # Of the lower of two lines stands beside the other.

Interval = tuple[float, float]


class Row(NamedTuple):
    """Cells beside each other, from left to right."""

    cells: list[Line]
    bottom: float
    height: float

    @property
    def gutter(self) -> float:
        """What parts two columns is as wide."""
        return (_NARROW_GUTTER if any(cell.is_apart for cell in self.cells) else _GUTTER) * self.height


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
        if before is None or line.is_apart or gap > CELL_GAP * min(before.height, line.height) or gap < -before.height:
            cells.append(line)
        elif is_raised(before, line):
            cells[-1] = before._replace(text=with_raised(before.text, line.text), right=line.right)
        else:
            between = " " if gap > 0.12 * before.height else ""
            cells[-1] = joined_beside(before, line, between)
    return cells


def without_chance_gaps(rows: Sequence[Row]) -> list[Row]:
    """The rows with those gaps closed that are only wide blanks between words, as of text recognised on a picture: in
    the rows above and below there is text at their place, or on most of the page is."""
    if _are_by_chance(rows):
        return [_closed(row, None, None) if len(row.cells) > 1 else row for row in rows]
    return [
        _closed(row, rows[number - 1], rows[number + 1]) if 0 < number < len(rows) - 1 and len(row.cells) > 1 else row
        for number, row in enumerate(rows)
    ]


def _are_by_chance(rows: Sequence[Row]) -> bool:
    """True where few of the gaps between words go on in the next two rows."""
    going_on = count = 0
    for number, row in enumerate(rows[:-2]):
        for one, other in itertools.pairwise(row.cells):
            middle = (one.right + other.left) / 2
            below = [cells for cells, *_ in rows[number + 1 : number + 3] if cells[0].left < middle < cells[-1].right]
            if len(below) == 2 and one.text[-1].isalpha():
                count += 1
                going_on += not any(_is_covered(middle, middle, cells) for cells in below)
    return count >= _MIN_GAPS and going_on < _BY_CHANCE * count


def _closed(row: Row, above: Row | None, below: Row | None) -> Row:
    """The row with the gaps closed that are covered above and below, if there is either."""
    if above and below and above.bottom - below.bottom > 2 * _FARTHEST_ROW * row.height:
        return row
    cells = row.cells[:1]
    for cell in row.cells[1:]:
        left, right = cells[-1].right, cell.left
        is_chance = (
            not cell.is_apart
            and right - left < _WIDEST_BLANK * row.height
            and all(_is_covered(left, right, other.cells) for other in (above, below) if other)
        )
        if is_chance:
            cells[-1] = joined_beside(cells[-1], cell, " ")
        else:
            cells.append(cell)
    return row if len(cells) == len(row.cells) else row._replace(cells=cells)


def _is_covered(left: float, right: float, cells: Sequence[Line]) -> bool:
    return any(cell.left < left and cell.right > right for cell in cells)


@dataclass(slots=True)
class Band:
    """Rows under each other that share their columns."""

    rows: list[Row]
    columns: list[Interval]
    gutter: float  # The narrowest of its rows.


def bands_of(rows: Sequence[Row]) -> Iterator[Band]:
    band: Band | None = None
    for number, row in enumerate(rows):
        following = rows[number + 1] if number + 1 < len(rows) else None
        columns = _joined_columns(band, row, following) if band else None
        if band is not None and columns is not None:
            band.rows.append(row)
            band.columns = columns
            band.gutter = min(band.gutter, row.gutter)
            continue
        if band is not None:
            yield band
        band = Band([row], _merged([(cell.left, cell.right) for cell in row.cells], row.gutter), row.gutter)
    if band is not None:
        yield band


def _joined_columns(band: Band, row: Row, following: Row | None) -> list[Interval] | None:
    """The columns of the band with the row in it; None where the row does not go with it."""
    spans = [(cell.left, cell.right) for cell in row.cells]
    if abs(len(spans) - len(band.columns)) > 1 and _is_far(band, row):
        return None
    several = len(band.columns) > 1
    if not several:
        return _merged([*band.columns, *spans], row.gutter) if len(spans) == 1 else None
    reaching = [span for span in spans if len(_touched(span, band.columns)) > 1]
    if reaching and len(spans) == 1:
        return None
    if finer := _finer(band, spans, following):
        return finer
    if len(spans) > len(band.columns) + 1 and following and len(following.cells) > len(band.columns) + 1:
        return None  # Another table.
    if reaching and _are_totals(band, spans, following):
        return None
    if reaching and len(band.rows) > 1 and following and not _reaches(following, band.columns):
        spans = [span for span in spans if span not in reaching]  # Names of several columns, between rows.
    columns = _merged([*band.columns, *spans], min(band.gutter, row.gutter))
    return columns if len(columns) > 1 and len(columns) >= len(band.columns) - 1 else None


def _is_far(band: Band, row: Row) -> bool:
    """True where the row stands much farther below the band than its rows below each other."""
    pitches = [above.bottom - below.bottom for above, below in itertools.pairwise(band.rows)]
    usual = max(statistics.median(pitches), row.height) if pitches else 0.0
    distance = band.rows[-1].bottom - row.bottom
    return len(band.rows) > 2 and distance > max(_FARTHEST_ROW * usual, _FAR * row.height)


def _are_totals(band: Band, spans: Sequence[Interval], following: Row | None) -> bool:
    """True for the first of the rows below a table that hold but a name and a sum, across its columns."""
    if len(band.rows) < 2 or len(spans) != 2 or len(band.columns) < _MIN_COLUMNS_ABOVE:
        return False
    return following is None or (len(following.cells) == 2 and _reaches(following, band.columns))


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


def _merged(spans: Iterable[Interval], gutter: float) -> list[Interval]:
    whole: list[Interval] = []
    for left, right in sorted(spans):
        if whole and left - whole[-1][1] < max(gutter, _MIN_OVERLAP * (left - right)):
            whole[-1] = (whole[-1][0], max(whole[-1][1], right))
        else:
            whole.append((left, right))
    return whole
