"""Tables whose cells are drawn: boxes of level and upright lines that meet. Pure functions."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.reading.readers.pdf.bands import rows_of
from ingest.reading.readers.pdf.labels import is_named
from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.nets import NEAR, Box, Net, nets_of, within
from ingest.reading.readers.pdf.refining import refined
from ingest.reading.readers.pdf.rules import Drawn
from ingest.reading.readers.pdf.tables import Table, joined_cell
from ingest.reading.readers.tables import MAX_HEADER_ROWS, SPANNED, is_figure

_MAX_CELL_CHARS = 900  # Characters: a box of more is a part of the page, not of a table.
_MAX_REPEATED_CHARS = 80  # Characters of a cell that stands for each row it reaches down to.
_MIN_FILLED = 0.2
_LOWEST_ROW = 0.6  # Of a line's height: what is lower lies between two lines of a border.
_LINES_OF_PART = 6
_ROWS_OF_PARTS = 4
_WRAPPED = 0.3  # Of such lines begin in lower case.
_MOSTLY = 0.6


def lattices(lines: Sequence[Line], drawn: Drawn) -> Iterator[tuple[list[Line], Table | Drawn]]:
    """The lines inside each net of drawn lines, with the table that they make.

    Where its boxes hold parts of a page, it is the lines in each of them, with what is drawn there.
    """
    free = list(lines)
    for net in sorted(nets_of(drawn), key=lambda net: net.box.right - net.box.left, reverse=True):
        inside = [line for line in free if net.box.holds(line)]
        if len(inside) < 3:
            continue
        cells = _cells(net, inside)
        filled = [cell for cell in cells.values() if cell.lines]
        if len({cell.row for cell in filled}) < 2 or len({cell.column for cell in filled}) < 2:
            continue
        if len(filled) < _MIN_FILLED * len(cells):
            continue
        gone = set(map(id, inside))
        free = [line for line in free if id(line) not in gone]
        if _are_parts(filled):
            yield from ((cell.lines, within(_box_of(net, cell), drawn)) for cell in filled)
        else:
            net = refined(net, inside)
            yield inside, _table(net, _cells(net, inside), inside)


def _are_parts(filled: Sequence[_Cell]) -> bool:
    """True for boxes with parts of a page: much text in one, or lists and addresses of many lines in few rows."""
    if any(sum(len(line.text) for line in cell.lines) > _MAX_CELL_CHARS for cell in filled):
        return True
    tall = [cell for cell in filled if len(cell.lines) >= _LINES_OF_PART and not _is_wrapped(cell.lines)]
    return len(tall) > 1 and len({cell.row for cell in filled}) <= _ROWS_OF_PARTS and len(tall) * 3 >= len(filled)


def _is_wrapped(lines: Sequence[Line]) -> bool:
    """True for running text: most lines begin within a sentence, or on the line where another ends."""
    return sum(line.text[0].islower() for line in lines) >= _WRAPPED * len(lines)


def _box_of(net: Net, cell: _Cell) -> Box:
    left, right = net.columns[cell.column], net.columns[cell.column + cell.width]
    return Box(left, right, net.heights[cell.row + cell.height], net.heights[cell.row])


@dataclass(slots=True)
class _Cell:
    """Where it begins, how many rows and columns it takes, and what stands in it."""

    row: int
    column: int
    height: int = 1
    width: int = 1
    lines: list[Line] = field(default_factory=list)


def _cells(net: Net, lines: Sequence[Line]) -> dict[tuple[int, int], _Cell]:
    """Each cell by its upper left corner."""
    owner: dict[tuple[int, int], _Cell] = {}
    rows, columns = len(net.heights) - 1, len(net.columns) - 1
    for row, column in itertools.product(range(rows), range(columns)):
        left, above = owner.get((row, column - 1)), owner.get((row - 1, column))
        if left is not None and left.row == row and not net.is_parted(row, column):
            left.width += 1
            owner[row, column] = left
        elif above is not None and above.column <= column and not net.is_roofed(row, column):
            above.height = row - above.row + 1
            owner[row, column] = above
        else:
            owner[row, column] = _Cell(row, column)
    for line in lines:
        across, up = (line.left + line.right) / 2, line.bottom + line.height / 2
        column = sum(place < across for place in net.columns[1:-1])
        row = sum(height > up for height in net.heights[1:-1])
        owner[row, column].lines.append(line)
    cells = {(cell.row, cell.column): cell for cell in owner.values()}
    for cell in list(cells.values()):
        if cell.width > 1 and (parts := _in_columns(net, cell)):
            cells |= {(part.row, part.column): part for part in parts}
    for cell in list(cells.values()):
        if cell.height > 1 and (parts := _in_rows(net, cell)):
            cells |= {(part.row, part.column): part for part in parts}
    return cells


def _in_columns(net: Net, cell: _Cell) -> list[_Cell]:
    """The columns of a wide cell, where each of its lines stands within one: no lines are drawn between them."""
    parts = [_Cell(cell.row, cell.column + offset, cell.height) for offset in range(cell.width)]
    for line in cell.lines:
        number = sum(place < line.left + NEAR for place in net.columns[cell.column + 1 : cell.column + cell.width])
        if line.right > net.columns[cell.column + number + 1] + NEAR:
            return []
        parts[number].lines.append(line)
    return parts if sum(bool(part.lines) for part in parts) > 1 else []


def _in_rows(net: Net, cell: _Cell) -> list[_Cell]:
    """The rows of a tall cell, where nearly each of them has a line of its own: no lines are drawn between them."""
    parts = [_Cell(cell.row + offset, cell.column, 1, cell.width) for offset in range(cell.height)]
    for line in cell.lines:
        up = line.bottom + line.height / 2
        parts[sum(height > up for height in net.heights[cell.row + 1 : cell.row + cell.height])].lines.append(line)
    filled = sum(bool(part.lines) for part in parts)
    lowest = _LOWEST_ROW * min((line.height for line in cell.lines), default=0.0)
    rows = net.heights[cell.row : cell.row + cell.height + 1]
    count = sum(top - bottom > lowest for top, bottom in itertools.pairwise(rows))
    return parts if filled > 2 and filled >= _MOSTLY * count and len(cell.lines) < 1.5 * filled else []


def _table(net: Net, cells: dict[tuple[int, int], _Cell], lines: list[Line]) -> Table:
    columns = len(net.columns) - 1
    rows: list[list[str]] = []
    bold: list[bool] = []
    reaching: dict[int, tuple[int, str]] = {}  # By column: the last row that a tall cell reaches to, and its text.
    for row in range(len(net.heights) - 1):
        starting = [cell for (at, _), cell in sorted(cells.items()) if at == row]
        if not any(cell.lines for cell in starting):
            continue
        for texts, is_bold in _rows(starting, columns):
            rows.append(texts)
            bold.append(is_bold)
        for column, (last, text) in reaching.items():
            if last >= row:
                rows[-1][column] = rows[-1][column] or text
        for cell in starting:
            text = rows[-1][cell.column]
            if cell.height > 1 and text and len(text) <= _MAX_REPEATED_CHARS:
                last = row + cell.height - 1
                reaching[cell.column] = (last, text)
                reaching |= {cell.column + offset: (last, SPANNED) for offset in range(1, cell.width)}
    used = [column for column in range(columns) if any(texts[column] not in ("", SPANNED) for texts in rows)]
    leading = next((number for number, is_bold in enumerate(bold) if not is_bold), 0)
    named = sum(is_named(cell.lines) for cell in cells.values())
    is_form = 2 * named > sum(bool(cell.lines) for cell in cells.values())
    return Table(
        [[texts[column] for column in used] for texts in rows],
        0 if is_form else leading if 0 < leading <= MAX_HEADER_ROWS else None,
        [net.columns[column] for column in used],
        lines,
    )


def _rows(cells: Sequence[_Cell], columns: int) -> Iterator[tuple[list[str], bool]]:
    """The rows of text in cells side by side: one, but where several rows stand between two drawn lines."""
    lines = [line for cell in cells for line in cell.lines]
    if not lines:
        yield [""] * columns, False
        return
    for group in _groups(cells, lines):
        texts = [""] * columns
        for cell in cells:
            texts[cell.column] = _text_of([line for line in cell.lines if id(line) in group])
            for offset in range(1, cell.width):
                texts[cell.column + offset] = SPANNED
        yield texts, all(line.is_bold or len(line.text) < 2 for line in lines if id(line) in group)


def _groups(cells: Sequence[_Cell], lines: Sequence[Line]) -> list[set[int]]:
    """The ids of the lines of each row of text."""
    flat = [cell for cell in cells if cell.height == 1 and cell.lines]
    heights = _rows_by_height(lines)
    whole = [set(map(id, lines))]
    if len(heights) < 2 or len(flat) < 2:
        return whole
    full = [
        row
        for row in heights
        if sum(any(id(line) in row for line in cell.lines) for cell in flat) > _MOSTLY * len(flat)
    ]
    figures = [
        cell
        for cell in flat
        if len(cell.lines) >= _MOSTLY * len(heights)
        and sum(is_figure(line.text) for line in cell.lines) >= _MOSTLY * len(cell.lines)
    ]
    is_whole = min(len(flat), len(heights)) > 2 and all(len(cell.lines) == len(heights) for cell in flat)
    if len(full) < 2 or len(full) < _MOSTLY * len(heights) or not (figures or is_whole):
        return whole
    groups: list[set[int]] = []
    for row in heights:
        if not groups or row in full:
            groups.append(set())
        groups[-1] |= row
    return groups


def _rows_by_height(lines: Sequence[Line]) -> list[set[int]]:
    """The ids of lines beside each other, from the top down."""
    rows: list[set[int]] = []
    last: Line | None = None
    for line in sorted(lines, key=lambda line: -(line.bottom + line.height / 2)):
        if last is not None and abs((last.bottom + last.height / 2) - (line.bottom + line.height / 2)) < 0.5 * min(
            last.height, line.height
        ):
            rows[-1].add(id(line))
        else:
            rows.append({id(line)})
            last = line
    return rows


def _text_of(lines: Sequence[Line]) -> str:
    """A cell's text; a small first line is the name of what stands below it in the same box, as in forms."""
    texts = _in_order(lines)
    return f"{texts[0].rstrip(':')}: {joined_cell(texts[1:])}" if is_named(lines) else joined_cell(texts)


def _in_order(lines: Sequence[Line]) -> list[str]:
    return [cell.text for row in rows_of(lines) for cell in row.cells]
