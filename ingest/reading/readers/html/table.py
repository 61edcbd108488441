"""Read the cells of an HTML table, with spans laid out, and recognise tables used for page layout."""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from ingest.reading.readers.html.listmarks import OpenList
from ingest.reading.readers.html.signs import without_icons
from ingest.reading.readers.tablegrid import Cell, in_one_line, laid_out, span_of

_STRUCTURE = "table, td h1, td h2, td h3, td h4, td h5, td h6, pre"
_INLINE_BREAKS = frozenset({"br", "p", "div", "tr", "td", "th", "hr", "pre"})
_BLOCKS = "p, ul, ol, dl, blockquote, h1, h2, h3, h4, h5, h6"
_ROLES = ("cell", "gridcell", "columnheader", "rowheader")
_MAX_CELL = 400  # Characters of a cell that can stand in a row.


def is_table(node: LexborNode) -> bool:
    """True for a table, and for what says that it is one and has rows."""
    return node.tag == "table" or (
        node.attributes.get("role") in ("table", "grid", "treegrid") and node.css_first("[role=row]") is not None
    )


def is_layout(table: LexborNode) -> bool:
    """Whether the table holds other structure, or no two cells side by side; then its cells are blocks."""
    if (table.attributes.get("role") or "") in ("presentation", "none"):
        return True
    if _holds_structure(table) and not _has_names(table):
        return True
    rows = [[cell for cell in cells_of(row) if cell_text(cell)] for row in _rows_of(table)]
    if sum(map(bool, rows)) == 1 and any(len(cell.css(_BLOCKS)) > 1 for row in rows for cell in row):
        return True
    return all(len(row) < 2 for row in rows)


def _holds_structure(table: LexborNode) -> bool:
    # The first found is enough: tables may be nested by the thousand.
    return any(part.css_first(_STRUCTURE) is not None for part in table.iter())


def _has_names(table: LexborNode) -> bool:
    """True where the first row names the columns and each cell below is short: what lies in one is a part of it."""
    rows = _rows_of(table)
    if len(rows) < 2:
        return False
    first = cells_of(rows[0])
    if len(first) < 2 or not all(map(_is_name, first)):
        return False
    return all(len(cell.text()) <= _MAX_CELL for row in rows for cell in cells_of(row))


def _rows_of(table: LexborNode) -> list[LexborNode]:
    """The table's own rows, not those of tables in its cells."""
    rows: list[LexborNode] = []
    waiting = list(table.iter())[::-1]
    while waiting:
        node = waiting.pop()
        if node.tag == "tr" or node.attributes.get("role") == "row":
            rows.append(node)
        elif node.tag in ("thead", "tbody", "tfoot") or node.attributes.get("role") == "rowgroup" or _is_wrapper(node):
            waiting.extend(list(node.iter())[::-1])
    return rows


def _is_wrapper(node: LexborNode) -> bool:
    return node.tag in ("div", "section") and node.css_first("[role=row]") is not None


def cells_of(row: LexborNode) -> list[LexborNode]:
    return [child for child in row.iter() if child.tag in ("td", "th") or child.attributes.get("role") in _ROLES]


def cell_text(cell: LexborNode) -> str:
    """The cell as one line. Numbered list items keep their numbers, others get commas between them."""
    parts: list[str] = []
    paragraphs: list[tuple[str | None, str]] = []
    mark: str | None = None
    lists: dict[int, OpenList] = {}
    for node in cell.traverse(include_text=True):
        if node.tag == "-text":
            parts.append(without_icons(node.text_content or ""))
        elif node.tag in ("ol", "ul"):
            lists[node.mem_id] = OpenList.of(node)
        elif node.tag == "li":
            paragraphs.append((mark, "".join(parts)))
            parts = []
            around = node.parent
            opened = lists.get(around.mem_id) if around is not None else None
            mark = (opened or OpenList()).next_marker(node).strip()
        elif node.tag == "tr" and any(map(str.strip, parts)):
            parts.append("; ")  # Of a table in the cell.
        elif node.tag in _INLINE_BREAKS:
            parts.append(" ")
    return in_one_line([*paragraphs, (mark, "".join(parts))])


def grid_of(table: LexborNode) -> tuple[list[list[str]], int | None]:
    """The rows, and the number of header rows if the page says so."""
    nodes = _rows_of(table)
    return laid_out(map(_cells, nodes)), _header_rows(nodes)


def has_keys(table: LexborNode) -> bool:
    """Whether the table has two columns of names and values, such as an infobox."""
    rows = [cells for row in _rows_of(table) if len(cells := cells_of(row)) > 1]
    return bool(rows) and all(len(row) == 2 and row[0].tag == "th" and row[1].tag == "td" for row in rows)


def _is_name(cell: LexborNode) -> bool:
    return cell.tag == "th" or cell.attributes.get("role") == "columnheader"


def _cells(row: LexborNode) -> list[Cell]:
    return [
        Cell(cell_text(cell), span_of(cell.attributes.get("colspan")), span_of(cell.attributes.get("rowspan")))
        for cell in cells_of(row)
    ]


def _header_rows(rows: list[LexborNode]) -> int | None:
    count = 0
    for row in rows:
        parent = row.parent
        cells = cells_of(row)
        in_head = parent is not None and parent.tag == "thead"
        if not in_head and not (cells and all(_is_name(cell) for cell in cells)):
            break
        count += 1
    return count if 0 < count < len(rows) else None
