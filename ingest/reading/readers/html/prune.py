"""Take from an HTML tree what is no content: script, navigation, notices, hidden parts, walls of links."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

_NEVER_TEXT = (
    "script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "canvas", "audio", "video", "map",
    "button", "select", "input", "textarea", "dialog", "nav", "aside", "footer", "menu", "ix:header",
)  # fmt: skip
_NEVER_ROLES = ("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog", "menu")
_HIDDEN = (
    "[hidden]", "[aria-hidden=true]", '[style*="display:none"]', '[style*="display: none"]',
    '[style*="visibility:hidden"]', '[style*="visibility: hidden"]',
)  # fmt: skip
# Class names and ids that pages give to what surrounds their content.
_SUSPECT = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navbox|navigation|menu|sidebar|breadcrumbs?|footer|cookies?|consent|gdpr|advert\w*|ads?|"
    r"promo|share|sharing|social|related|newsletter|subscribe|toc|skip|pagination|pager|catlinks|editsection|noprint|"
    r"interlanguage\w*|lang-list|popup|modal)(?:$|[\s_-])",
    re.IGNORECASE,
)
# What may go with its notice of cookies though it holds few links.
_NOTICE = re.compile(r"(?:^|[\s_-])(?:cookies?|consent|gdpr|editsection|skip|popup|modal)", re.IGNORECASE)
_CONTAINERS = "ul, ol, " + ", ".join(
    f"{tag}[{name}]" for tag in ("div", "section", "table", "header", "span", "p") for name in ("class", "id")
)

_MAX_SUSPECT_SHARE = 0.3  # A container with more of the page's text is no margin, whatever its name.
_LINKS_OF_A_WALL = 15
_LINK_CHARACTERS = 40


def prune(tree: LexborHTMLParser) -> None:
    """Remove it in place."""
    tree.strip_tags(list(_NEVER_TEXT))
    for selector in (*(f"[role={role}]" for role in _NEVER_ROLES), *_HIDDEN):
        for node in tree.css(selector):
            if node.tag not in ("body", "html", "main", "article"):
                node.decompose()
    body = tree.body
    if body is None:
        return
    extents = _extents(body)
    total = extents[body.mem_id].text
    doomed = [node for node in body.css(_CONTAINERS) if _is_margin(node, extents[node.mem_id], total)]
    for node in doomed:
        node.decompose()


@dataclass(slots=True)
class _Extent:
    """How much there is below a node, in characters that are no white space."""

    text: int = 0
    linked: int = 0
    links: int = 0


def _extents(body: LexborNode) -> defaultdict[int, _Extent]:
    """The extent of each element, all in one pass: asking each node for its text takes too long where they nest."""
    extents: defaultdict[int, _Extent] = defaultdict(_Extent)
    for node in reversed(list(body.traverse(include_text=True))):  # Children before parents.
        parent = node.parent
        if parent is None or node.mem_id == body.mem_id:
            continue
        above = extents[parent.mem_id]
        if node.tag == "-text":
            above.text += len("".join((node.text_content or "").split()))
            continue
        own = extents[node.mem_id]
        above.text += own.text
        is_link = node.tag == "a"
        above.linked += own.text if is_link else own.linked
        above.links += is_link or own.links
    return extents


def _is_margin(node: LexborNode, extent: _Extent, total: int) -> bool:
    """True for a container that is named like a margin and holds mostly links, and for walls of short links."""
    attributes = node.attributes
    name = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    is_suspect = _SUSPECT.search(name) is not None
    if extent.text > _MAX_SUSPECT_SHARE * total or not (is_suspect or node.tag in ("ul", "ol")):
        return False
    if is_suspect and _NOTICE.search(name):
        return True
    if extent.linked < (0.5 if is_suspect else 0.9) * extent.text:
        return False
    return is_suspect or (extent.links >= _LINKS_OF_A_WALL and extent.linked < _LINK_CHARACTERS * extent.links)
