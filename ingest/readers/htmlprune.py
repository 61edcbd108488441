"""Take from an HTML tree what is no content: script, navigation, notices, hidden parts, walls of links."""

from __future__ import annotations

import re

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
    total = len(body.text())
    doomed = [node for node in body.css(_CONTAINERS) if _is_margin(node, total)]
    for node in doomed:
        node.decompose()


def _is_margin(node: LexborNode, total: int) -> bool:
    """True for a container that is named like a margin and holds mostly links, and for walls of short links."""
    attributes = node.attributes
    name = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    is_suspect = _SUSPECT.search(name) is not None
    if not is_suspect and node.tag not in ("ul", "ol"):
        return False
    length = len(node.text())
    if length > _MAX_SUSPECT_SHARE * total:
        return False
    if is_suspect and _NOTICE.search(name):
        return True
    links = node.css("a")
    linked = sum(len(link.text()) for link in links)
    if linked < (0.5 if is_suspect else 0.9) * len("".join(node.text().split())):
        return False
    return is_suspect or (len(links) >= _LINKS_OF_A_WALL and linked < _LINK_CHARACTERS * len(links))
