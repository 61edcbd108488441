"""Tables with drawn cells: boxes of horizontal and vertical lines that meet. Pure functions."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence

from ingest.reading.readers.pdf.box_parts import are_areas, are_marked, are_parts, texts_of
from ingest.reading.readers.pdf.cellrows import Cell, rows_in
from ingest.reading.readers.pdf.labels import is_named
from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.names_above import with_names
from ingest.reading.readers.pdf.rules import NOTHING_DRAWN, Drawn, without_underlines
from ingest.reading.readers.pdf.ruling_lines import NEAR, Box, RuledGrid, ruled_grids, sections_of, within
from ingest.reading.readers.pdf.tables import Table
from ingest.reading.readers.tables import MAX_HEADER_ROWS, SPANNED, is_figure

_MAX_REPEATED_CHARS = 80  # Characters of a tall cell that is repeated in each of its rows.
_MIN_FILLED = 0.2
_LOWEST_ROW = 0.6  # Line heights; a lower row lies between two lines of one border.
_MOSTLY = 0.6
_SHORT, _MAX_INSIDE = 3, 500  # Characters; lines of a net.
_FAR_OVER, _MANY = 0.2, 0.25  # Share of a line's width, and of the lines.
_LEVEL = 0.3  # Line heights between baselines of lines side by side.

# Lines of text, and what is drawn around them.
Area = tuple[list[Line], Drawn]


def ruled_tables(lines: Sequence[Line], drawn: Drawn) -> Iterator[tuple[list[Line], Table | list[Area]]]:
    """For each grid of drawn lines, the lines of text inside it and their table.

    If its boxes hold parts of a page, yields the lines in each box with what is drawn inside it instead.
    """
    free = list(lines)
    drawn = drawn._replace(level=without_underlines(drawn.level, lines))
    for net in sorted(ruled_grids(drawn), key=lambda net: net.box.right - net.box.left, reverse=True):
        inside = [line for line in free if net.box.holds(line)]
        if len(inside) < 3 or _is_one_column(net, inside, lines):
            continue
        cells = _cells(net, inside)
        filled = [cell for cell in cells.values() if cell.lines]
        if len({cell.row for cell in filled}) < 2 or len({cell.column for cell in filled}) < 2:
            continue
        is_coloured = all(line.is_edge for line in net.upright)
        if len(filled) < _MIN_FILLED * len(cells) or (is_coloured and are_marked(filled, net.row_heights())):
            continue
        if _are_crossed(net, filled):
            continue
        is_page = are_parts(filled) or are_areas(filled)
        finer = net if is_page else with_names(net, inside, free, drawn)
        inside = [line for line in free if finer.box.holds(line)]
        gone = set(map(id, inside))
        free = [line for line in free if id(line) not in gone]
        if not is_page:
            added = len(finer.heights) - len(net.heights)
            sections = [range(part.start + added if part.start else 0, part.stop + added) for part in sections_of(net)]
            yield from _tables(finer, _cells(finer, inside), sections)
        elif are_parts(filled):
            yield from ((cell.lines, [(cell.lines, within(_box_of(net, cell), drawn))]) for cell in filled)
        else:
            yield inside, [_area(net, together, inside, drawn) for together in texts_of(filled)]


def _is_one_column(net: RuledGrid, inside: Sequence[Line], lines: Sequence[Line]) -> bool:
    """Whether the net is only the coloured ground of some figures, whose rows go on beside it."""
    if not any(line.is_edge for line in net.upright) or len(inside) > _MAX_INSIDE:
        return False
    left, right, bottom, top = net.box
    if sum(is_figure(line.text) or len(line.text) < _SHORT for line in inside) < _MOSTLY * len(inside):
        return False
    beside = [line for line in lines if bottom < line.bottom + line.height / 2 < top and not left < line.left < right]
    heights = {round(line.bottom) for line in inside}
    with_text = {
        round(line.bottom) for line in beside if line.right < left and any(map(str.isalpha, line.text[:_SHORT]))
    }
    return len(heights & with_text) >= _MOSTLY * len(heights)


def _are_crossed(net: RuledGrid, filled: Sequence[Cell]) -> bool:
    """Whether many lines reach far over the sides of their cells: what is drawn has nothing to do with them."""
    rows = Counter(cell.row for cell in filled)
    if sum(number > 1 for number in rows.values()) > 1:
        return False
    count = crossed = 0
    for cell in filled:
        left, right = net.columns[cell.column], net.columns[cell.column + cell.width]
        for line in cell.lines:
            over = max(left - line.left, line.right - right)
            count += 1
            crossed += over > max(NEAR, _FAR_OVER * (line.right - line.left))
    return crossed > max(1, _MANY * count)


def _area(net: RuledGrid, cells: Sequence[Cell], inside: Sequence[Line], drawn: Drawn) -> Area:
    """The lines in some of the net's cells, in their order among those `inside` the net."""
    here = {id(line) for cell in cells for line in cell.lines}
    return [line for line in inside if id(line) in here], within(_box_of(net, cells[-1]), drawn)


