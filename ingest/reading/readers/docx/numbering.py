"""The numbers that Word shows before list items and headings (ECMA-376, 17.9), counted as Word counts them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from ingest.reading.readers.docx.styles import child, value
from ingest.reading.readers.numerals import numeral, style_of
from ingest.reading.readers.package import attribute, local_name

_MAX_INDENT = 8
_MAX_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class _Level:
    """`style` is None for bullets, "" for levels that count without showing it; `shown` has %1 to %9 for the levels'
    numbers; `style_name` is the linked style; `restart` is the deepest level that restarts this one, counted from 1.
    """

    start: int = 1
    style: str | None = None
    shown: str = ""
    is_legal: bool = False
    style_name: str | None = None
    is_plain: bool = False
    restart: int = _MAX_LEVELS


class Numbering:
    """Counts list items and headings. Call `marker` once for each numbered paragraph, in document order."""

    def __init__(self, root: etree._Element | None) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._abstract: dict[str, str] = {}
        self._styles: dict[str, str] = {}  # List style name: the definition it stands for.
        self._links: dict[str, str] = {}  # Definition without levels: the list style it refers to.
        self._own: dict[str, dict[int, _Level]] = {}  # Levels that an instance overrides.
        self._starts: dict[tuple[str, int], int] = {}
        self._begun: set[tuple[str, int]] = set()
        self._counts: dict[str, dict[int, int]] = {}
        for node in root if root is not None else ():
            if local_name(node) == "abstractNum":
                identifier = attribute(node, "abstractNumId") or ""
                self._levels[identifier] = _levels_of(node)
                if style := value(node, "styleLink"):
                    self._styles[style] = identifier
                if style := value(node, "numStyleLink"):
                    self._links[identifier] = style
            elif local_name(node) == "num":
                self._add_instance(node)

    def _add_instance(self, node: etree._Element) -> None:
        identifier = attribute(node, "numId") or ""
        self._abstract[identifier] = value(node, "abstractNumId") or ""
        for override in (inner for inner in node if local_name(inner) == "lvlOverride"):
            self._own.setdefault(identifier, {}).update(_levels_of(override))
            start = value(override, "startOverride")
            if start is not None and start.isdecimal():
                self._starts[identifier, int(attribute(override, "ilvl") or 0)] = int(start)

    def _definition(self, identifier: str) -> str:
        """The definition of a list, which may refer to another one through a list style."""
        abstract = self._abstract.get(identifier, "")
        return self._styles.get(self._links.get(abstract, ""), abstract)

    def _levels_by(self, identifier: str) -> dict[int, _Level]:
        return self._levels.get(self._definition(identifier), {}) | self._own.get(identifier, {})

    def depth_of(self, identifier: str, style: str | None, depth: int) -> int:
        """The level linked to the paragraph's style; `depth` if no level is."""
        levels = self._levels_by(identifier)
        return next((level for level, about in levels.items() if style and about.style_name == style), depth)

    def is_plain(self, identifier: str, depth: int) -> bool:
        """Whether a level shows neither a number nor a bullet."""
        level = self._levels_by(identifier).get(depth)
        return level is not None and level.is_plain

    def marker(self, identifier: str, depth: int) -> str:
        """The marker of the next item, such as "3.", "(a)", "1.1" or "Article I."; empty for bullets."""
        abstract = self._definition(identifier)
        levels = self._levels_by(identifier)
        level = levels.get(depth)
        if level is None or (not level.style and not level.shown.strip()):
            return ""
        counts = self._counts.setdefault(abstract, {})
        for deeper in [other for other in counts if other > depth and depth < levels.get(other, _Level()).restart]:
            del counts[deeper]
        for passed_over in range(depth):
            counts.setdefault(passed_over, levels.get(passed_over, _Level()).start)
        start = self._starts.get((identifier, depth))
        if start is not None and (identifier, depth) not in self._begun:
            counts[depth] = start
        else:
            counts[depth] = counts.get(depth, level.start - 1) + 1
        self._begun.add((identifier, depth))
        if level.style is None:
            return ""

        def shown(match: re.Match[str]) -> str:
            other = int(match.group(1)) - 1
            about = levels.get(other, _Level(style="1"))
            if not about.style and not level.is_legal:
                return ""
            return numeral(counts.get(other, about.start), "1" if level.is_legal else about.style or "1")

        return _PLACE.sub(shown, level.shown).strip()

    @staticmethod
    def indent(depth: int) -> str:
        return "  " * min(depth, _MAX_INDENT)


def _levels_of(abstract: etree._Element) -> dict[int, _Level]:
    levels = {}
    for node in (inner for inner in abstract if local_name(inner) == "lvl"):
        start, restart = value(node, "start") or "1", value(node, "lvlRestart") or ""
        levels[int(attribute(node, "ilvl") or 0)] = _Level(
            start=int(start) if start.isdecimal() else 1,
            style="" if _format_of(node) == "none" else style_of(_format_of(node)),
            shown=value(node, "lvlText") or "",
            is_legal=child(node, "isLgl") is not None,
            style_name=value(node, "pStyle"),
            is_plain=_format_of(node) == "none" and not value(node, "lvlText"),
            restart=int(restart) if restart.isdecimal() else _MAX_LEVELS,
        )
    return levels


def _format_of(level: etree._Element) -> str:
    """The number format of a level. Newer formats come as "custom", with another one for older programs."""
    found = next((node for node in level.iter("{*}numFmt") if attribute(node, "val") != "custom"), None)
    return (attribute(found, "val") if found is not None else None) or "bullet"
