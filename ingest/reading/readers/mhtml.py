"""Saved web pages (MHTML, RFC 2557): the page with those in its frames, read as HTML; no style sheets or pictures."""

from __future__ import annotations

from email.message import EmailMessage

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
    pages = [part for part in leaves(message) if part.get_content_type() in _PAGES]
    if not pages:
        raise DocumentEmpty("The saved page holds no HTML. Save the page again.")
    page = pages[0]
    frames = {address: _source_of(part) for part in pages[1:] for address in _addresses(part)}
    locations = (one_line(str(part.get(name, ""))) for part in (message, page) for name in _LOCATIONS)
    url = next((location for location in locations if location.startswith(("http://", "https://"))), None)
    return [read_page(_source_of(page), url=url, frames=frames)]


def _source_of(page: EmailMessage) -> str:
    content = content_of(page)
    return decode(content, declared=page.get_content_charset() or charset_of(content))


def _addresses(page: EmailMessage) -> list[str]:
    """What a frame calls the page by."""
    name, location = (one_line(str(page.get(key, ""))) for key in ("Content-ID", "Content-Location"))
    return [address for address in (f"cid:{name.strip('<>')}" if name else "", location) if address]
