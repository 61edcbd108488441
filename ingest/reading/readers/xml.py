"""XML: articles in JATS with their structure; any other by what its elements look like."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from corpus.errors import DocumentEmpty
from ingest.reading.document import Document
from ingest.reading.readers import jats
from ingest.reading.readers.composer import Composer, one_line
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.html.reader import charset_of, read_page
from ingest.reading.readers.package import local_name, parse_xml, text_of

_TITLES = ("title", "head", "heading", "caption")
_TAG = re.compile(r"<[^<>]+>")


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    root = parse_xml(data.lstrip(), what="file")
    name = local_name(root)
    if name == "html":
        return [read_page(decode(data, declared=charset_of(data)))]
    if jats.is_article(root):
        return [jats.read_article(root)]
    composer = Composer()
    writer = _Writer(composer)
    writer.write(root, 1)
    writer.end()
    if not composer.blocks:
        raise DocumentEmpty("The XML file holds no text.")
    title = next((block.name for block in composer.blocks if block.level == 1), None)
    return [composer.finish(title=title)]


class _Writer:
    """Writes elements with text among their children as paragraphs, and runs of records as tables."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer
        self._rows: list[str] = []

    def write(self, element: etree._Element, level: int) -> None:
        children = [node for node in element if local_name(node)]
        if not children or _is_mixed(element):
            self._paragraph(element)
        elif _is_record(children):
            self._rows.append("; ".join(f"{local_name(node)}: {text}" for node in children if (text := _shown(node))))
        else:
            for position, node in enumerate(children):
                if position == 0 and local_name(node).lower() in _TITLES and len(children) > 1:
                    self.end()
                    self._composer.heading(_shown(node), level)
                    level += 1
                else:
                    self.write(node, level)

    def _paragraph(self, element: etree._Element) -> None:
        self.end()
        self._composer.paragraph(_shown(element))

    def end(self) -> None:
        """Write the records that have come."""
        if self._rows:
            self._composer.table(self._rows)
            self._rows = []


def _is_mixed(element: etree._Element) -> bool:
    """True where text stands between child elements."""
    return bool((element.text or "").strip()) or any((node.tail or "").strip() for node in element)


def _is_record(children: Sequence[etree._Element]) -> bool:
    """True for leaves, most with a name of their own."""
    names = [local_name(node) for node in children]
    return len(set(names)) > max(len(names) // 2, 1) and not any(len(node) for node in children)


def _shown(element: etree._Element) -> str:
    """The element's text; feeds hold HTML as text, whose tags are dropped."""
    text = text_of(element)
    return one_line(_TAG.sub(" ", text) if "</" in text else text)
