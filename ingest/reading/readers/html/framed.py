"""Insert embedded documents (srcdoc of frames, declarative shadow trees) into an HTML tree, as a browser shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

from corpus.errors import DocumentEmpty
from ingest.reading.readers.html.depth import parsed

_SHADOW = "template[shadowrootmode]"
_FRAMED = "iframe[srcdoc], iframe[src]"
_FRAMESET = re.compile(r"<frameset\b", re.IGNORECASE)
_UNFRAMED = re.compile(r"<noframes\b[^>]*>(.*?)(?:</noframes|\Z)", re.IGNORECASE | re.DOTALL)
_TEMPLATE = re.compile(
    r"\{%[^%{}]*(?:%(?!\})[^%{}]*)*%\}|\{#[^#{]*(?:#(?!\})[^#{]*)*#\}"
)  # Of Jinja, Django, Liquid, Twig.
_DEEPEST = 4  # Levels of nested frames; no page needs more.


def unframed(source: str) -> str:
    """The page without the signs of a template; of one made of frames, what it says to those who cannot show them.

    Raises DocumentEmpty where that is nothing.
    """
    if source.lstrip().startswith(("{%", "{#")):
        source = _TEMPLATE.sub("", source)
    if not _FRAMESET.search(source):
        return source
    said = "".join(match.group(1) for match in _UNFRAMED.finditer(source))
    if not said.strip():
        raise DocumentEmpty("The page is a frame around other pages and holds no text. Add those pages themselves.")
    return f"{_FRAMESET.split(source, maxsplit=1)[0]}<body>{said}"


def insert_frames(tree: LexborHTMLParser, frames: Mapping[str, str]) -> None:
    """Change the tree in place; `frames` are saved pages by address. What nests deeper stays for `prune` to remove."""
    for _ in range(_DEEPEST):
        found = [(node, inner) for node in tree.css(f"{_SHADOW}, {_FRAMED}") if (inner := _inner(node, frames))]
        for node, source in found:
            body = parsed(f"<body><div>{source}</div>").css_first("body > div")
            node.replace_with(body) if body is not None else node.decompose()
        if not found:
            return


def _inner(node: LexborNode, frames: Mapping[str, str]) -> str:
    if node.tag == "iframe":
        return node.attributes.get("srcdoc") or frames.get(node.attributes.get("src") or "", "")
    whole = node.html or ""
    return whole[whole.find(">") + 1 : whole.rfind("</template")]
