"""Remove what is not content from an HTML tree: scripts, navigation, notices, hidden parts, walls of links."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

_NEVER_TEXT = (
    "script", "style", "noscript", "template", "iframe", "object", "embed", "canvas", "audio", "video", "map",
    "select", "textarea", "nav", "ix:header",
)  # fmt: skip
_NEVER_ROLES = ("navigation", "banner", "contentinfo", "search", "dialog", "alertdialog", "menu")
_HIDDEN = (
    "dialog:not([open])", "[hidden]", "[aria-hidden=true]", "[style*=display i]", "[style*=visibility i]",
)  # fmt: skip
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Hidden parts that a reader opens with a click, and that a browser's search finds.
_OPENED = "[role=tabpanel], [hidden=until-found], .tab-pane, .tabcontent, .tab-content, .accordion-collapse"
# Inside these, a button or a footer is content: a question that opens its answer, or the source of a quotation.
_HEADS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt"})
_QUOTING = frozenset({"blockquote", "figure", "aside", "td", "li", "dd"})
# Class names and ids of page parts around the content.
_SUSPECT = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navbox|navigation|menu|sidebar|breadcrumbs?|footer|cookies?|consent|gdpr|advert\w*|ads?|"
    r"promo|share|sharing|social|related|newsletter|subscribe|toc|skip|pagination|pager|catlinks|editsection|noprint|"
    r"interlanguage\w*|lang-list|popup|modal|widget)(?:$|[\s_-])",
    re.IGNORECASE,
)
# Names of parts that go even if they hold few links.
_NOTICE = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|editsection|skip|popup|modal|advert\w*|ads?|promo)(?:$|[\s_-])",
    re.IGNORECASE,
)
_CONTAINERS = "ul, ol, menu, aside, [role=complementary], " + ", ".join(
    f"{tag}[{name}]" for tag in ("div", "section", "table", "header", "span", "p") for name in ("class", "id")
)

# Links to the sharing forms of social networks, and to reply forms.
_PASSING_ON = re.compile(
    r"(?:facebook\.com/(?:sharer?|dialog)|(?:twitter|x)\.com/(?:intent|share|home\?status)|plus\.google\.com/share|"
    r"linkedin\.com/(?:sharearticle|sharing)|pinterest\.[a-z.]+/pin/create|reddit\.com/submit|tumblr\.com/share|"
    r"(?:t|telegram)\.me/share|wa\.me/\?text|api\.whatsapp\.com/send|whatsapp://send|getpocket\.com/(?:edit|save)|"
    r"news\.ycombinator\.com/submitlink|[?&]replytocom=|mailto:\?)",
    re.IGNORECASE,
)
_JUMP = re.compile(
    r"(?:skip|jump) (?:to|navigation)\b|(?:zum|zur) (?:haupt)?(?:inhalt|navigation)|aller au contenu", re.IGNORECASE
)
_STANDING_LINES = "#siteSub, #jump-to-nav, .mw-jump-link"  # Fixed lines of MediaWiki.
# Line numbers beside code, as highlighters and code hosts write them.
_LINE_NUMBERS = (
    ".lineno, .linenos, .line-number, .line-numbers-rows, .linenodiv, td.gutter, .hljs-ln-numbers, .rouge-gutter, "
    ".blob-num, .linenumber, .code-line-number"
)

_MAX_SUSPECT_SHARE = 0.3  # Share of the page's text; a larger container is content, whatever its name.
_LINKS_OF_A_WALL = 15
_ALL_LINKS = 0.9
_LINK_CHARACTERS = 40
_WORTH_TELLING = 0.02  # Share of the page's text.


def prune(tree: LexborHTMLParser) -> list[str]:
    """Prune the tree in place. Returns a note if much of the text was hidden."""
    unseen = sum(_characters(node) for node in tree.css("noscript"))
    tree.strip_tags(list(_NEVER_TEXT))
    _drop_action_links(tree)
    for node in tree.css("svg"):
        _keep_labels(node)
    for node in [*_outside(tree, "button", _HEADS), *_outside(tree, "footer", _QUOTING)]:
        if node.tag != "footer" or not _ends_an_article(node):
            node.decompose()
    for role in _NEVER_ROLES:
        for node in tree.css(f"[role={role}]"):
            if node.tag not in ("body", "html", "main", "article"):
                node.decompose()
    hidden = unseen + _drop_hidden(tree)
    body = tree.body
    if body is None:
        return []
    extents = _extents(body)
    total = extents[body.mem_id].text
    above = _above_the_heading(body, extents)
    margins = [
        node for node in body.css(_CONTAINERS) if node.mem_id in above or _is_margin(node, extents[node.mem_id], total)
    ]
    for node in margins:
        node.decompose()
    is_much = hidden > _WORTH_TELLING * (total + hidden)
    return ["Parts of the page that are hidden were left out."] if is_much else []


def _drop_action_links(tree: LexborHTMLParser) -> None:
    """Remove links that act on the page, such as sharing it, and list items that hold nothing else."""
    for node in tree.css(_STANDING_LINES):
        node.decompose()
    for node in tree.css(_LINE_NUMBERS):
        if not any(map(str.isalpha, node.text())):
            node.decompose()
    for link in tree.css("a[href]"):
        target = link.attributes.get("href") or ""
        if not (_PASSING_ON.search(target) or (target.startswith("#") and _JUMP.match(link.text().strip()))):
            continue
        item = link.parent
        is_all = item is not None and item.tag == "li" and _characters(item) == _characters(link)
        (item if is_all and item is not None else link).decompose()


def _above_the_heading(body: LexborNode, extents: Mapping[int, _Extent]) -> set[int]:
    """The lists made only of links before the page's single main heading: menus and breadcrumbs."""
    headings = body.css("h1")
    if len(headings) != 1:
        return set()
    lists: set[int] = set()
    for node in body.traverse():
        if node.mem_id == headings[0].mem_id:
            return lists
        extent = extents[node.mem_id]
        if node.tag in ("ul", "ol", "menu") and extent.links and extent.linked >= _ALL_LINKS * extent.text:
            lists.add(node.mem_id)
    return set()


