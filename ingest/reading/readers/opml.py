"""Outlines (OPML 2.0): nested lines as a list; a line with a note is a heading above it."""

from __future__ import annotations

from lxml import etree

from corpus.errors import DocumentEmpty
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, clean, one_line
from ingest.reading.readers.package import local_name

_TEXTS = ("text", "title")
_NOTES = ("_note", "_text", "description")
_LINKS = ("htmlUrl", "xmlUrl", "url")
_MAX_INDENT = 32


def read_outline(root: etree._Element) -> Document:
    """The outline as a document. Raises DocumentEmpty if no line has text."""
    composer = Composer()
    said = {local_name(node): one_line(node.text or "") for head in root if local_name(head) == "head" for node in head}
    title = said.get("title", "")
    composer.heading(title, 1)
    top = [(node, 0) for body in root if local_name(body) == "body" for node in body][::-1]
    has_notes = any(_note_of(node) for node in root.iter())
    while top:  # Not recursive, because outlines can be nested to any depth.
        node, depth = top.pop()
        _line(composer, node, depth, has_notes=has_notes)
        top.extend([(below, depth + 1) for below in node][::-1])
    if not composer.blocks:
        raise DocumentEmpty("The outline holds no text.")
    author = said.get("ownerName", "")
    return composer.finish(title=title, metadata={"author": author} if author else {})


def _line(composer: Composer, node: etree._Element, depth: int, *, has_notes: bool) -> None:
    text = next((one_line(node.get(key) or "") for key in _TEXTS if node.get(key)), "")
    link = next((one_line(node.get(key) or "") for key in _LINKS if node.get(key)), "")
    shown = f"{text} ({link})" if text and link and link != text else text or link
    note = _note_of(node)
    if has_notes and (note or len(node)):
        composer.heading(shown, depth + 2)
    else:
        composer.list_item(f"{'  ' * min(depth, _MAX_INDENT)}- {shown}" if shown else "")
    for paragraph in clean(note).split("\n\n"):
        composer.paragraph(paragraph)


def _note_of(node: etree._Element) -> str:
    return next((node.get(key) or "" for key in _NOTES if node.get(key)), "")
