"""How deep a page's elements lie in each other, bounded before it is parsed: the work grows with the square of it.

What lies deeper keeps its text and loses its tags. Chromium's parser stops at 512.
"""

from __future__ import annotations

import re
from collections import Counter

from selectolax.lexbor import LexborHTMLParser

MAX_DEPTH = 1000
_MAX_REOPENED = 50
# Comments, elements that hold no tags, and tags. A sign < that begins none of them is text.
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|textarea|title)\b.*?(?:</\1|\Z)|<(/?)([a-z][^\s/<>]*)[^<>]*",
    re.IGNORECASE | re.DOTALL,
)
_VOID = frozenset((
    "area", "base", "br", "col", "embed", "frame", "hr", "image", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
))  # fmt: skip
# Elements whose end is understood when the next of them begins (HTML, 13.1.2.4).
_PARTS = frozenset(("li", "dt", "dd", "p", "td", "th"))
_ENDED_BY = {
    "p": frozenset(("p",)), "li": frozenset(("li", "p")), "dt": frozenset(("dt", "dd", "p")),
    "dd": frozenset(("dt", "dd", "p")), "option": frozenset(("option",)), "a": frozenset(("a",)), "td": _PARTS,
    "th": _PARTS, "tr": _PARTS | {"tr"}, "tbody": _PARTS | {"tr", "thead", "tbody"}, "rt": frozenset(("rt", "rp")),
    "rp": frozenset(("rt", "rp")),
}  # fmt: skip
# Those that go on in the next paragraph where they were not closed (HTML, 13.2.4.3).
_REOPENED = frozenset(("b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"))


def parsed(source: str) -> LexborHTMLParser:
    """The tree of a page, or of a part of one."""
    return LexborHTMLParser(source if source.count("<") <= _MAX_REOPENED else _Shallow().of(source))


class _Shallow:
    """Follows which elements are open, and leaves out the tags that would open too many."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._held: Counter[str] = Counter()
        self._dropped: Counter[str] = Counter()
        self._reopened = 0

    def of(self, source: str) -> str:
        parts: list[str] = []
        done = 0
        for match in _MARKUP.finditer(source):
            name = (match.group(3) or "").lower()
            if not name or name in _VOID or not self._is_dropped(name, is_end=bool(match.group(2))):
                continue
            parts.append(source[done : match.start()])
            done = match.end() + (source[match.end() : match.end() + 1] == ">")
        return "".join([*parts, source[done:]]) if parts else source

    def _is_dropped(self, name: str, *, is_end: bool) -> bool:
        if not is_end:
            ended = _ENDED_BY.get(name, ())
            while self._open and self._open[-1] in ended:
                self._held[self._open.pop()] -= 1
            too_many = len(self._open) >= MAX_DEPTH or (self._reopened >= _MAX_REOPENED and name in _REOPENED)
            if too_many:
                self._dropped[name] += 1
                return True
            self._open.append(name)
            self._held[name] += 1
        elif self._dropped[name]:
            self._dropped[name] -= 1
            return True
        elif self._held[name]:
            self._close(name)
        elif name in _REOPENED:
            self._reopened = max(self._reopened - 1, 0)
        return False

    def _close(self, name: str) -> None:
        while (last := self._open.pop()) != name:
            self._held[last] -= 1
            self._reopened += last in _REOPENED
        self._held[name] -= 1
