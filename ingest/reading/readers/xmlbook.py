"""Documents in DocBook, DITA, TEI or FictionBook, whose elements mark headings, lists, tables and notes."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from corpus.errors import DocumentEmpty
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, one_line
from ingest.reading.readers.numerals import numeral
from ingest.reading.readers.package import local_name, spell_raised, text_of
from ingest.reading.readers.tablegrid import Cell, laid_out, span_of
from ingest.reading.readers.tables import lines

_ROOTS = frozenset((
    "book", "article", "chapter", "part", "preface", "appendix", "section", "sect1", "refentry", "reference", "TEI",
    "TEI.2", "FictionBook", "topic", "concept", "task", "glossentry", "bookmap", "dita",
))  # fmt: skip
_HEADINGS = frozenset(("title", "head", "subtitle", "shortdesc-title"))
_SECTIONS = frozenset((
    "book", "article", "chapter", "part", "preface", "appendix", "section", "sect1", "sect2", "sect3", "sect4",
    "sect5", "simplesect", "refentry", "reference", "refsect1", "refsect2", "refsection", "div", "div1", "div2",
    "div3", "topic", "concept", "task", "body", "text", "front", "back", "conbody", "taskbody", "refbody",
    "bibliography", "glossary", "colophon", "dedication", "abstract",
))  # fmt: skip
_PARAGRAPHS = frozenset((
    "para", "simpara", "p", "ab", "l", "v", "shortdesc", "cmd", "stepresult", "info-p", "term-p", "bridgehead",
    "subtitle", "attribution", "byline", "docAuthor", "docDate", "salute", "signed", "opener", "closer", "trailer",
    "text-author", "cite", "caption", "textobject", "phrase",
))  # fmt: skip
_LISTS = frozenset((
    "itemizedlist", "orderedlist", "list", "ul", "ol", "simplelist", "variablelist", "glosslist", "steps",
    "steps-unordered", "dl",
))  # fmt: skip
_NUMBERED = frozenset(("orderedlist", "ol", "steps"))
_CODE = frozenset((
    "programlisting", "screen", "literallayout", "synopsis", "codeblock", "eg", "pre", "msgblock", "userinput-block",
))  # fmt: skip
_NOTES = frozenset(("note", "warning", "caution", "important", "tip", "danger", "hazardstatement"))
_ROWS, _CELLS = frozenset(("row", "tr", "strow", "sthead")), frozenset(("entry", "td", "th", "cell", "stentry"))
_SKIPPED = frozenset((
    "teiHeader", "description", "binary", "indexterm", "imageobject", "mediaobject-alt", "graphic", "image",
    "author", "authorgroup", "keywordset",
    "keywords", "legalnotice", "revhistory", "prolog", "colspec", "spanspec", "tagsDecl", "facsimile",
    "pb", "lb", "stylesheet", "copyright", "pubdate", "releaseinfo",
))  # fmt: skip
_TITLED = frozenset(("table", "informaltable", "figure", "example", "simpletable", "fig", "equation", "procedure"))
_HEADS = ("titleStmt", "title-info", "info", "bookinfo", "articleinfo")
_STYLES = {"loweralpha": "a", "upperalpha": "A", "lowerroman": "i", "upperroman": "I"}  # Names in DocBook.
_MAX_DEPTH = 200


def is_book(root: etree._Element) -> bool:
    """Whether the root element is that of such a format and there are paragraphs."""
    names = ("para", "simpara", "p")
    return local_name(root) in _ROOTS and any(local_name(node) in names for node in root.iter())


def read_book(root: etree._Element) -> Document:
    composer = Composer()
    title, author = _about(root)
    spell_raised(root)
    writer = _Writer(composer)
    heads = [root, *(node for node in root if local_name(node) in _HEADS)]
    if title and not any(local_name(node) in _HEADINGS for head in heads for node in head):
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
        if name in ("title", "book-title") and around in _HEADS:
            title = title or one_line(text_of(node))
        elif name == "author" and around in (
            "titleStmt",
            "title-info",
            "info",
            "bookinfo",
            "articleinfo",
            "authorgroup",
        ):
            author = author or one_line(" ".join(str(text) for text in node.itertext()))
    return title, author


class _Writer:
    def __init__(self, composer: Composer) -> None:
        self._composer = composer

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
        if not name or name in _SKIPPED:
            return
        if name in _HEADINGS:
            text = one_line(" ".join(str(text) for text in node.itertext()))
            above = node.getparent()
            if above is not None and local_name(above) in _TITLED:
                self._composer.paragraph(text)
            else:
                self._composer.heading(text, level)
        elif name in _LISTS:
            self._list(node, level, depth, is_numbered=_is_numbered(node))
        elif name in _CODE or _is_listing(node):
            self._composer.code(text_of(node))
        elif name in _NOTES:
            self._note(node, name)
        elif any(local_name(row) in _ROWS for row in node) or name in ("tgroup", "simpletable"):
            self._table(node)
        elif name in _SECTIONS:
            self.write(node, level + 1, depth)
        elif name in _PARAGRAPHS or _is_mixed(node) or not len(node):
            self._paragraph(node, level, depth)
        else:
            self.write(node, level, depth)

    def _paragraph(self, node: etree._Element, level: int, depth: int) -> None:
        """Write a paragraph, followed by the lists, tables and code inside it."""
        inner = _LISTS | _CODE | {"table", "informaltable", "figure", "footnote"}
        self._composer.paragraph(one_line(text_of(node, without=inner)))
        for below in node.iterdescendants():
            if local_name(below) in inner and not _is_within(below, node, inner):
                self._node(below, level, depth)

    def _note(self, node: etree._Element, name: str) -> None:
        text = one_line(" ".join(str(text) for text in node.itertext()))
        kind = name if name != "note" or not node.get("type") else str(node.get("type"))
        self._composer.paragraph(f"{kind.capitalize()}: {text}" if text else "")

    def _list(self, node: etree._Element, level: int, depth: int, *, is_numbered: bool) -> None:
        kind = node.get("numeration") or (node.get("type") or "").rpartition(":")[2]
        style = _STYLES.get(kind, "1")
        number = 0
        for item in node:
            if local_name(item) in _HEADINGS:
                self._composer.paragraph(one_line(text_of(item)))
            elif local_name(item):
                number += 1
                marker = f"{numeral(number, style)}." if is_numbered else "-"
                text = one_line(" ".join(_item_texts(item)))
                self._composer.list_item(f"{'  ' * min(depth, 8)}{marker} {text}" if text else "")
                for below in item.iterdescendants():
                    if local_name(below) in _LISTS and not _is_within(below, item, _LISTS):
                        self._node(below, level, depth + 1)

    def _table(self, node: etree._Element) -> None:
        rows = [row for row in node.iter() if local_name(row) in _ROWS]
        heads = sum(_is_head(row) for row in rows)
        self._composer.table(lines(laid_out(map(_cells, rows)), header_rows=heads or None))


def _is_numbered(node: etree._Element) -> bool:
    return local_name(node) in _NUMBERED or (node.get("type") or "").startswith(("ordered", "number"))


def _item_texts(item: etree._Element) -> Iterator[str]:
    """An item's own text. The term of a definition comes first, with a colon."""
    if local_name(item) in ("varlistentry", "glossentry", "dlentry"):
        for part in item:
            text = one_line(text_of(part, without=_LISTS))
            yield f"{text}:" if local_name(part) in ("term", "glossterm", "dt") else text
        return
    yield item.text or ""
    for part in item:
        if local_name(part) not in _LISTS:
            yield text_of(part, without=_LISTS)
        yield part.tail or ""


def _is_listing(node: etree._Element) -> bool:
    """Whether the code or formula has several lines and no text beside it."""
    return local_name(node) in ("code", "formula") and not _is_mixed_in(node) and "\n" in text_of(node).strip()


def _is_mixed_in(node: etree._Element) -> bool:
    """Whether there is text beside the element."""
    above = node.getparent()
    return above is None or local_name(above) in _PARAGRAPHS or _is_mixed(above)


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
            one_line(" ".join(str(text) for text in cell.itertext())),
            span_of(cell.get("colspan") or cell.get("cols")),
            span_of(cell.get("rowspan") or cell.get("rows")),
        )
        for cell in row
        if local_name(cell) in _CELLS
    ]


def _is_mixed(element: etree._Element) -> bool:
    """Whether there is text between child elements."""
    return bool((element.text or "").strip()) or any((node.tail or "").strip() for node in element)
