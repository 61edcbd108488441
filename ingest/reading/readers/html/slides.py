"""Slide shows in HTML (reveal.js, Marp, impress.js, Slidy, S5): mark where each slide begins."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

_SLIDES = (
    ".reveal .slides section, svg[data-marpit-svg] section, .marpit section, #impress .step, "
    "body > .slide, body > .presentation > .slide"
)
_DRAWN = "svg[data-marpit-svg], svg[data-marpit-svg] > foreignObject"
_MARK = "data-begins-slide"
# Hiding attributes that a browser saves on all slides but the current one.
_UNSEEN = ("hidden", "aria-hidden", "style")


def mark_slides(tree: LexborHTMLParser) -> bool:
    """Mark the slides, so that those hidden at first are kept. Returns False if the page is not a slide show."""
    slides = [node for node in tree.css(_SLIDES) if not _holds_slides(node)]
    if len(slides) < 2:
        return False
    for node in slides:
        node.attrs[_MARK] = ""
        parent = node.parent
        for shown in (node, *([parent] if parent is not None and parent.tag == "section" else [])):
            for name in _UNSEEN:
                if name in shown.attributes:
                    del shown.attrs[name]
    for node in [*tree.css(_DRAWN)]:
        node.unwrap()
    return True


def begins_slide(node: LexborNode) -> bool:
    return _MARK in node.attributes


def _holds_slides(node: LexborNode) -> bool:
    """Whether this is a stack of slides, which reveal.js shows one below the other."""
    return node.tag == "section" and any(child.tag == "section" for child in node.iter())
