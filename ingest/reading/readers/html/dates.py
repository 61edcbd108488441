"""When a page was changed last, or else published, where it says so: metadata, microdata, JSON-LD."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from selectolax.lexbor import LexborHTMLParser

from ingest.reading.readers.frontmatter import as_moment

_CHANGED = ("article:modified_time", "og:updated_time", "dcterms.modified", "dc.date.modified", "last-modified")
_PUBLISHED = (
    "article:published_time", "dcterms.created", "dc.date.created", "dcterms.date", "dc.date", "date", "pubdate",
    "publish-date", "citation_publication_date", "citation_date",
)  # fmt: skip
_IN_JSON = re.compile(r'"(dateModified|datePublished)"\s*:\s*"([^"]{8,40})"')
_MAX_SCRIPTS = 20


def moment_of(tree: LexborHTMLParser, meta: Mapping[str, str]) -> str | None:
    """ISO 8601 in UTC; `meta` are the page's meta elements by name."""
    said = dict(_in_json(tree))
    candidates = (
        *(meta.get(name) for name in _CHANGED),
        _by_property(tree, "dateModified"),
        said.get("dateModified"),
        *(meta.get(name) for name in _PUBLISHED),
        _by_property(tree, "datePublished"),
        said.get("datePublished"),
    )
    return next((moment for value in candidates if value and (moment := as_moment(value.replace("/", "-")))), None)


def _by_property(tree: LexborHTMLParser, name: str) -> str | None:
    node = tree.css_first(f"[itemprop={name}]")
    if node is None:
        return None
    return node.attributes.get("datetime") or node.attributes.get("content") or node.text().strip()


def _in_json(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """The first of each."""
    seen: set[str] = set()
    for script in tree.css("script[type='application/ld+json']")[:_MAX_SCRIPTS]:
        for match in _IN_JSON.finditer(script.text()):
            if match.group(1) not in seen:
                seen.add(match.group(1))
                yield match.group(1), match.group(2)
