"""Read an HTML table's cells, with spans laid out. Tables that only lay out a page are told apart."""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from ingest.readers.composer import one_line
from ingest.readers.tables import SPANNED, is_figure

_STRUCTURE = "table, h1, h2, h3, h4, h5, h6, pre"
_MAX_SPAN = 100
_INLINE_BREAKS = frozenset({"br", "p", "div", "li", "tr", "td", "th", "hr"})


def is_layout(table: LexborNode) -> bool:
    """True where the table holds other structure, or no two cells beside each other: then its cells are blocks."""
    if (table.attributes.get("role") or "") in ("presentation", "none"):
        return True
    # css() looks at the descendants alone, but for the node itself.
    if any(node.mem_id != table.mem_id for node in table.css(_STRUCTURE)):
        return True
    rows = [[cell for cell in cells_of(row) if cell_text(cell)] for row in table.css("tr")]
    return all(len(row) < 2 for row in rows)


def cells_of(row: LexborNode) -> list[LexborNode]:
    return [child for child in row.iter() if child.tag in ("td", "th")]


def cell_text(cell: LexborNode) -> str:
    parts: list[str] = []
    for node in cell.traverse(include_text=True):
        if node.tag == "-text":
            parts.append(node.text_content or "")
        elif node.tag == "li" and parts and parts[-1].strip():
            parts.append(", ")
        elif node.tag in _INLINE_BREAKS:
            parts.append(" ")
    return one_line("".join(parts))


def grid_of(table: LexborNode) -> tuple[list[list[str]], int | None]:
    """The rows, and how many of them are the header where the page says so.

    A cell that spans rows is repeated in each; the further columns of one that spans columns are SPANNED.
    """
    nodes = table.css("tr")
    header_rows = _header_rows(nodes)
    grid: list[list[str]] = []
    spanning: dict[int, tuple[int, str]] = {}  # Column: rows still to come, text.
    for node in nodes:
        row: list[str] = []
        for cell in cells_of(node):
            _fill_spanned(row, spanning)
            text = cell_text(cell)
            width, height = _span(cell, "colspan"), _span(cell, "rowspan")
            for offset in range(width):
                shown = text if offset == 0 else SPANNED
                if height > 1:
                    spanning[len(row)] = (height - 1, shown)
                row.append(shown)
        _fill_spanned(row, spanning)
        grid.append(row)
    if header_rows is None:
        header_rows = _header_by_figures(grid)
    return grid, header_rows


def _fill_spanned(row: list[str], spanning: dict[int, tuple[int, str]]) -> None:
    while (column := len(row)) in spanning:
        left, text = spanning.pop(column)
        row.append(text)
        if left > 1:
            spanning[column] = (left - 1, text)


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


def _header_by_figures(grid: list[list[str]]) -> int | None:
    """For figures under captions without th: the first row when its corner is empty and figures follow below."""
    filled = [row for row in grid if any(row)]
    if len(filled) < 2 or filled[0][0] or not any(is_figure(cell) for row in filled[1:] for cell in row):
        return None
    return grid.index(filled[0]) + 1


def _span(cell: LexborNode, attribute: str) -> int:
    value = (cell.attributes.get(attribute) or "1").strip()
    return min(max(int(value), 1), _MAX_SPAN) if value.isdecimal() else 1
