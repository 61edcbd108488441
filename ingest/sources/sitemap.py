"""What a sitemap lists (https://www.sitemaps.org/protocol.html). Entities are not resolved, nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from corpus.errors import DocumentUnreadable
from ingest.reading.readers.frontmatter import as_moment
from ingest.reading.readers.package import local_name

PAGES = "urlset"
INDEX = "sitemapindex"
_ENTRIES = ("url", "sitemap")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a sitemap; `modified_ns` is 0 where it does not say when the page changed."""

    location: str
    modified_ns: int


def kind_of(path: Path) -> str | None:
    """PAGES or INDEX, or None for what is no sitemap."""
    try:
        with path.open("rb") as file:
            if not file.read(256).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                return None
            file.seek(0)
            for _, element in _parse(file, "start"):
                name = local_name(element)
                return name if name in {PAGES, INDEX} else None
    except (etree.XMLSyntaxError, ValueError):
        return None
    return None


def entries_of(path: Path) -> Iterator[Entry]:
    """The entries of a sitemap or an index, in order, in little memory. Raises DocumentUnreadable."""
    try:
        with path.open("rb") as file:
            for _, element in _parse(file, "end"):
                parent = element.getparent()
                if local_name(element) in _ENTRIES and parent is not None and parent.getparent() is None:
                    yield _entry(element)
                    element.clear()
                    while element.getprevious() is not None:
                        del parent[0]
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DocumentUnreadable(f"The sitemap is not valid XML: {error}. Nothing is pruned by it.") from None


def sitemaps_in_robots(path: Path) -> list[str]:
    """The sitemaps that a robots.txt names (RFC 9309, 2.2.4)."""
    lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    pairs = [line.partition(":") for line in lines]
    return [value.strip() for name, _, value in pairs if name.strip().lower() == "sitemap" and value.strip()]


def _parse(file: BinaryIO, event: str) -> Iterator[tuple[str, etree._Element]]:
    return iter(
        etree.iterparse(
            file,
            events=(event,),
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
            huge_tree=False,
        )
    )


def _entry(element: etree._Element) -> Entry:
    namespace = _namespace(element)
    said = {local_name(node): (node.text or "").strip() for node in element if _namespace(node) == namespace}
    moment = as_moment(said.get("lastmod"))
    return Entry(said.get("loc", ""), int(datetime.fromisoformat(moment).timestamp()) * 10**9 if moment else 0)


def _namespace(element: etree._Element) -> str:
    # Images and videos of a page have a loc too, of another namespace.
    tag: object = element.tag
    return tag.rpartition("}")[0] if isinstance(tag, str) else "entity"
