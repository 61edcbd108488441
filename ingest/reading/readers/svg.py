"""SVG: the title, description and texts of a drawing."""

from __future__ import annotations

from lxml import etree

from corpus.errors import DocumentEmpty
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer
from ingest.reading.readers.package import local_name, spaced_text

_NOT_SHOWN = frozenset(("defs", "metadata", "script", "style", "symbol"))
_TEXTS = frozenset(("text", "foreignObject"))


def read_drawing(root: etree._Element) -> Document:
    """The drawing's title, description and texts, in drawing order. Raises DocumentEmpty if there are none."""
    composer = Composer()
    title = next((spaced_text(node) for node in root if local_name(node) == "title"), "")
    composer.heading(title, 1)
    _write(root, composer)
    if not composer.blocks:
        raise DocumentEmpty("The drawing holds no text. Letters drawn as shapes need OCR: save it as PDF, and run OCR.")
    return composer.finish(title=title or None)


def _write(root: etree._Element, composer: Composer) -> None:
    waiting = list(root)[::-1]
    while waiting:
        node = waiting.pop()
        name = local_name(node)
        if _is_hidden(node):
            continue
        if name in _TEXTS or (name == "desc" and node.getparent() is root):
            composer.paragraph(spaced_text(node))
        elif name and name not in _NOT_SHOWN:
            waiting.extend(list(node)[::-1])


def _is_hidden(node: etree._Element) -> bool:
    style = (node.get("style") or "").replace(" ", "")
    return node.get("display") == "none" or node.get("visibility") == "hidden" or "display:none" in style