def _box_of(net: RuledGrid, cell: Cell) -> Box:
    left, right = net.columns[cell.column], net.columns[cell.column + cell.width]
    return Box(left, right, net.heights[cell.row + cell.height], net.heights[cell.row])


def _cells(net: RuledGrid, lines: Sequence[Line]) -> dict[tuple[int, int], Cell]:
    """The cells by row and column of their upper left corner."""
    owner: dict[tuple[int, int], Cell] = {}
    rows, columns = len(net.heights) - 1, len(net.columns) - 1
    for row, column in itertools.product(range(rows), range(columns)):
        left, above = owner.get((row, column - 1)), owner.get((row - 1, column))
        if left is not None and left.row == row and not net.has_line_left(row, column):
            left.width += 1
            owner[row, column] = left
        elif above is not None and above.column <= column and not net.has_line_above(row, column):
            above.height = row - above.row + 1
            owner[row, column] = above
        else:
            owner[row, column] = Cell(row, column)
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


def _in_columns(net: RuledGrid, cell: Cell) -> list[Cell]:
    """The columns of a wide cell that has no lines drawn inside: each line of text fits one column, or they fill equal
    parts. Empty if not."""
    if parts := _in_parts(net, cell):
        return parts
    parts = [Cell(cell.row, cell.column + offset, cell.height) for offset in range(cell.width)]
    for line in cell.lines:
        number = sum(place < line.left + NEAR for place in net.columns[cell.column + 1 : cell.column + cell.width])
        if line.right > net.columns[cell.column + number + 1] + NEAR:
            return []
        parts[number].lines.append(line)
    return parts if sum(bool(part.lines) for part in parts) > 1 else []


def _in_parts(net: RuledGrid, cell: Cell) -> list[Cell]:
    """The equal parts of a wide cell, side by side, that hold one line each; empty if there are none."""
    lines = sorted(cell.lines, key=lambda line: line.left)
    count = len(lines)
    if count < 2 or count == cell.width or cell.width % count:
        return []
    if max(line.bottom for line in lines) - min(line.bottom for line in lines) > _LEVEL * lines[0].height:
        return []
    width = cell.width // count
    parts = []
    for number, line in enumerate(lines):
        first = cell.column + number * width
        if not net.columns[first] - NEAR < line.left < line.right < net.columns[first + width] + NEAR:
            return []
        parts.append(Cell(cell.row, first, cell.height, width, [line]))
    return parts


def _in_rows(net: RuledGrid, cell: Cell) -> list[Cell]:
    """The rows of a tall cell that has no lines drawn inside, if almost every row has a line of text; else empty."""
    parts = [Cell(cell.row + offset, cell.column, 1, cell.width) for offset in range(cell.height)]
    for line in cell.lines:
        up = line.bottom + line.height / 2
        parts[sum(height > up for height in net.heights[cell.row + 1 : cell.row + cell.height])].lines.append(line)
    filled = sum(bool(part.lines) for part in parts)
    lowest = _LOWEST_ROW * min((line.height for line in cell.lines), default=0.0)
    rows = net.heights[cell.row : cell.row + cell.height + 1]
    count = sum(top - bottom > lowest for top, bottom in itertools.pairwise(rows))
    return parts if filled > 2 and filled >= _MOSTLY * count and len(cell.lines) < 1.5 * filled else []


def _tables(
    net: RuledGrid, cells: dict[tuple[int, int], Cell], sections: Sequence[range]
) -> Iterator[tuple[list[Line], Table | list[Area]]]:
    """The lines of each section of rows, with their table, or without one if only one cell is filled."""
    reaching: dict[int, tuple[int, str]] = {}  # By column: the last row of a tall cell, and its text.
    for section in sections:
        inside = [cell for (row, _), cell in sorted(cells.items()) if row in section]
        lines = [line for cell in inside for line in cell.lines]
        if not lines:
            continue
        is_alone = sum(bool(cell.lines) for cell in inside) == 1
        yield lines, [(lines, NOTHING_DRAWN)] if is_alone else _table(net, inside, section, reaching, lines)


def _table(
    net: RuledGrid, cells: Sequence[Cell], section: range, reaching: dict[int, tuple[int, str]], lines: list[Line]
) -> Table:
    columns = len(net.columns) - 1
    rows: list[list[str]] = []
    bold: list[bool] = []
    for row in section:
        starting = [cell for cell in cells if cell.row == row]
        if not any(cell.lines for cell in starting):
            continue
        for texts, is_bold in rows_in(starting, columns):
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
    named = sum(is_named(cell.lines) for cell in cells)
    is_form = 2 * named > sum(bool(cell.lines) for cell in cells)
    return Table(
        [[texts[column] for column in used] for texts in rows],
        0 if is_form else leading if 0 < leading <= MAX_HEADER_ROWS else None,
        [net.columns[column] for column in used],
        lines,
    )
