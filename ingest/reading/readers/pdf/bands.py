"""Group rows that share their columns into bands. Pure functions."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.rows import Interval, Row
from ingest.reading.readers.tables import is_figure

REACH = 0.15  # Share of the narrower of two that overlap, at least.
_MIN_OVERLAP = 0.3  # Share of the narrower interval.
_FARTHEST_ROW, _FAR, _FAR_ASIDE, _FAR_ANYHOW = 2.5, 4.5, 3.0, 8.0
_WIDER_ROW, _MIN_WIDER = 1.5, 1.6  # Distance to the row above: times the usual one, and in heights of the row.
_LARGER = 1.12  # Times the median height of the rows above.
_MIN_COLUMNS_ABOVE = 4
_MIN_NAMES, _LONGEST_NAME, _LETTERS = 3, 30, 0.5  # Column names in a row; characters of a name; share of letters.
_MIN_FIGURES = 2
_RECENT = 12  # Rows of the band that a new row is compared with.
_MAX_DETAILS, _MOST = 12, 0.6  # Lines of text below an item; share of the columns.
_SHORT = 3  # Characters.
_STAGGERED, _NEXT_LINE = 0.85, 1.6  # Line heights between baselines.
_MAX_NAMES = 4  # Rows of column names above a table.


@dataclass(slots=True)
class Band:
    """Consecutive rows that share their columns."""

    rows: list[Row]
    columns: list[Interval]
    gutter: float  # The narrowest gutter of its rows.


def bands_of(rows: Sequence[Row]) -> Iterator[Band]:
    band: Band | None = None
    end = 0  # Rows before this one belong to an item of the band.
    for number, row in enumerate(rows):
        following = rows[number + 1] if number + 1 < len(rows) else None
        columns = _joined_columns(band, row, following) if band else None
        if band is not None and columns is not None:
            band.rows.append(row)
            band.columns = columns
            band.gutter = min(band.gutter, row.gutter)
            continue
        if band is not None:
            end = end if number < end else _end_of_item(band, rows, number)
            if number < end:
                band.rows.append(row)
                continue
            names = _names_beside(band, row) if len(row.cells) > 1 else 0
            if names < len(band.rows):
                yield Band(band.rows[: len(band.rows) - names], band.columns, band.gutter)
            if names:
                spans = [(cell.left, cell.right) for above in [*band.rows[-names:], row] for cell in above.cells]
                band = Band([*band.rows[-names:], row], _merged(spans, float("-inf")), row.gutter)
                continue
        band = Band([row], _merged([(cell.left, cell.right) for cell in row.cells], row.gutter), row.gutter)
    if band is not None:
        yield band


def _names_beside(band: Band, row: Row) -> int:
    """The number of the band's last lines that are one name of a column, at other heights than the names of the row."""
    if len(band.columns) > 1 or not all(map(_is_bold_name, row.cells)):
        return 0
    count, nearest, below = 0, _STAGGERED, row
    for above in reversed(band.rows[-_MAX_NAMES:]):
        (cell,) = above.cells
        if above.bottom - below.bottom > nearest * above.height or not _is_bold_name(cell):
            break
        if touched_by((cell.left, cell.right), [(other.left, other.right) for other in row.cells], REACH):
            break
        count, nearest, below = count + 1, _NEXT_LINE, above
    return count


def _end_of_item(band: Band, rows: Sequence[Row], number: int) -> int:
    """The number of the next row of cells, if lines of text between it and the band's last row describe an item.

    They reach over several columns, as the details of an invoice's item do. Returns 0 if they do not.
    """
    last = next((row for row in reversed(band.rows[-_MAX_DETAILS:]) if len(row.cells) > 1), None)
    if len(band.columns) < _MIN_COLUMNS_ABOVE or last is None or not _is_item(last, band):
        return 0
    for at in range(number, min(number + _MAX_DETAILS, len(rows))):
        row = rows[at]
        if (rows[at - 1].bottom - row.bottom) > _FAR * row.height:
            return 0
        if len(row.cells) > 1:
            return at if at > number and _is_item(row, band) else 0
        if row.cells[0].left < band.columns[1][0] - row.height:
            return 0
    return 0


