"""Tables of a Markdown file that are written in HTML, as rows that make sense alone."""

from __future__ import annotations

from markdown_it.token import Token

from ingest.reading.readers.html.depth import parsed
from ingest.reading.readers.html.table import grid_of, has_keys, is_layout
from ingest.reading.readers.tables import lines

_MAX_CHARS = 200_000


def is_html_table(token: Token) -> bool:
    """Whether the block is one whole table that holds rows of cells."""
    if token.type != "html_block" or len(token.content) > _MAX_CHARS:
        return False
    source = token.content.strip().lower()
    is_one = source.startswith("<table") and source.endswith("</table>") and source.count("<table") == 1
    return is_one and bool(html_rows(token.content))


def html_rows(source: str) -> list[str]:
    """The rows; none if the table only lays out what is in it."""
    table = parsed(source).css_first("table")
    if table is None or is_layout(table):
        return []
    rows, header_rows = grid_of(table)
    caption = table.css_first("caption")
    above = [" ".join(caption.text().split())] if caption is not None else []
    return [*above, *lines(rows, header_rows=header_rows, has_keys=has_keys(table))]