def _keep_labels(drawing: LexborNode) -> None:
    """Replace a drawing by its labels, such as those of a diagram; remove an icon with its name."""
    labels = [text for node in drawing.css("text, foreignObject") if (text := " ".join(node.text().split()))]
    drawing.replace_with(f" {'; '.join(labels)} ") if labels else drawing.decompose()


def _outside(tree: LexborHTMLParser, tag: str, within: frozenset[str]) -> Iterator[LexborNode]:
    """The elements of a tag that are not inside any of the `within` tags."""
    for node in tree.css(tag):
        parent = node.parent
        while parent is not None and parent.tag not in within:
            parent = parent.parent
        if parent is None:
            yield node


def _ends_an_article(footer: LexborNode) -> bool:
    """Whether the footer is inside an article and is not just a row of links."""
    parent = footer.parent
    while parent is not None and parent.tag != "article":
        parent = parent.parent
    return parent is not None and 2 * sum(map(_characters, footer.css("a"))) < _characters(footer)


def _characters(node: LexborNode) -> int:
    return len("".join(node.text().split()))


def _drop_hidden(tree: LexborHTMLParser) -> int:
    """Remove what is hidden and stays hidden. Returns the number of characters removed."""
    gone = 0
    for selector in _HIDDEN:
        for node in tree.css(selector):
            if node.tag in ("body", "html", "main", "article") or node.css_matches(_OPENED):
                continue
            if "style" in selector and not _UNSEEN.search(node.attributes.get("style") or ""):
                continue
            gone += _characters(node)
            node.decompose()
    return gone


@dataclass(slots=True)
class _Extent:
    """The text below a node: its characters without white space, those in links, and the number of links."""

    text: int = 0
    linked: int = 0
    links: int = 0


def _extents(body: LexborNode) -> defaultdict[int, _Extent]:
    """The extent of each element, in one pass: asking each node for its text is too slow if they are nested."""
    extents: defaultdict[int, _Extent] = defaultdict(_Extent)
    for node in reversed(list(body.traverse(include_text=True))):  # Children come before their parents.
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
    """Whether the node is a container named like a margin that holds mostly links, or a wall of short links."""
    attributes = node.attributes
    name = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    is_aside = node.tag == "aside" or attributes.get("role") == "complementary"
    is_suspect = _SUSPECT.search(name) is not None
    if extent.text > _MAX_SUSPECT_SHARE * total or not (is_suspect or is_aside or node.tag in ("ul", "ol", "menu")):
        return False
    if is_suspect and _NOTICE.search(name):
        return True
    if node.tag in ("ul", "ol") and 2 * len(node.css("a[hreflang]")) > extent.links:
        return True  # Links to the page in other languages.
    if extent.linked < (0.5 if is_suspect or is_aside else _ALL_LINKS) * extent.text:
        return False
    is_wall = extent.links >= _LINKS_OF_A_WALL and extent.linked < _LINK_CHARACTERS * extent.links
    return is_suspect or (is_aside and extent.links > 0) or is_wall