def _is_named(band: Band) -> bool:
    """Whether the band begins with names in bold: then its columns are known, however close they are."""
    first = band.rows[0].cells
    return len(band.columns) >= _MIN_COLUMNS_ABOVE and all(map(_is_bold_name, first))


def _is_item(row: Row, band: Band) -> bool:
    """Whether the row has cells in the first and in most other columns, a figure among them."""
    touched = [touched_by((cell.left, cell.right), band.columns, REACH) for cell in row.cells]
    if any(len(columns) > 1 for columns in touched) or len(row.cells) < _MOST * len(band.columns):
        return False
    return touched[0] == band.columns[:1] and any(is_figure(cell.text) for cell in row.cells[1:])


def _joined_columns(band: Band, row: Row, following: Row | None) -> list[Interval] | None:
    """The band's columns once the row is added; None if the row does not belong to the band."""
    if len(band.columns) == 1:
        return _with_single(band, row) if len(row.cells) == 1 else None
    spans = [(cell.left, cell.right) for cell in row.cells]
    is_named = _is_named(band)
    touched = [len(touched_by(span, band.columns, REACH if is_named else 0.0)) for span in spans]
    is_other = abs(len(spans) - len(band.columns)) > 1
    if _is_far(band, row, _FAR_ASIDE if 0 in touched else _FAR if is_other else _FAR_ANYHOW):
        return None
    if _is_set_off(band, row) and _begins_new_band(band, row, following):
        return None
    reaching = [span for span, count in zip(spans, touched, strict=True) if count > 1]
    if reaching and len(spans) == 1:
        return None
    if finer := _split_columns(band, spans, following):
        return finer
    if len(spans) > len(band.columns) + 1 and following and len(following.cells) > len(band.columns) + 1:
        return None  # Another table begins here.
    if _reaches(row, band.columns) and _are_totals(band, spans, following):
        return None
    if reaching and len(band.rows) > 1 and following and not _reaches(following, band.columns):
        spans = [span for span in spans if span not in reaching]  # Headings over several columns, between two rows.
    columns = _merged([*band.columns, *spans], min(band.gutter, row.gutter))
    if is_named and len(columns) < len(band.columns) and not reaching:
        kept = _merged([*band.columns, *spans], float("-inf"))  # Names of several lines stand close to each other.
        columns = kept if len(kept) == len(band.columns) else columns
    return columns if len(columns) > 1 and len(columns) >= len(band.columns) - 1 else None


def _with_single(band: Band, row: Row) -> list[Interval] | None:
    """The same for a band of one column and a row of one cell: most rows of most pages."""
    left, right = band.columns[0]
    cell = row.cells[0]
    is_touched = left < cell.right and cell.left < right
    if _is_far(band, row, _FAR_ANYHOW if is_touched else _FAR_ASIDE):
        return None
    if is_touched and not cell.is_apart:
        return [(min(left, cell.left), max(right, cell.right))]
    return _merged([(left, right), (cell.left, cell.right)], row.gutter)


def _is_far(band: Band, row: Row, heights: float) -> bool:
    """Whether the row is much farther below the band than the band's rows are from each other."""
    distance = band.rows[-1].bottom - row.bottom
    if len(band.rows) <= 2 or distance <= max(heights, _FARTHEST_ROW) * row.height:
        return False
    pitches = [above.bottom - below.bottom for above, below in itertools.pairwise(band.rows)]
    return distance > _FARTHEST_ROW * statistics.median(pitches)


