"""XML: articles and books with their structure; any other file as the names and values of elements and attributes."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html.entities import name2codepoint

from lxml import etree

from corpus.errors import DocumentEmpty, DocumentUnreadable
from ingest.reading.document import Document
from ingest.reading.readers import feeds, jats, opml, svg, wikidump, xmlbook
from ingest.reading.readers.composer import Composer, one_line
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.html.reader import charset_of, read_page
from ingest.reading.readers.package import local_name, parse_xml, text_of

_TITLES = ("title", "head", "heading", "caption")
_TAG = re.compile(r"<[^<>]+>")
_NAMED = re.compile(rb"&([a-zA-Z]\w{1,8});")
_XML_NAMES = (b"amp", b"lt", b"gt", b"quot", b"apos")
_ODD_IDENTIFIER = re.compile(rb"(xml:id\s*=\s*[\"'])(?=\d)")
_LONG = 120  # Characters; a longer text is a paragraph and needs no name.
_MAX_NAMES = 3  # Names of elements around a value that are put before it.
_MAX_LABEL = 60
# Attributes that only matter to programs.
_SILENT = frozenset(("schemaLocation", "space", "noNamespaceSchemaLocation", "base"))
# In a text these say how it looks, or what links lead to.
_SILENT_IN_PROSE = frozenset((
    "id", "class", "style", "lang", "rend", "rendition", "role", "outputclass", "align", "valign", "width", "rev",
))  # fmt: skip
_PARAGRAPHS = frozenset(("p", "para", "paragraph", "simpara", "par"))


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    root = _parsed(data.lstrip())
    name = local_name(root)
    if name == "html":
        return [read_page(decode(data, declared=charset_of(data)))]
    if jats.is_article(root):
        return [jats.read_article(root)]
    if name == "svg":
        return [svg.read_drawing(root)]
    if name == "opml":
        return [opml.read_outline(root)]
    if name == "mediawiki":
        return wikidump.read_pages(root)
    if feeds.is_feed(root):
        return [feeds.read_feed(root)]
    if xmlbook.is_book(root):
        return [xmlbook.read_book(root)]
    composer = Composer()
    prose = frozenset(local_name(node) for node in root.iter() if len(node) and _is_mixed(node)) - {""}
    writer = _Writer(composer, prose=prose)
    writer.write(root, 1)
    writer.end()
    if not composer.blocks:
        raise DocumentEmpty("The XML file holds no text.")
    title = next((block.name for block in composer.blocks if block.level == 1), None)
    return [composer.finish(title=title)]


def _parsed(data: bytes) -> etree._Element:
    """The root. An xml:id that begins with a digit is invalid, but is corrected."""
    try:
        return parse_xml(data, what="file")
    except DocumentUnreadable as error:
        if "xml:id" in str(error):
            return parse_xml(_ODD_IDENTIFIER.sub(rb"\1_", data), what="file")
        if "Entity" in str(error) and "not defined" in str(error):
            return parse_xml(_NAMED.sub(_by_number, data), what="file")
        raise


def _by_number(match: re.Match[bytes]) -> bytes:
    """A character that HTML has a name for, which XML without a definition does not know."""
    point = name2codepoint.get(match.group(1).decode())
    return match.group() if point is None or match.group(1) in _XML_NAMES else b"&#%d;" % point


class _Writer:
    """Writes paragraphs as such, and elements with a name and a value as rows."""

    def __init__(self, composer: Composer, *, prose: frozenset[str]) -> None:
        """`prose` are the names of elements with other elements amid their text."""
        self._composer = composer
        self._prose = prose
        self._silent = _SILENT | _SILENT_IN_PROSE if prose else _SILENT
        self._rows: list[str] = []

    def write(self, element: etree._Element, level: int, label: str = "") -> None:
        """Write an element. `label` is put before its values, if its name says what they belong to."""
        children = [node for node in element if local_name(node)]
        if not children or _is_mixed(element):
            self._leaf(element, is_paragraph=bool(self._prose))
            return
        cells = [*self._attributes(element)]
        are_paragraphs = self._are_paragraphs(children)
        names = Counter(map(local_name, children))
        for position, node in enumerate(children):
            if position == 0 and len(children) > 1 and _is_title(node):
                self.end()
                self._composer.heading(_shown(node), level)
                level, label = level + 1, ""
                continue
            is_leaf = not len(node) or _is_mixed(node)
            is_paragraph = is_leaf and (are_paragraphs or self._is_paragraph(node, names))
            if is_leaf and not is_paragraph and len(_shown(node)) <= _LONG:
                cells.append(self._valued(node))
                continue
            self._row(label, cells)
            cells = []
            if is_leaf:
                self._leaf(node, is_paragraph=is_paragraph)
            else:
                self.write(node, level, _label_of(node, names, label))
        self._row(label, cells)

    def _are_paragraphs(self, children: Sequence[etree._Element]) -> bool:
        """Whether many elements have the same name and no other, as paragraphs do."""
        names = {local_name(node) for node in children}
        are_few = len(names) <= max(len(children) // 2, 1) and not any(len(node) for node in children)
        return bool(self._prose) and are_few and not any([*self._attributes(node)] for node in children)

    def _is_paragraph(self, node: etree._Element, names: Counter[str]) -> bool:
        """Whether its name says nothing: that of paragraphs, or of one text among others. Attributes say something."""
        name = local_name(node)
        is_one_of_many = name in self._prose and names[name] > 1
        return (name in _PARAGRAPHS or is_one_of_many) and not [*self._attributes(node)]

    def _leaf(self, element: etree._Element, *, is_paragraph: bool) -> None:
        if is_paragraph or len(_shown(element)) > _LONG:
            self.end()
            # A long value among others needs its name; in a text made of paragraphs their names say nothing.
            self._composer.paragraph(_shown(element) if is_paragraph else self._valued(element))
        elif text := self._valued(element):
            self._rows.append(text)

    def _valued(self, element: etree._Element) -> str:
        """An element's name, attributes in brackets, and value: Total (currency USD): 279.84."""
        attributes = ", ".join(cell.replace(": ", " ", 1) for cell in self._attributes(element))
        name = f"{local_name(element)} ({attributes})" if attributes else local_name(element)
        text = _shown(element)
        return f"{name}: {text}" if text else name if attributes else ""

    def _attributes(self, element: etree._Element) -> Iterator[str]:
        for key, value in element.attrib.items():
            name = str(key).rpartition("}")[2]
            if name not in self._silent and str(value).strip():
                yield f"{name}: {one_line(str(value))}"

    def _row(self, label: str, cells: Sequence[str]) -> None:
        if cells := [*filter(None, cells)]:
            self._rows.append(f"{label}: {'; '.join(cells)}" if label else "; ".join(cells))

    def end(self) -> None:
        """Write the rows collected so far."""
        if self._rows:
            self._composer.table(self._rows)
            self._rows = []


def _label_of(node: etree._Element, names: Counter[str], above: str) -> str:
    """The last names of the element and its ancestors, such as "tel parameters type". One of many elements of the same
    name, such as a record, is left out. `names` counts the names of its siblings; `above` is the parent's label."""
    name = local_name(node)
    if len(names) == 1 and names[name] > 1:
        return above
    around = above.split()[1 - _MAX_NAMES :]
    while around and len(" ".join([*around, name])) > _MAX_LABEL:
        around.pop(0)
    return " ".join([*around, name])


def _is_title(node: etree._Element) -> bool:
    """Whether the element is named like a title and holds text. If it only holds elements, it is the file's head."""
    is_text = len(node) == 0 or _is_mixed(node)
    return is_text and local_name(node).lower() in _TITLES and bool(_shown(node))


def _is_mixed(element: etree._Element) -> bool:
    """Whether there is text between child elements."""
    return bool((element.text or "").strip()) or any((node.tail or "").strip() for node in element)


def _shown(element: etree._Element) -> str:
    """The element's text. Feeds hold HTML as text; its tags are removed."""
    text = text_of(element)
    return one_line(html.unescape(_TAG.sub(" ", text)) if "</" in text or "<br" in text else text)
