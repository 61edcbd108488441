"""Build tables from lines in columns: rows, wrapped cells, column names. Pure functions."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.reading.readers.pdf.grid import Cells, Grid
from ingest.reading.readers.pdf.labels import are_labels_over_values, bottom_of, header_rows
from ingest.reading.readers.pdf.lines import HYPHEN, MARKER, Line, are_unspaced
from ingest.reading.readers.pdf.rules import Rule
from ingest.reading.readers.tables import SPANNED, is_figure

_LONG = 22  # Mean characters of cells that hold running text.
_SPARSE = 0.6
_MIN_ITEMS = 2
_MAX_DETAILS, _FARTHEST_ITEM, _MIN_FILLED = 12, 5.0, 4  # Lines of an item; heights; cells.
_MANY_COLUMNS, _SCATTERED = 14, 0.35


@dataclass(slots=True)
class Table:
    """`rows` hold the text of each cell; the first `header_rows` of them name the columns (None: not known).

    `lefts` are the left sides of the columns, in points; `lines` are the page's lines in the table.
    """

    rows: list[list[str]]
    header_rows: int | None
    lefts: list[float]
    lines: list[Line]

    def names_from(self, before: Table) -> None:
        """Copy the column names from the table that this one continues, unless they are repeated here."""
        if before.header_rows and not self.header_rows and self.rows[0] != before.rows[0]:
            self.rows = [*before.rows[: before.header_rows], *self.rows]
            self.header_rows = before.header_rows


def tables_of(grid: Grid, rules: Sequence[Rule]) -> Iterator[list[Line] | Table]:
    """The tables in a grid, and the lines near them that are not part of a table."""
    is_ruled = grid.is_ruled(rules)
    for rows in _apart(grid.rows):
        several = [number for number, row in enumerate(rows) if sum(cell is not None for cell in row) > 1]
        if are_labels_over_values(rows):
            yield from (_pair(*rows[at : at + 2]) for at in range(0, len(rows), 2))
            continue
        if not _is_table(rows, several, is_ruled=is_ruled):
            yield [line for row in rows for line in row if line]
            continue
        first, last = _without_neighbours(rows, several)
        yield [line for row in rows[:first] for line in row if line]
        table = _table(rows[first:last], rules)
        yield table.lines if not is_ruled and _is_scattered(table.rows) else table
        yield [line for row in rows[last:] for line in row if line]


def _pair(names: Cells, values: Cells) -> Table:
    used = [(name, value) for name, value in zip(names, values, strict=True) if name]
    lines = [line for pair in used for line in pair if line]
    texts = [[name.text.rstrip(":") for name, _ in used], [value.text if value else "" for _, value in used]]
    return Table(texts, 1, [name.left for name, _ in used], lines)


def _is_table(rows: Sequence[Cells], several: Sequence[int], *, is_ruled: bool) -> bool:
    """Whether the rows form a table: two rows of three cells, or three rows of two, or two rows of two with figures.
    Most rows have several cells, unless lines are drawn between the rows."""
    width = sum(any(row[column] for row in rows) for column in range(len(rows[0])))
    if len(several) < 2:
        return False
    if len(several) * 2 < len(rows) and not is_ruled and sum(map(_is_item, rows)) < _MIN_ITEMS:
        return False
    lone = sum(is_figure(next(line.text for line in row if line)) for row in rows if sum(map(bool, row)) == 1)
    if is_ruled and 2 * lone >= len(rows):
        return False  # The axis of a chart.
    if width == 2 and all(row[1].text.startswith("(") and MARKER.fullmatch(row[1].text) for row in rows if row[1]):
        return False  # Equation numbers.
    figures = sum(is_figure(line.text) for number in several for line in rows[number][1:] if line)
    return width > 2 or len(several) > 2 or figures >= len(several)


def _is_scattered(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the words come from a map or a diagram: many columns with mostly empty cells."""
    filled = sum(cell not in ("", SPANNED) for row in rows for cell in row)
    return len(rows[0]) >= _MANY_COLUMNS and filled < _SCATTERED * len(rows[0]) * len(rows)


def _apart(rows: Sequence[Cells]) -> Iterator[list[Cells]]:
    """The rows, cut at gaps that are much wider than the usual distance between rows."""
    usual = _usual_distance(rows)
    part: list[Cells] = []
    for number, row in enumerate(rows):
        distance = bottom_of(part[-1]) - bottom_of(row) if part else 0.0
        if distance > 2.2 * usual and not _are_items(part, rows[number:], distance):
            yield part
            part = []
        part.append(row)
    yield part


def _are_items(above: Sequence[Cells], below: Sequence[Cells], distance: float) -> bool:
    """Whether the next item, or its details, follow after a gap: figures, in the same columns."""
    first = next((row for row in below[:_MAX_DETAILS] if _is_item(row)), None)
    last = next((row for row in reversed(above[-_MAX_DETAILS:]) if _is_item(row)), None)
    if first is None or last is None or (first is below[0] and last is above[-1]):
        return False
    if distance > _FARTHEST_ITEM * max(line.height for line in last if line):
        return False
    return [line is None for line in first] == [line is None for line in last]


def _is_item(row: Cells) -> bool:
    return sum(map(bool, row)) >= _MIN_FILLED and any(is_figure(line.text) for line in row[1:] if line)


def _usual_distance(rows: Sequence[Cells]) -> float:
    distances = [bottom_of(above) - bottom_of(below) for above, below in itertools.pairwise(rows)]
    return statistics.median(distances) if distances else 0.0


