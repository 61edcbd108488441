"""The markers of list items: numbers as the page shows them, or dashes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from ingest.reading.readers.numerals import numeral, style_of

_WHOLE = re.compile(r"-?\d{1,6}")
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*(?:inside\s+|outside\s+)?([a-z-]+)")
# CSS names (Counter Styles, 6) of the styles that HTML writes as single letters.
_STYLES = {
    "decimal": "1", "decimal-leading-zero": "01", "lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A",
    "upper-latin": "A", "lower-roman": "i", "upper-roman": "I",
}  # fmt: skip
_BULLETS = frozenset(("none", "disc", "circle", "square"))
MARK = "data-mark"  # An attribute: what is drawn before an item in place of its list's own mark.


def styled_numeral(number: int, style: str) -> str:
    """The number in a style of CSS."""
    return numeral(number, _STYLES.get(style, "1")) if style not in _BULLETS else ""


@dataclass(slots=True)
class OpenList:
    """An open list: the number of its next item and its numeral style, which is None for bullets."""

    style: str | None = None
    number: int = 1
    step: int = 1

    @classmethod
    def of(cls, node: LexborNode) -> OpenList:
        if node.tag != "ol":
            return cls()
        attributes = node.attributes
        styled = _LIST_STYLE.search((attributes.get("style") or "").lower())
        if styled and styled.group(1) in _BULLETS:
            return cls()
        style = (styled and _STYLES.get(styled.group(1))) or style_of(attributes.get("type") or "1") or "1"
        step = -1 if "reversed" in attributes else 1
        items = sum(child.tag == "li" for child in node.iter())
        start = _whole(attributes.get("start"))
        return cls(style, start if start is not None else items if step < 0 else 1, step)

    def next_marker(self, item: LexborNode) -> str:
        if mark := item.attributes.get(MARK):
            return f"{mark} "
        styled = _LIST_STYLE.search((item.attributes.get("style") or "").lower())
        style = (styled and _STYLES.get(styled.group(1))) or self.style
        if style is None:
            return "- "
        own = _whole(item.attributes.get("value"))
        shown = self.number if own is None else own
        self.number = shown + self.step
        return f"{numeral(shown, style)}. "


def _whole(text: str | None) -> int | None:
    return int(text) if text and _WHOLE.fullmatch(text.strip()) else None
