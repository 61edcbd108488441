"""Replace formulas and superscripts in an OpenDocument tree by text. Changes the tree in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lxml import etree

from ingest.reading.readers.docx.styles import child
from ingest.reading.readers.html.math import formula_of
from ingest.reading.readers.package import attribute, local_name, write_superscripts

_MATHML = "{http://www.w3.org/1998/Math/MathML}math"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
# Returns the root of a part by its path, such as a formula's.
Linked = Callable[[str], etree._Element | None]


def spell_out(root: etree._Element, styles: Iterable[etree._Element], linked: Linked) -> None:
    """`styles` are the root elements that hold text styles."""
    raised = {name for part in styles for name in _raised_styles(part)}
    if raised:
        write_superscripts(root, lambda node: local_name(node) == "span" and attribute(node, "style-name") in raised)
    for frame in list(root.iter("{*}frame")):
        math = _math_of(frame, linked)
        parent = frame.getparent()
        if math is None or parent is None:
            continue
        span = etree.Element(f"{{{_TEXT}}}{'span' if local_name(parent) in ('p', 'h', 'span') else 'p'}")
        span.text, span.tail = formula_of(etree.tostring(math, encoding="unicode", with_tail=False)), frame.tail
        parent.replace(frame, span)


def _raised_styles(root: etree._Element) -> Iterator[str]:
    for style in root.iter("{*}style"):
        look = child(style, "text-properties")
        place = (attribute(look, "text-position") or "") if look is not None else ""
        if place.startswith("super") or (place[:1].isdigit() and not place.startswith("0")):
            yield attribute(style, "name") or ""


def _math_of(frame: etree._Element, linked: Linked) -> etree._Element | None:
    for item in frame.iter("{*}object"):
        inside = next(item.iter(_MATHML), None)
        if inside is not None:
            return inside
        part = linked((attribute(item, "href") or "").removeprefix("./").rstrip("/") + "/content.xml")
        if part is not None and part.tag in (_MATHML, "math"):
            return part
    return None