def _without_neighbours(rows: Sequence[Cells], several: Sequence[int]) -> tuple[int, int]:
    """The start and end of the table: single lines at some distance above or below it are text."""
    usual = _usual_distance([rows[number] for number in several])
    first, last = several[0], several[-1] + 1
    while (
        first > 0
        and bottom_of(rows[first - 1]) - bottom_of(rows[first]) <= 1.1 * usual
        and not _is_wide(rows[first - 1])
    ):
        first -= 1
    while last < len(rows) and bottom_of(rows[last - 1]) - bottom_of(rows[last]) <= 1.1 * usual:
        last += 1
    return first, last


def _is_wide(row: Cells) -> bool:
    return row[0] is not None


def _table(rows: Sequence[Cells], rules: Sequence[Rule]) -> Table:
    used = [column for column in range(len(rows[0])) if any(row[column] for row in rows)]
    rows = [[row[column] for column in used] for row in rows]
    lines = [line for row in rows for line in row if line]
    lefts = [min(line.left for row in rows if (line := row[column])) for column in range(len(used))]
    groups = list(_grouped(rows, rules))
    whole = [_with_spans(_text_of(group), group, lefts) for group in groups]
    return Table(whole, header_rows(groups, rules), lefts, lines)


def _with_spans(texts: list[str], group: Sequence[Cells], lefts: Sequence[float]) -> list[str]:
    """The row's texts, with SPANNED in the columns that a wide cell covers."""
    for column in range(1, len(texts)):
        before = [line for row in group for line in row[:column] if line]
        if not texts[column] and any(line.right > lefts[column] + line.height for line in before):
            texts[column] = SPANNED
    return texts


def _grouped(rows: Sequence[Cells], rules: Sequence[Rule]) -> Iterator[list[Cells]]:
    """The rows of the table, each with the lines that continue it."""
    between = sorted((height for height, *_ in rules), reverse=True)
    is_ruled = _parts_rows(between, rows)
    is_labelled = _is_labelled(rows)
    distances = [bottom_of(above) - bottom_of(below) for above, below in itertools.pairwise(rows)]
    usual = statistics.median(distances) if distances else 0.0
    group = [rows[0]]
    for above, row in itertools.pairwise(rows):
        distance = bottom_of(above) - bottom_of(row)
        if is_ruled:
            goes_on = not any(bottom_of(row) < height < bottom_of(above) for height in between)
            goes_on = goes_on and not _are_like(group[-1], row) and not _are_name_and_value(group[-1], row)
        elif row[0] is not None:
            goes_on = False
        elif is_labelled or _is_detail(row, group[0]):
            goes_on = True
        else:
            goes_on = distance < 0.85 * usual or _all_go_on(group, row)
        if not goes_on:
            yield group
            group = []
        group.append(row)
    yield group


def _are_name_and_value(above: Cells, row: Cells) -> bool:
    """Whether the first row is bold and the second is not bold and holds figures."""
    is_name, is_bold = (all(line.is_bold for line in cells if line and len(line.text) > 1) for cells in (above, row))
    return is_name and not is_bold and any(is_figure(line.text) for line in row[1:] if line)


def _are_like(above: Cells, row: Cells) -> bool:
    """Whether both rows fill the same columns, one of them with figures, so that no line has to separate them."""
    both = [(one.text, other.text) for one, other in zip(above, row, strict=True) if one and other]
    figures = sum(is_figure(one) and is_figure(other) for one, other in both)
    return len(both) > _SPARSE * len(row) and figures > 0


def _parts_rows(heights: Sequence[float], rows: Sequence[Cells]) -> bool:
    """Whether the drawn lines separate rows: there are many, or most rows between two lines continue the row above."""
    inside = [height for height in heights if bottom_of(rows[-1]) < height < bottom_of(rows[0])]
    if len(inside) > len(rows) // 3:
        return True
    inner = [
        row
        for above, row in itertools.pairwise(rows)
        if not any(bottom_of(row) < height < bottom_of(above) for height in inside)
    ]
    going_on = [row for row in inner if None in row or all(line.text[0].islower() for line in row if line)]
    return len(inside) > 1 and len(going_on) >= _SPARSE * len(inner)


def _is_labelled(rows: Sequence[Cells]) -> bool:
    """Whether the rows are labels beside texts of several lines."""
    if len(rows[0]) != 2:
        return False
    labels = sum(row[0] is not None for row in rows)
    texts = [line.text for row in rows if (line := row[1])]
    return 0 < labels < _SPARSE * len(rows) and statistics.mean(map(len, texts)) >= _LONG


def _is_detail(row: Cells, item: Cells) -> bool:
    """Whether the row is one text below an item that reaches under the item's next cells."""
    filled = [(column, line) for column, line in enumerate(row) if line]
    column, line = filled[0]
    after = [other for other in item[column + 1 :] if other]
    return len(filled) == 1 and None not in (item[0], item[column]) and any(other.left < line.right for other in after)


def _all_go_on(group: Sequence[Cells], row: Cells) -> bool:
    """Whether each cell of the row continues the text above it."""
    filled = [(column, line) for column, line in enumerate(row) if line]
    return all(line.text[0].islower() and any(above[column] for above in group) for column, line in filled)


def _text_of(group: Sequence[Cells]) -> list[str]:
    return [joined_cell([line.text for row in group if (line := row[column])]) for column in range(len(group[0]))]


def joined_cell(lines: Sequence[str]) -> str:
    """The lines of a cell joined, with divided words made whole."""
    text = ""
    for line in lines:
        between = "" if not text or are_unspaced(text[-1], line) else " "
        text += between + line
    return text.replace(HYPHEN + " ", "").replace(HYPHEN, "-")
