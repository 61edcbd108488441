"""Documents in DocBook, DITA, TEI or FictionBook, whose elements mark headings, lists, tables and notes."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from corpus.errors import DocumentEmpty
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, one_line
from ingest.reading.readers.numerals import numeral
from ingest.reading.readers.package import local_name, spaced_text, text_of, write_superscripts
from ingest.reading.readers.tablegrid import Cell, laid_out, span_of
from ingest.reading.readers.tables import lines
from ingest.reading.readers.xmlbooknames import (
    CELLS,
    CODE,
    ENTRIES,
    HEADINGS,
    HEADS,
    LISTS,
    NOTES,
    NUMBERED,
    PARAGRAPHS,
    ROOTS,
    ROWS,
    SECTIONS,
    SET_APART,
    SKIPPED,
    STYLES,
    TITLED,
)
from ingest.reading.readers.xmlbooksigns import NOTE, spell_signs

_MAX_DEPTH = 200
_MAX_DIGITS = 7


def is_book(root: etree._Element) -> bool:
    """Whether the root element is that of such a format and there are paragraphs."""
    names = ("para", "simpara", "p")
    return local_name(root) in ROOTS and any(local_name(node) in names for node in root.iter())


def read_book(root: etree._Element) -> Document:
    composer = Composer()
    title, author = _about(root)
    write_superscripts(root)
    spell_signs(root)
    writer = _Writer(composer)
    heads = [root, *(node for node in root if local_name(node) in HEADS)]
    if title and not any(local_name(node) in HEADINGS for head in heads for node in head):
        composer.heading(title, 1)
    writer.write(root, 1)
    if not composer.blocks:
        raise DocumentEmpty("The XML file holds no text.")
    return composer.finish(title=title or composer.first_heading, metadata={"author": author} if author else {})


def _about(root: etree._Element) -> tuple[str, str]:
    """Title and author, if the file has a head separate from its text."""
    title = author = ""
    for node in root.iter():
        name, above = local_name(node), node.getparent()
        around = local_name(above) if above is not None else ""
        if name in ("title", "book-title") and around in HEADS:
            title = title or one_line(text_of(node))
        elif name == "author" and around in (
            "titleStmt",
            "title-info",
            "info",
            "bookinfo",
            "articleinfo",
            "authorgroup",
        ):
            author = author or spaced_text(node)
    return title, author


class _Writer:
    def __init__(self, composer: Composer) -> None:
        self._composer = composer
        self._last = 0  # The number of the last item of a list.

    def write(self, element: etree._Element, level: int, depth: int = 0) -> None:
        """Write the blocks below an element. `level` is that of its heading, `depth` the number of lists around it."""
        if level + depth > _MAX_DEPTH:
            self._composer.paragraph(one_line(text_of(element)))
            return
        for node in element:
            self._node(node, level, depth)

    def _node(self, node: etree._Element, level: int, depth: int) -> None:
        name = local_name(node)
        if name == "description":  # FictionBook: data about the book, with a blurb.
            for blurb in (part for part in node.iter() if local_name(part) == "annotation"):
                self.write(blurb, level, depth)
        if not name or name in SKIPPED:
            return
        if name in HEADINGS:
            text = spaced_text(node)
            above = node.getparent()
            if not any(map(str.isalnum, text)) or (above is not None and local_name(above) in TITLED):
                self._composer.paragraph(text)
            else:
                self._composer.heading(text, level)
        elif name in LISTS:
            self._list(node, level, depth, is_numbered=_is_numbered(node))
        elif name in CODE or _is_listing(node):
            self._composer.code(text_of(node))
        elif name == "cmdsynopsis":
            self._composer.code(spaced_text(node))
        elif name == NOTE:
            self._composer.paragraph(f"Footnote {node.get('label')}: {spaced_text(node)}")
        elif name in ENTRIES:
            self._composer.list_item(f"- {one_line(' '.join(_item_texts(node)))}")
        elif name in NOTES:
            self._note(node, name)
        elif any(local_name(row) in ROWS for row in node) or name in ("tgroup", "simpletable"):
            self._table(node)
        elif name in SECTIONS:
            self.write(node, level + 1, depth)
        elif name in PARAGRAPHS or _is_mixed(node) or not len(node):
            self._paragraph(node, level, depth)
        else:
            self.write(node, level, depth)

    def _paragraph(self, node: etree._Element, level: int, depth: int) -> None:
        """Write a paragraph, followed by the lists, tables and code inside it."""
        inner = LISTS | SET_APART | {NOTE}
        self._composer.paragraph(one_line(text_of(node, without=inner)))
        for below in node.iterdescendants():
            if local_name(below) in inner and not _is_within(below, node, inner):
                self._node(below, level, depth)

    def _note(self, node: etree._Element, name: str) -> None:
        text = spaced_text(node)
        if len(node) and local_name(node[0]) == "title":
            text = f"{spaced_text(node[0])}: {' '.join(map(spaced_text, list(node)[1:]))}"
        kind = name if name != "note" or not node.get("type") else str(node.get("type"))
        self._composer.paragraph(f"{kind.capitalize()}: {text}" if text else "")

    def _list(self, node: etree._Element, level: int, depth: int, *, is_numbered: bool) -> None:
        kind = node.get("numeration") or (node.get("type") or "").rpartition(":")[2]
        style = STYLES.get(kind, "1")
        start = node.get("startingnumber") or node.get("start") or "1"
        number = int(start) - 1 if start.isdecimal() and len(start) < _MAX_DIGITS else 0
        if node.get("continuation") == "continues":
            number = self._last
        term = ""
        for item in node:
            if local_name(item) in HEADINGS:
                self._composer.paragraph(one_line(text_of(item)))
            elif local_name(item) == "label":  # A glossary of TEI: labels and items by turns.
                term = f"{spaced_text(item)}: "
            elif local_name(item):
                number += 1
                marker = f"{numeral(number, style)}." if is_numbered else "-"
                text = one_line(" ".join(_item_texts(item)))
                self._composer.list_item(f"{'  ' * min(depth, 8)}{marker} {term}{text}" if text else "")
                term = ""
                inner = LISTS | SET_APART | {NOTE}
                for below in item.iterdescendants():
                    if local_name(below) in inner and not _is_within(below, item, inner):
                        self._node(below, level, depth + 1)
        self._last = number

    def _table(self, node: etree._Element) -> None:
        rows = [row for row in node.iter() if local_name(row) in ROWS]
        heads = sum(_is_head(row) for row in rows)
        self._composer.table(lines(laid_out(map(_cells, rows)), header_rows=heads or None))


def _is_numbered(node: etree._Element) -> bool:
    return local_name(node) in NUMBERED or (node.get("type") or "").startswith(("ordered", "number"))


def _item_texts(item: etree._Element) -> Iterator[str]:
    """An item's own text. The term of a definition comes first, with a colon."""
    inner = LISTS | SET_APART | {NOTE}
    if local_name(item) in ("varlistentry", "glossentry", "dlentry"):
        for part in item:
            text = one_line(text_of(part, without=inner))
            yield f"{text}:" if local_name(part) in ("term", "glossterm", "dt") else text
        return
    yield item.text or ""
    for part in item:
        if local_name(part) not in inner:
            yield text_of(part, without=inner)
        yield part.tail or ""


