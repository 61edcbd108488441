"""Insert embedded documents (srcdoc of frames, declarative shadow trees) into an HTML tree, as a browser shows them."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

_SHADOW = "template[shadowrootmode]"
_FRAMED = "iframe[srcdoc]"
_DEEPEST = 4  # Levels of nested frames; no page needs more.


def put_in_place(tree: LexborHTMLParser) -> None:
    """Change the tree in place. Documents nested deeper stay where they are, and `prune` removes them."""
    for _ in range(_DEEPEST):
        found = [(node, _inner(node)) for node in tree.css(f"{_SHADOW}, {_FRAMED}")]
        for node, source in found:
            body = LexborHTMLParser(f"<body><div>{source}</div>").css_first("body > div")
            node.replace_with(body) if body is not None else node.decompose()
        if not found:
            return


def _inner(node: LexborNode) -> str:
    if node.tag == "iframe":
        return node.attributes.get("srcdoc") or ""
    whole = node.html or ""
    return whole[whole.find(">") + 1 : whole.rfind("</template")]
