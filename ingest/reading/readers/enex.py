"""Notes exported by Evernote (ENEX): a document per note, whose content is read as HTML."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from lxml import etree

from corpus.errors import DocumentEmpty, DocumentError
from ingest.reading.document import Document
from ingest.reading.readers.composer import one_line
from ingest.reading.readers.html.reader import read as read_html
from ingest.reading.readers.package import parse_xml
from ingest.reading.readers.records import Names

_RESOURCE = re.compile(rb"<resource>.*?</resource>", re.DOTALL)  # Images and files in base64.
_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")
_TICK = re.compile(r"<en-todo\b([^>]*?)/?>(?:</en-todo>)?")
_TICKED = re.compile(r"checked\s*=\s*[\"']true")


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    names = Names()
    documents: list[Document] = []
    for number, note in enumerate(parse_xml(_RESOURCE.sub(b"", data), what="ENEX file").iter("note"), 1):
        title = one_line(note.findtext("title") or "")
        try:
            document = read_html(_page(title, note.findtext("content") or ""))[0]
        except DocumentError:  # A note that only holds images.
            continue
        tags = ", ".join(filter(None, (one_line(tag.text or "") for tag in note.iter("tag"))))
        document = replace(
            document,
            name=title or str(number),
            title=title or document.title,
            url=_url_of(note),
            updated_at=_moment(note.findtext("updated") or note.findtext("created") or ""),
            metadata={"tags": tags} if tags else {},
        )
        documents.append(names.distinct(document, position=number))
    if not documents:
        raise DocumentEmpty("The file holds no note with text.")
    return documents


def _url_of(note: etree._Element) -> str | None:
    return one_line(note.findtext("note-attributes/source-url") or "") or None


def _page(title: str, content: str) -> bytes:
    """The note's content as an HTML page, with HTML in place of Evernote's own elements."""
    body = content.partition("<en-note")[2].partition(">")[2].rpartition("</en-note>")[0] or content
    body = _TICK.sub(lambda tick: "[x] " if _TICKED.search(tick.group(1)) else "[ ] ", body)
    heading = f"<h1>{html.escape(title)}</h1>" if title else ""
    return f'<html><head><meta charset="utf-8"></head><body>{heading}{body}</body></html>'.encode()


def _moment(stamp: str) -> str | None:
    match = _DATE.fullmatch(stamp.strip())
    return "{}-{}-{}T{}:{}:{}+00:00".format(*match.groups()) if match else None
