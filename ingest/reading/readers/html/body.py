"""Walk an HTML tree and write its blocks, without recursion, because pages can be nested to any depth."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from ingest.reading.readers.composer import Composer, one_line, squeeze
from ingest.reading.readers.html.listmarks import OpenList
from ingest.reading.readers.html.signs import without_icons
from ingest.reading.readers.html.slides import begins_slide
from ingest.reading.readers.html.table import grid_of, has_keys, is_layout, is_table
from ingest.reading.readers.tables import lines

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# fmt: off
_BLOCK_TAGS = frozenset((
    "address", "article", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "aside", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "menu", "ol", "p", "pre", "section", "summary", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "ul",
))
# fmt: on
_LISTS = ("ul", "ol", "menu")
_MAX_INDENT = 32
# A list written in lines of text, as some tools make items of within elements of their own.
_LISTED = re.compile(r"(?:^|\n)[^\S\n]*(?:1\.|[*-]) \S[^\n]*(?:\n[^\S\n]*(?:\d+\.|[*-]) \S[^\n]*){2}")
_SPACE = re.compile(r"\s+")


def render(root: LexborNode, composer: Composer, *, has_slides: bool = False) -> None:
    """Add the blocks under `root` to the composer, starting a page at each marked slide."""
    _Writer(composer, has_slides=has_slides).walk(root)


class _Writer:
    """Collects the inline text of the current block and writes it when the block ends."""

    def __init__(self, composer: Composer, *, has_slides: bool) -> None:
        self._composer = composer
        self._has_slides = has_slides
        self._inline: list[str] = []
        self._lists: list[OpenList] = []
        self._marker = ""
        self._terms: list[str] = []
        self._explained: list[str] = []  # What the definitions since are of.
        self._preformatted = 0

    def walk(self, root: LexborNode) -> None:
        node: LexborNode = root
        while True:
            child = node.child if self._enter(node) else None
            if child is not None:
                node = child
                continue
            while True:
                self._leave(node)
                if node.mem_id == root.mem_id:
                    self._flush()
                    return
                if node.next is not None:
                    node = node.next
                    break
                parent = node.parent
                if parent is None:
                    return
                node = parent

    def _enter(self, node: LexborNode) -> bool:
        """Begin a node. Returns whether to visit its children."""
        tag = node.tag
        if tag == "-text":
            text = without_icons(node.text_content or "")
            self._inline.append(text if self._preformatted or _LISTED.search(text) else _SPACE.sub(" ", text))
        elif tag in ("rt", "rp"):  # Ruby text: the pronunciation of its base text.
            return False
        elif tag == "br":
            self._inline.append("\n")
        elif tag in _BLOCK_TAGS:
            self._flush()
            if self._has_slides and begins_slide(node):
                self._composer.start_page()
            if tag in _LISTS:
                self._lists.append(OpenList.of(node))
            elif tag == "li":
                self._marker = self._next_marker(node)
            elif tag == "pre":
                self._preformatted += 1
            elif tag == "dt" and self._terms and _begins_another(node):
                self._write_terms()
            elif tag == "dd" and not self._terms:
                self._terms = [*self._explained]
            if is_table(node) and not is_layout(node):
                self._table(node)
                return False
        return True

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag
        if tag not in _BLOCK_TAGS or tag is None:
            return
        if tag in _HEADINGS:
            text = self._take()
            number = self._marker.strip(" -")
            self._composer.heading(f"{number} {text}" if number and text.strip() else text, _HEADINGS[tag])
            self._marker = "" if number else self._marker
        elif tag == "pre":
            self._composer.code(self._take())
            self._preformatted -= 1
        elif tag == "dt":
            self._terms.append(one_line(self._take()))
            self._explained = [*self._terms]
        elif tag == "dl":
            self._flush()
            self._write_terms()
            self._explained.clear()
        else:
            self._flush()
        if tag == "li":
            self._marker = ""
        elif tag in _LISTS and self._lists:
            self._lists.pop()

    def _take(self) -> str:
        text = "".join(self._inline)
        self._inline.clear()
        return text

    def _flush(self) -> None:
        """Write the collected text as a paragraph or list item."""
        if not self._inline:
            return
        text = squeeze(self._take())
        if not text:
            return
        is_item = bool(self._marker or self._terms)
        if any(self._terms):
            text = f"{', '.join(filter(None, self._terms))}: {text}"
        self._terms.clear()
        self._composer.add("list_item" if is_item else "paragraph", self._marker + text)
        self._marker = ""

    def _write_terms(self) -> None:
        """Terms that nothing explains."""
        self._composer.list_item(", ".join(filter(None, self._terms)))
        self._terms.clear()

    def _next_marker(self, item: LexborNode) -> str:
        indent = "  " * min(len(self._lists) - 1, _MAX_INDENT)
        return f"{indent}{self._lists[-1].next_marker(item) if self._lists else '- '}"

    def _table(self, node: LexborNode) -> None:
        caption = node.css_first("caption")
        if caption is not None:
            self._composer.paragraph(one_line(caption.text()))
        rows, header_rows = grid_of(node)
        if len(rows) == 1:
            self._composer.paragraph(" ".join(cell for cell in rows[0] if cell))
        else:
            self._composer.table(lines(rows, header_rows=header_rows, has_keys=has_keys(node)))


def _begins_another(term: LexborNode) -> bool:
    """True where something stands between the term and the one before it, which nothing explained."""
    previous = term.prev
    while previous is not None and previous.tag in ("-text", "_comment"):
        previous = previous.prev
    return previous is None or previous.tag != "dt"