def _is_set_off(band: Band, row: Row) -> bool:
    """Whether the gap above the row is wider than the gaps between the band's rows."""
    distance = band.rows[-1].bottom - row.bottom
    if len(band.rows) < 2 or distance <= _MIN_WIDER * row.height:
        return False
    pitches = [above.bottom - below.bottom for above, below in itertools.pairwise(band.rows[-_RECENT:])]
    return distance > _WIDER_ROW * statistics.median(pitches)


def _begins_new_band(band: Band, row: Row, following: Row | None) -> bool:
    """Whether a new band begins with this row: column names that cross the band's columns, a heading below figures, or
    the first of several lines that would close a gutter."""
    if len(band.columns) < 2:
        return False
    spans = [(cell.left, cell.right) for cell in row.cells]
    if len(spans) == 1:
        if following is not None and len(following.cells) == 1:
            return len(_merged([*band.columns, *spans], band.gutter)) < len(band.columns)
        is_larger = row.height > _LARGER * statistics.median(above.height for above in band.rows[-_RECENT:])
        figures = sum(is_figure(cell.text) for above in band.rows[-_RECENT:] for cell in above.cells[1:])
        return is_larger and spans[0][0] < band.columns[0][1] and figures >= _MIN_FIGURES
    if len(spans) < _MIN_NAMES or not all(map(_may_name, row.cells)):
        return False
    is_across = any(len(touched_by(span, band.columns)) > 1 for span in spans)
    return is_across or any(len(touched_by(column, spans)) > 1 for column in band.columns)


def _is_bold_name(cell: Line) -> bool:
    """Whether the cell may be a name in bold; the weight of very short ones is not always asked for."""
    return _may_name(cell) and (cell.is_bold or len(cell.text) <= _SHORT)


def _may_name(cell: Line) -> bool:
    return len(cell.text) <= _LONGEST_NAME and sum(map(str.isalpha, cell.text)) >= _LETTERS * len(cell.text)


def _are_totals(band: Band, spans: Sequence[Interval], following: Row | None) -> bool:
    """Whether this is the first of the rows below a table that hold only a name and a sum and ignore its columns."""
    if len(band.rows) < 2 or len(spans) != 2 or len(band.columns) < _MIN_COLUMNS_ABOVE:
        return False
    return following is None or (len(following.cells) == 2 and _reaches(following, band.columns))


def touched_by(span: Interval, columns: Iterable[Interval], share: float = 0.0) -> list[Interval]:
    """The columns that it overlaps, by more than a share of the narrower of both."""
    start, end = span
    touched = [(left, right) for left, right in columns if left < end and start < right]
    if share == 0.0:
        return touched
    return [
        (left, right)
        for left, right in touched
        if min(right, end) - max(left, start) > share * min(end - start, right - left)
    ]


def _reaches(row: Row, columns: Sequence[Interval]) -> bool:
    return any(len(touched_by((cell.left, cell.right), columns)) > 1 for cell in row.cells)


def _split_columns(band: Band, spans: Sequence[Interval], following: Row | None) -> list[Interval] | None:
    """The columns of a row that splits columns which the rows above treat as one, if the next row splits them too."""
    if following is None or len(band.rows) > _MAX_NAMES or len(spans) <= len(band.columns):
        return None
    below = [(cell.left, cell.right) for cell in following.cells]
    columns: list[Interval] = []
    for column in band.columns:
        inside = touched_by(column, spans)
        if any(len(touched_by(span, band.columns)) > 1 for span in inside):
            return None
        if len(inside) > 1 and len(touched_by(column, below)) < len(inside):
            return None
        columns.extend(inside if len(inside) > 1 else _merged([column, *inside], 0.0))
    columns.extend(span for span in spans if not touched_by(span, band.columns))
    return sorted(columns)


def _merged(spans: Iterable[Interval], gutter: float) -> list[Interval]:
    whole: list[Interval] = []
    for left, right in sorted(spans):
        if whole and left - whole[-1][1] < max(gutter, _MIN_OVERLAP * (left - right)):
            whole[-1] = (whole[-1][0], max(whole[-1][1], right))
        else:
            whole.append((left, right))
    return whole
