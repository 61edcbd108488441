"""What pictures and icons say by their descriptions, written where they stand."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.reading.readers.composer import one_line

_MIN_DESCRIPTION = 12
_GENERATED = re.compile(r"automatically generated|AI-generated|\.(?:jpe?g|png|gif|svg|webp)$", re.IGNORECASE)
_SIGNS = "img[alt], svg, [role=img], i, span"  # What stands in a cell in place of "yes".
_MAX_SIGN = 40
_MAX_EMOJI = 8


def name_pictures(tree: LexborHTMLParser) -> None:
    """Describe pictures where an author wrote a sentence; a cell that holds nothing else is as its sign is called."""
    for cell in tree.css("td, th, [role=cell], [role=gridcell]"):
        if cell.child is not None and not cell.text().strip() and (name := _name_in(cell)):
            cell.child.insert_before(name)
            for picture in cell.css("img[alt], svg"):
                picture.decompose()
    for picture in tree.css("img[alt]"):
        _describe(picture)


def _name_in(cell: LexborNode) -> str:
    """What the first sign in the cell is called."""
    for node in cell.css(_SIGNS):
        attributes = node.attributes
        title = node.css_first("title") if node.tag == "svg" else None
        said = attributes.get("alt") or attributes.get("aria-label") or attributes.get("title")
        name = one_line(said or (title.text() if title is not None else ""))
        if name and len(name) <= _MAX_SIGN and not _GENERATED.search(name):
            return name
    return ""


def _describe(picture: LexborNode) -> None:
    text = one_line(picture.attributes.get("alt") or "")
    if text and len(text) <= _MAX_EMOJI and not any(sign.isalnum() or sign.isascii() for sign in text):
        picture.replace_with(text)  # An emoji, drawn as a picture.
        return
    if len(text) < _MIN_DESCRIPTION or " " not in text or _GENERATED.search(text):
        return
    if picture.attributes.get("aria-hidden") != "true" and picture.attributes.get("role") != "presentation":
        picture.replace_with(f" [Picture: {text}] ")
