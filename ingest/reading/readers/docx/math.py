"""Office formulas (OMML, ECMA-376, 22.1) as one line of text: fractions with /, powers with ^, subscripts with _."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from ingest.reading.readers.package import attribute, local_name

_SKIPPED = frozenset({"rPr", "ctrlPr", "fPr", "sSupPr", "sSubPr", "radPr", "dPr", "naryPr", "funcPr", "mPr", "eqArrPr"})


_END = "\ue000"  # The end of a power or fraction; becomes a blank before a letter or digit.
_ENDS = re.compile(f"{_END}(?=\\w)")


def linear(formula: etree._Element) -> str:
    """The formula as text, such as (a+b)/2 or x^2 y."""
    return _ENDS.sub(" ", "".join(_parts(formula))).replace(_END, "")


def _parts(element: etree._Element) -> Iterator[str]:
    for node in element:
        name = local_name(node)
        if name == "t":
            yield node.text or ""
        elif name == "f":
            if _property(node, "fPr", "type") == "noBar":  # A fraction without a bar: a binomial coefficient.
                yield f"{linear_of(node, 'num')} choose {linear_of(node, 'den')}"
            else:
                yield f"{_grouped(node, 'num')}/{_grouped(node, 'den')}{_END}"
        elif name in ("sSup", "sSub", "sSubSup"):
            yield linear_of(node, "e")
            yield f"_{_grouped(node, 'sub')}" if name != "sSup" else ""
            yield f"^{_grouped(node, 'sup')}{_END}" if name != "sSub" else _END
        elif name == "rad":
            yield f"{linear_of(node, 'deg')}√({linear_of(node, 'e')})"
        elif name == "nary":
            yield f"{_operator(node)}{_bounds(node)} {linear_of(node, 'e')}"
        elif name == "d":
            inside = ", ".join(linear(inner) for inner in node if local_name(inner) == "e")
            opening, closing = _property(node, "dPr", "begChr"), _property(node, "dPr", "endChr")
            yield f"{'(' if opening is None else opening}{inside}{')' if closing is None else closing}"
        elif name == "func":
            yield f"{linear_of(node, 'fName')} {linear_of(node, 'e')}"
        elif name == "m":
            rows = (inner for inner in node if local_name(inner) == "mr")
            yield f"[{'; '.join(', '.join(linear(cell) for cell in row) for row in rows)}]"
        elif name not in _SKIPPED:
            yield linear(node)


def _property(node: etree._Element, group: str, name: str) -> str | None:
    """The value of a property; None if it is not given and its default applies."""
    found = (below for about in node if local_name(about) == group for below in about if local_name(below) == name)
    return next((attribute(below, "val") or "" for below in found), None)


def linear_of(element: etree._Element, name: str) -> str:
    return next((linear(node) for node in element if local_name(node) == name), "")


def _grouped(element: etree._Element, name: str) -> str:
    """The part, in brackets if it is more than one number or word."""
    text = linear_of(element, name).strip()
    return text if text.isalnum() else f"({text})"


def _bounds(element: etree._Element) -> str:
    lower, upper = linear_of(element, "sub"), linear_of(element, "sup")
    return (f"_({lower})" if lower else "") + (f"^({upper})" if upper else "")


def _operator(element: etree._Element) -> str:
    """The operator of an n-ary formula; the integral sign is the default (ECMA-376, 22.1.2.20)."""
    for node in element.iter():
        if local_name(node) == "chr":
            return attribute(node, "val") or ""
    return "∫"
