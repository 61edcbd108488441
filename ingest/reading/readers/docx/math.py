"""Office formulas (OMML) in one line of text: fractions with a slash, powers with ^, indices with _."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from ingest.reading.readers.package import attribute, local_name

_SKIPPED = frozenset({"rPr", "ctrlPr", "fPr", "sSupPr", "sSubPr", "radPr", "dPr", "naryPr", "funcPr", "mPr", "eqArrPr"})


def linear(formula: etree._Element) -> str:
    """The formula as text, such as (a+b)/2 or x^2."""
    return "".join(_parts(formula))


def _parts(element: etree._Element) -> Iterator[str]:
    for node in element:
        name = local_name(node)
        if name == "t":
            yield node.text or ""
        elif name == "f":
            yield f"{_grouped(node, 'num')}/{_grouped(node, 'den')}"
        elif name in ("sSup", "sSub", "sSubSup"):
            yield linear_of(node, "e")
            yield f"_{_grouped(node, 'sub')}" if name != "sSup" else ""
            yield f"^{_grouped(node, 'sup')}" if name != "sSub" else ""
        elif name == "rad":
            yield f"{linear_of(node, 'deg')}√({linear_of(node, 'e')})"
        elif name == "nary":
            yield f"{_operator(node)}{_bounds(node)} {linear_of(node, 'e')}"
        elif name == "d":
            yield f"({', '.join(linear(inner) for inner in node if local_name(inner) == 'e')})"
        elif name == "m":
            rows = (inner for inner in node if local_name(inner) == "mr")
            yield f"[{'; '.join(', '.join(linear(cell) for cell in row) for row in rows)}]"
        elif name not in _SKIPPED:
            yield linear(node)


def linear_of(element: etree._Element, name: str) -> str:
    return next((linear(node) for node in element if local_name(node) == name), "")


def _grouped(element: etree._Element, name: str) -> str:
    """The part, in brackets where it is more than one number or word."""
    text = linear_of(element, name).strip()
    return text if text.isalnum() else f"({text})"


def _bounds(element: etree._Element) -> str:
    lower, upper = linear_of(element, "sub"), linear_of(element, "sup")
    return (f"_({lower})" if lower else "") + (f"^({upper})" if upper else "")


def _operator(element: etree._Element) -> str:
    """The sign of a sum or product; an integral's where none is given (ECMA-376, 22.1.2.20)."""
    for node in element.iter():
        if local_name(node) == "chr":
            return attribute(node, "val") or ""
    return "∫"
