"""Feeds (RSS 0.9 to 2.0, Atom): each entry is a section with its date, author and address, and its content as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from corpus.errors import DocumentEmpty
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, one_line
from ingest.reading.readers.docx.styles import child
from ingest.reading.readers.frontmatter import as_moment, mail_moment
from ingest.reading.readers.html.reader import add_body
from ingest.reading.readers.package import local_name, spaced_text

_ROOTS = frozenset(("rss", "feed", "RDF"))
_ENTRIES = frozenset(("item", "entry"))
_CONTENTS = ("encoded", "content", "body", "description", "summary")  # The fullest first.
_DATES = ("updated", "modified", "lastBuildDate", "pubDate", "published", "date")
_TAG = re.compile(r"<[^<>]*>")
_TOLD = 100_000
_FACTS = (*_DATES[3:], "updated", "creator", "author", "category", "link", "comments", "enclosure")


def is_feed(root: etree._Element) -> bool:
    return local_name(root) in _ROOTS and any(local_name(node) in _ENTRIES for node in root.iter())


def read_feed(root: etree._Element) -> Document:
    """Raises DocumentEmpty if no entry has a text."""
    composer = Composer()
    channel = child(root, "channel")
    about = channel if channel is not None else root
    title = _shown(child(about, "title"))
    composer.heading(title, 1)
    _add_html(_source_of(about, ("description", "subtitle", "tagline")), composer)
    for entry in (node for node in root.iter() if local_name(node) in _ENTRIES):
        _write(entry, composer)
    if not composer.blocks:
        raise DocumentEmpty("The feed holds no text.")
    moment = next((moment for name in _DATES if (moment := _moment(_shown(child(about, name))))), None)
    return composer.finish(title=title, url=next(iter(_links(about)), None), updated_at=moment)


def _write(entry: etree._Element, composer: Composer) -> None:
    composer.heading(_shown(child(entry, "title")), 2)
    composer.table(["; ".join(_facts(entry))])
    sources = [source for name in _CONTENTS if (source := _source_of(entry, (name,)))]
    for number, source in enumerate(sources):
        if number == 0 or _bare(source) not in _bare(sources[0]):
            _add_html(source, composer)


def _facts(entry: etree._Element) -> Iterator[str]:
    seen: set[str] = set()
    for node in entry:
        name = local_name(node)
        if name in _FACTS and name != "link":
            value = one_line(node.get("term") or node.get("url") or spaced_text(node))
            if value and f"{name}{value}" not in seen:
                seen.add(f"{name}{value}")
                yield f"{name}: {value}"
    yield from (f"link: {link}" for link in list(_links(entry))[:1])


def _links(element: etree._Element) -> Iterator[str]:
    """Addresses of web pages; an Atom link that leads to the feed itself or to an enclosure is none."""
    for node in element:
        if local_name(node) == "link" and node.get("rel", "alternate") == "alternate":
            address = one_line(node.get("href") or node.text or "")
            if address.startswith(("http://", "https://")):
                yield address


def _source_of(element: etree._Element, names: tuple[str, ...]) -> str:
    """The HTML of the first child of these names; markup that stands in the feed as elements is written out."""
    for name in names:
        node = child(element, name)
        if node is not None:
            within = "".join(etree.tostring(part, encoding="unicode") for part in node)
            return f"{node.text or ''}{within}"
    return ""


def _add_html(source: str, composer: Composer) -> None:
    if "<" in source or "&" in source:
        add_body(f"<body>{source}", composer)
    else:
        composer.paragraph(source)


def _bare(source: str) -> str:
    """Its words, to tell whether a summary says more than the content."""
    return "".join(filter(str.isalnum, _TAG.sub("", source)))[:_TOLD]


def _shown(node: etree._Element | None) -> str:
    return spaced_text(node) if node is not None else ""


def _moment(value: str) -> str | None:
    """A date of ISO 8601 or of mail (RFC 5322)."""
    return (as_moment(value) or mail_moment(value)) if value else None
