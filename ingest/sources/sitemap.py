"""What a sitemap lists (https://www.sitemaps.org/protocol.html). Nothing is fetched, no entity is resolved.

It is parsed in this process: by expat, which builds no tree, with a limit of depth; a document that declares entities
is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.parsers import expat

from corpus.errors import DocumentUnreadable
from ingest.reading.readers.frontmatter import as_moment

PAGES = "urlset"
INDEX = "sitemapindex"
_ENTRIES = ("url", "sitemap")
# A location is at the third level from outside.
ENTRY_DEPTH = 3
MAX_DEPTH = 20
MAX_TEXT_CHARS = 10_000
BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a sitemap; `modified_ns` is 0 if it does not say when the page changed."""

    location: str
    modified_ns: int


def kind_of(path: Path) -> str | None:
    """PAGES or INDEX, or None if it is not a sitemap."""
    try:
        with path.open("rb") as file:
            if not file.read(256).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                return None
        root, _ = next(_elements(path))
    except (expat.ExpatError, ValueError, StopIteration):
        return None
    name = _local(root[0])
    return name if name in {PAGES, INDEX} else None


def entries_of(path: Path) -> Iterator[Entry]:
    """The entries of a sitemap or an index, in order, in little memory. Raises DocumentUnreadable."""
    said: dict[str, str] = {}
    try:
        for names, text in _elements(path):
            if len(names) < 2 or _local(names[1]) not in _ENTRIES:
                continue
            if text is None and len(names) == 2:
                said = {}
            elif text is not None and len(names) == 3 and _space(names[2]) == _space(names[1]):
                # Images and videos of a page have a loc too, in another namespace.
                said[_local(names[2])] = text.strip()
            elif text is not None and len(names) == 2:
                yield _entry(said)
    except (expat.ExpatError, ValueError) as error:
        raise DocumentUnreadable(f"The sitemap is not valid XML: {error}. Nothing is pruned by it.") from None


def sitemaps_in_robots(path: Path) -> list[str]:
    """The sitemaps that a robots.txt names (RFC 9309, 2.2.4)."""
    lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    pairs = [line.partition(":") for line in lines]
    return [value.strip() for name, _, value in pairs if name.strip().lower() == "sitemap" and value.strip()]


def _elements(path: Path) -> Iterator[tuple[list[str], str | None]]:
    """The names of every element and those around it, from outside; as it begins with None, as it ends with its text.

    Raises expat.ExpatError, ValueError.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    names: list[str] = []
    texts: list[str] = []
    found: list[tuple[list[str], str | None]] = []

    def begin(name: str, _: object) -> None:
        if len(names) >= MAX_DEPTH:
            raise ValueError(f"it is nested more than {MAX_DEPTH} deep")
        names.append(name)
        texts.append("")
        found.append((list(names), None))

    def hear(text: str) -> None:
        if len(names) == ENTRY_DEPTH and len(texts[-1]) < MAX_TEXT_CHARS:
            texts[-1] += text

    def end(_: str) -> None:
        found.append((list(names), texts.pop()))
        names.pop()

    def declare(*_: object) -> None:
        raise ValueError("it declares entities")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler, parser.EntityDeclHandler = hear, declare
    with path.open("rb") as file:
        is_over = False
        while not is_over:
            block = file.read(BLOCK)
            fault: Exception | None = None
            try:
                parser.Parse(block, not block)
            except (expat.ExpatError, ValueError) as error:
                fault = error
            # What comes before a fault counts.
            yield from found
            found.clear()
            if fault is not None:
                raise fault
            is_over = not block


def _entry(said: dict[str, str]) -> Entry:
    moment = as_moment(said.get("lastmod"))
    return Entry(said.get("loc", ""), int(datetime.fromisoformat(moment).timestamp()) * 10**9 if moment else 0)


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _space(name: str) -> str:
    return name.rpartition("}")[0]
