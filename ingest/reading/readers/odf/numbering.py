"""The numbers that OpenDocument shows before list items and headings (OpenDocument 1.3, part 3, 16.30 and 17.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from ingest.reading.readers.numerals import numeral, style_of
from ingest.reading.readers.package import attribute, local_name

_NUMBERED = ("list-level-style-number", "outline-level-style")


@dataclass(frozen=True, slots=True)
class _Level:
    """`style` is None for bullets; `levels` is how many levels' numbers are shown, the item's own last."""

    style: str | None = None
    before: str = ""
    after: str = ""
    start: int = 1
    levels: int = 1


class Numbering:
    """Counts list items and headings. Call `marker` once for each, in document order."""

    def __init__(self, roots: Iterable[etree._Element]) -> None:
        """`roots` are the root elements of the content and of the styles."""
        self._styles: dict[str, dict[int, _Level]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        for root in roots:
            for node in root.iter():
                if local_name(node) in ("list-style", "outline-style"):
                    name = attribute(node, "name") or "" if local_name(node) == "list-style" else ""
                    self._styles.setdefault(name, dict(map(_level_of, node)))

    def start_list(self, style: str, *, goes_on: bool) -> None:
        """Begin an outermost list. It counts from the start unless it continues the list before it."""
        if not goes_on:
            self._counts.pop(style, None)

    def marker(self, style: str, depth: int, start: str | None = None) -> str:
        """The marker of the next item, such as "3." or "1.1"; empty for bullets. Headings have the style ""."""
        levels = self._styles.get(style, {})
        level = levels.get(depth, _Level())
        if level.style is None:
            return ""
        counts = self._counts.setdefault(style, {})
        for deeper in [other for other in counts if other > depth]:
            del counts[deeper]
        first = int(start) if start and start.isdecimal() else None
        counts[depth] = first if first is not None else counts.get(depth, level.start - 1) + 1
        shown = [
            numeral(counts.get(other, levels.get(other, _Level()).start), levels.get(other, level).style or "1")
            for other in range(max(depth - level.levels + 1, 0), depth + 1)
        ]
        return f"{level.before}{'.'.join(shown)}{level.after}".strip()


def _level_of(node: etree._Element) -> tuple[int, _Level]:
    number = attribute(node, "level") or "1"
    depth = int(number) - 1 if number.isdecimal() else 0
    style = style_of(attribute(node, "num-format") or "") if local_name(node) in _NUMBERED else None
    start, levels = attribute(node, "start-value") or "1", attribute(node, "display-levels") or "1"
    return depth, _Level(
        style,
        attribute(node, "num-prefix") or "",
        attribute(node, "num-suffix") or "",
        int(start) if start.isdecimal() else 1,
        int(levels) if levels.isdecimal() else 1,
    )
