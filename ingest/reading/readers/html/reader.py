"""HTML pages: the main content with its structure; no script, no navigation, no boilerplate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from types import MappingProxyType

from selectolax.lexbor import LexborHTMLParser, LexborNode

from corpus.errors import DocumentEmpty
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, one_line
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.html.body import render
from ingest.reading.readers.html.counters import write_counters
from ingest.reading.readers.html.dates import moment_of
from ingest.reading.readers.html.depth import parsed
from ingest.reading.readers.html.framed import insert_frames, unframed
from ingest.reading.readers.html.prune import prune
from ingest.reading.readers.html.signs import write_signs, write_targets
from ingest.reading.readers.html.slides import mark_slides
from ingest.reading.readers.titles import usable_title

_CHARSET = re.compile(rb"""<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", re.IGNORECASE)
_MAIN = ("main", "[role=main]", "article")


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    return [read_page(decode(data, declared=charset_of(data)))]


def charset_of(data: bytes) -> str | None:
    """The encoding that the page declares (WHATWG HTML, prescan of the first 1024 bytes); None if there is none."""
    match = _CHARSET.search(data[:4096])
    if match is None:
        return None
    name = match.group(1).decode("ascii")
    # A declaration that is readable as ASCII cannot be in UTF-16, whatever it says (same section).
    return "utf-8" if name.lower().startswith("utf-16") else name


def read_page(source: str, *, url: str | None = None, frames: Mapping[str, str] = MappingProxyType({})) -> Document:
    """The document of one page; `url` is used unless the page names another; `frames` are pages saved with it.

    Raises DocumentEmpty if nothing but boilerplate is found.
    """
    tree = parsed(unframed(source))
    meta = _meta(tree)
    title = meta.get("og:title") or _title(tree)
    canonical = _canonical(tree, meta) or url
    moment = moment_of(tree, meta)
    composer = Composer()
    has_slides = _add(tree, composer, frames)
    if not composer.blocks:
        raise DocumentEmpty("The page holds no text: it may be drawn by script. Save the page as rendered, or as PDF.")
    return composer.finish(
        title=usable_title(title) or composer.first_heading,
        url=canonical,
        updated_at=moment,
        has_slides=has_slides,
        metadata={key: meta[key] for key in ("author", "description", "keywords") if meta.get(key)},
    )


def add_body(source: str, composer: Composer) -> None:
    """Add a page's content to a larger document, such as a chapter to a book."""
    _add(parsed(source), composer, {})


def _add(tree: LexborHTMLParser, composer: Composer, frames: Mapping[str, str]) -> bool:
    """Add the page's content. Returns whether the page is a slide show."""
    has_slides = mark_slides(tree)
    insert_frames(tree, frames)
    write_counters(tree)
    _name_title(tree)
    write_signs(tree)
    for remark in prune(tree):
        composer.note(remark)
    write_targets(tree)
    root = _main(tree)
    if root is not None:
        render(root, composer, has_slides=has_slides)
    return has_slides


def _name_title(tree: LexborHTMLParser) -> None:
    """Make a heading of a first paragraph in the style of titles, as word processors export it."""
    first = tree.css_first("body > p, body > div > p, body h1")
    if first is not None and "title" in (first.attributes.get("class") or "").lower().split() and first.tag == "p":
        heading = LexborHTMLParser(f"<h1>{escape(one_line(first.text()))}</h1>").css_first("h1")
        if heading is not None:
            first.replace_with(heading)


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        key = attributes.get("property") or attributes.get("name")
        content = one_line(attributes.get("content") or "")
        if key and content:
            found.setdefault(key.lower(), content)
    return found


def _canonical(tree: LexborHTMLParser, meta: dict[str, str]) -> str | None:
    node = tree.css_first("link[rel=canonical][href]")
    candidates = (node.attributes.get("href") if node is not None else None, meta.get("og:url"))
    return next((url for url in candidates if url and url.startswith(("http://", "https://"))), None)


def _title(tree: LexborHTMLParser) -> str:
    """The page's own, not that of a drawing in it."""
    for node in tree.css("title"):
        parent = node.parent
        if parent is None or parent.tag in ("head", "html", "body"):
            return one_line(node.text())
    return ""


def _main(tree: LexborHTMLParser) -> LexborNode | None:
    """The page's main element if it has exactly one, else its body."""
    for selector in _MAIN:
        nodes = tree.css(selector)
        if len(nodes) == 1 and len(nodes[0].text()) > 200:
            return nodes[0]
    return tree.body or tree.root
