"""Read the cells of an HTML table, with spans laid out, and recognise tables used for page layout."""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from ingest.reading.readers.html.listmarks import OpenList
from ingest.reading.readers.html.signs import without_icons
from ingest.reading.readers.tablegrid import Cell, in_one_line, laid_out, span_of

_STRUCTURE = "table, h1, h2, h3, h4, h5, h6, pre"
_INLINE_BREAKS = frozenset({"br", "p", "div", "tr", "td", "th", "hr"})


def is_layout(table: LexborNode) -> bool:
    """Whether the table holds other structure, or no two cells side by side; then its cells are blocks."""
    if (table.attributes.get("role") or "") in ("presentation", "none"):
        return True
    # The first match is enough: tables may be nested by the thousand.
    if any(part.css_first(_STRUCTURE) is not None for part in table.iter()):
        return True
    rows = [[cell for cell in cells_of(row) if cell_text(cell)] for row in table.css("tr")]
    return all(len(row) < 2 for row in rows)


def cells_of(row: LexborNode) -> list[LexborNode]:
    return [child for child in row.iter() if child.tag in ("td", "th")]


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
        elif node.tag in _INLINE_BREAKS:
            parts.append(" ")
    return in_one_line([*paragraphs, (mark, "".join(parts))])


def grid_of(table: LexborNode) -> tuple[list[list[str]], int | None]:
    """The rows, and the number of header rows if the page says so."""
    nodes = table.css("tr")
    return laid_out(map(_cells, nodes)), _header_rows(nodes)


def has_keys(table: LexborNode) -> bool:
    """Whether the table has two columns of names and values, such as an infobox."""
    rows = [cells for row in table.css("tr") if len(cells := cells_of(row)) > 1]
    return bool(rows) and all(len(row) == 2 and row[0].tag == "th" and row[1].tag == "td" for row in rows)


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
        if not in_head and not (cells and all(cell.tag == "th" for cell in cells)):
            break
        count += 1
    return count if 0 < count < len(rows) else None
