"""Arrange a page by its tags, with the tables and headings that they mark. Pure functions."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence

from ingest.reading.readers.pdf.layout import Marks
from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.order import Part, arranged
from ingest.reading.readers.pdf.rows import rows_of
from ingest.reading.readers.pdf.rules import Drawn
from ingest.reading.readers.pdf.tables import Table, joined_cell
from ingest.reading.readers.pdf.tags import Tag
from ingest.reading.readers.tables import MAX_HEADER_ROWS, SPANNED

_MIN_TAGGED = 0.85  # Share of the page's text; with less, the tags are not trusted.
_MAX_LINES = 40  # Lines per block on average.
_MAX_CELL_CHARS = 900  # Characters; a table with longer cells is used for layout.
_MAX_HEADING_CHARS = 200
_MIN_FULL = 2  # Rows with a cell in each column.
_MIN_PAGES = 0.05  # Share of pages with a heading; with fewer, the tags do not mark headings.


def is_tagged(lines: Sequence[Line], tags: Sequence[Tag]) -> bool:
    """Whether almost all of a page's text is tagged, in blocks smaller than the page."""
    total = sum(len(line.text) for line in lines)
    tagged = sum(len(line.text) for line in lines if line.block >= 0)
    return bool(tags) and tagged > _MIN_TAGGED * total and len(lines) < _MAX_LINES * len(tags)


def arranged_by_tags(lines: Sequence[Line], tags: Sequence[Tag], drawn: Drawn) -> list[Part]:
    """The parts of a page that `is_tagged`: its tables, and the lines between them in their usual arrangement."""
    places = _places(lines, tags)
    ordered = [lines[number] for number in sorted(range(len(lines)), key=places.__getitem__)]
    parts: list[Part] = []
    for number, group in itertools.groupby(ordered, key=lambda line: _table_of(line, tags)):
        inside = list(group)
        table = _table(inside, tags) if number >= 0 else None
        if table is not None:
            parts.append(table)
        elif parts and isinstance(parts[-1], list):
            parts[-1].extend(inside)
        else:
            parts.append(inside)
    return [piece for part in parts for piece in ([part] if isinstance(part, Table) else arranged(part, drawn))]


def headings_by_tags(pages: Sequence[Sequence[Line]], tags: Sequence[Sequence[Tag]]) -> dict[int, Marks]:
    """For each page the lines tagged as headings; empty if hardly any page has one."""
    numbers = itertools.count()
    found: dict[int, Marks] = {}
    for page, (lines, blocks) in enumerate(zip(pages, tags, strict=True)):
        known: defaultdict[int, int] = defaultdict(numbers.__next__)
        lengths: defaultdict[int, int] = defaultdict(int)
        for line in lines:
            lengths[line.block] += len(line.text)
        marks = {
            index: (blocks[line.block].level, known[line.block])
            for index, line in enumerate(lines)
            if 0 <= line.block < len(blocks) and blocks[line.block].level and lengths[line.block] <= _MAX_HEADING_CHARS
        }
        if marks and len(marks) < 0.5 * len(lines) + 2:
            found[page] = marks
    return found if len(found) > _MIN_PAGES * len(pages) else {}


def _places(lines: Sequence[Line], tags: Sequence[Tag]) -> list[float]:
    """The position of each line in the order of the tags. An untagged line follows the line before it, or its table."""
    last: dict[int, int] = {}
    for number, tag in enumerate(tags):
        last[tag.table] = number
    places: list[float] = []
    place = -0.5
    for line in lines:
        if line.block >= 0:
            table = tags[line.block].table
            places.append(float(line.block))
            place = (last[table] if table >= 0 else line.block) + 0.5
            if tags[line.block].is_aside:
                places[-1] += len(tags)
        else:
            places.append(place)
    return places


def _table_of(line: Line, tags: Sequence[Tag]) -> int:
    return tags[line.block].table if line.block >= 0 else -1


def _table(lines: list[Line], tags: Sequence[Tag]) -> Table | None:
    """The table; None if it has only one column or row, or is used for layout."""
    cells: defaultdict[int, list[Line]] = defaultdict(list)
    for line in lines:
        cells[line.block].append(line)
    known = {block: tags[block] for block in cells}
    columns = sorted({column for tag in known.values() for column in range(tag.column, tag.column + tag.width)})
    rows = sorted({tag.row for tag in known.values()})
    if len({tag.column for tag in known.values()}) < 2 or len(rows) < 2:
        return None
    if any(sum(len(line.text) for line in inside) > _MAX_CELL_CHARS for inside in cells.values()):
        return None
    known = _moved(known, cells, columns)
    texts = [[""] * len(columns) for _ in rows]
    names = [True] * len(rows)
    for block, tag in known.items():
        text = joined_cell([cell.text for row in rows_of(cells[block]) for cell in row.cells])
        for row in (number for number, at in enumerate(rows) if tag.row <= at < tag.row + tag.height):
            for column in range(tag.column, tag.column + tag.width):
                texts[row][columns.index(column)] = text if column == tag.column else SPANNED
        names[rows.index(tag.row)] &= tag.is_name
    header = next((number for number, is_name in enumerate(names) if not is_name), 0)
    starts: defaultdict[int, list[float]] = defaultdict(list)
    for line in lines:
        starts[tags[line.block].column].append(line.left)
    lefts = [min(starts[column], default=0.0) for column in columns]
    if not 0 < header <= MAX_HEADER_ROWS:
        first = [line for line in lines if tags[line.block].row == rows[0] and len(line.text) > 1]
        others = [line for line in lines if tags[line.block].row != rows[0]]
        is_name = all(line.is_bold for line in first) and not all(line.is_bold for line in others)
        return Table(texts, 1 if is_name else None, lefts, lines)
    return Table(texts, header, lefts, lines)


def _moved(known: dict[int, Tag], cells: dict[int, list[Line]], columns: Sequence[int]) -> dict[int, Tag]:
    """Assign the cells of short rows to the columns that they are drawn in, because some programs leave out empty
    cells, or do not say how far down a cell reaches."""
    by_row: defaultdict[int, list[int]] = defaultdict(list)
    taken: defaultdict[int, set[int]] = defaultdict(set)
    for block, tag in known.items():
        by_row[tag.row].append(block)
        for row in range(tag.row, tag.row + tag.height):
            taken[row].update(range(tag.column, tag.column + tag.width))
    full = [blocks for blocks in by_row.values() if len(blocks) == len(columns)]
    if len(full) < _MIN_FULL or any(known[block].height > 1 for blocks in full for block in blocks):
        return known
    sides: dict[int, tuple[float, float]] = {}
    for block in (block for blocks in full for block in blocks):
        left, right = sides.get(known[block].column, (float("inf"), float("-inf")))
        inside = cells[block]
        sides[known[block].column] = (
            min(left, *(line.left for line in inside)),
            max(right, *(line.right for line in inside)),
        )
    moved = dict(known)
    for row, blocks in by_row.items():
        if len(taken[row]) == len(columns) or any(known[block].width > 1 for block in blocks):
            continue
        reaching = taken[row] - {known[block].column for block in blocks}  # From the rows above.
        places = [max(columns, key=lambda column: _shared(cells[block], sides[column])) for block in blocks]
        if len(set(places)) == len(places) and not reaching.intersection(places):
            moved.update((block, known[block]._replace(column=at)) for block, at in zip(blocks, places, strict=True))
    return moved


def _shared(lines: Sequence[Line], side: tuple[float, float]) -> float:
    """How far lines and a column overlap, in points; negative if they are apart."""
    return min(max(line.right for line in lines), side[1]) - max(min(line.left for line in lines), side[0])