def _is_listing(node: etree._Element) -> bool:
    """Whether the code or formula has several lines and no text beside it."""
    return local_name(node) in ("code", "formula") and not _is_mixed_in(node) and "\n" in text_of(node).strip()


def _is_mixed_in(node: etree._Element) -> bool:
    """Whether there is text beside the element."""
    above = node.getparent()
    return above is None or local_name(above) in PARAGRAPHS or _is_mixed(above)


def _is_within(node: etree._Element, outer: etree._Element, names: frozenset[str]) -> bool:
    above = node.getparent()
    while above is not None and above is not outer:
        if local_name(above) in names:
            return True
        above = above.getparent()
    return False


def _is_head(row: etree._Element) -> bool:
    above = row.getparent()
    return (
        local_name(row) == "sthead"
        or row.get("role") == "label"
        or (above is not None and local_name(above) == "thead")
    )


def _cells(row: etree._Element) -> list[Cell]:
    return [
        Cell(
            spaced_text(cell),
            span_of(cell.get("colspan") or cell.get("cols")),
            span_of(cell.get("rowspan") or cell.get("rows")),
        )
        for cell in row
        if local_name(cell) in CELLS
    ]


def _is_mixed(element: etree._Element) -> bool:
    """Whether there is text between child elements."""
    return bool((element.text or "").strip()) or any((node.tail or "").strip() for node in element)
