"""Paragraph properties that come from a Word document's styles. Styles inherit; cycles among them are cut."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from ingest.reading.readers.package import attribute, local_name

_HEADING_NAME = re.compile(r"heading ([1-9])$", re.IGNORECASE)
_CODE_NAMES = frozenset(
    ("source code", "html preformatted", "code", "code block", "preformatted text", "macro", "listing")
)
_BODY_LEVEL = 9  # Outline level 9 means body text (ECMA-376, 17.3.1.20).


@dataclass(frozen=True, slots=True)
class Style:
    """`level` is 1 to 9 for headings; `role` is "title", "toc", "caption", "code" or empty."""

    level: int = 0
    role: str = ""
    numbering: tuple[str, int] | None = None


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    if element is None:
        return None
    return next((node for node in element if local_name(node) == name), None)


def value(element: etree._Element | None, name: str) -> str | None:
    """The val attribute of the child with that name; None if there is none."""
    node = child(element, name)
    return attribute(node, "val") if node is not None else None


class Styles:
    def __init__(self, root: etree._Element | None) -> None:
        nodes = [node for node in root if local_name(node) == "style"] if root is not None else []
        self._nodes = {identifier: node for node in nodes if (identifier := attribute(node, "styleId"))}
        self._found: dict[str, Style] = {}
        self.hiding = frozenset(name for name in self._nodes if self._hides(name))

    def _hides(self, identifier: str) -> bool:
        """Whether the style hides its text, by its own property or that of the nearest base style that has it."""
        seen: set[str] = set()
        current: str | None = identifier
        while current in self._nodes and current not in seen:
            seen.add(current)
            mark = child(child(self._nodes[current], "rPr"), "vanish")
            if mark is not None:
                return attribute(mark, "val") not in ("0", "false", "off")
            current = value(self._nodes[current], "basedOn")
        return False

    def of(self, identifier: str | None) -> Style:
        if identifier is None:
            return Style()
        if identifier not in self._found:
            self._found[identifier] = self._resolve(identifier)
        return self._found[identifier]

    def _resolve(self, identifier: str) -> Style:
        level, role, numbering = 0, "", None
        seen: set[str] = set()
        current: str | None = identifier
        while current in self._nodes and current not in seen:
            seen.add(current)
            node = self._nodes[current]
            name = (value(node, "name") or "").strip().lower()
            properties = child(node, "pPr")
            if not level:
                level = outline_level(properties) or _level_by_name(name)
            if not role:
                role = _role_by_name(name)
            stated = number_of(properties)
            if numbering is None:
                numbering = stated
            elif not numbering[0] and stated is not None:
                numbering = stated[0], numbering[1]  # The level is this style's, the list its base style's.
            current = value(node, "basedOn")
        return Style(0 if role in ("title", "toc") else level, role, numbering)


def outline_level(properties: etree._Element | None) -> int:
    """1 to 9 for an outline level of 0 to 8; 0 if there is none."""
    outline = value(properties, "outlineLvl")
    if outline is None or not outline.isdecimal() or int(outline) >= _BODY_LEVEL:
        return 0
    return int(outline) + 1


def number_of(properties: etree._Element | None) -> tuple[str, int] | None:
    """The list id and level of a paragraph or style; None if it gives none. Id "0" removes it from a list."""
    numbering = child(properties, "numPr")
    if numbering is None:
        return None
    depth = value(numbering, "ilvl") or "0"
    return value(numbering, "numId") or "", int(depth) if depth.isdecimal() else 0


def _level_by_name(name: str) -> int:
    match = _HEADING_NAME.match(name)
    return int(match.group(1)) if match else 0


def _role_by_name(name: str) -> str:
    if name == "title":
        return "title"
    if name.startswith(("toc ", "table of figures")):
        return "toc"
    if name in _CODE_NAMES:
        return "code"
    return "caption" if name == "caption" else ""
