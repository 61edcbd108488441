"""Saved web pages (MHTML, RFC 2557): the HTML page, without its style sheets and images."""

from __future__ import annotations

from corpus.errors import DocumentEmpty
from ingest.reading.document import Document
from ingest.reading.readers.composer import one_line
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.html.reader import charset_of, read_page
from ingest.reading.readers.mail.mime import content_of, leaves, parse

_PAGES = ("text/html", "application/xhtml+xml")
_LOCATIONS = ("Snapshot-Content-Location", "Content-Location")


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    message = parse(data)
    page = next((part for part in leaves(message) if part.get_content_type() in _PAGES), None)
    if page is None:
        raise DocumentEmpty("The saved page holds no HTML. Save the page again.")
    content = content_of(page)
    source = decode(content, declared=page.get_content_charset() or charset_of(content))
    locations = (one_line(str(part.get(name, ""))) for part in (message, page) for name in _LOCATIONS)
    url = next((location for location in locations if location.startswith(("http://", "https://"))), None)
    return [read_page(source, url=url)]
