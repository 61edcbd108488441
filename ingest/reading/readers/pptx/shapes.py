"""Walk a slide's shapes and write their text: placeholders, groups, tables, charts, diagrams."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lxml import etree

from ingest.reading.readers.composer import Composer, one_line, squeeze
from ingest.reading.readers.docx.styles import child
from ingest.reading.readers.drawingml import Linked, all_text, runs_of, write_drawing
from ingest.reading.readers.numerals import numeral, style_of
from ingest.reading.readers.package import attribute, local_name
from ingest.reading.readers.tables import SPANNED, lines

_TITLES = ("title", "ctrTitle")
# Placeholders that repeat on every slide.
_FURNITURE = ("dt", "ftr", "sldNum", "hdr", "sldImg")
_MIN_DESCRIPTION = 12
_NUMBERING = re.compile(r"(arabic|alphaLc|alphaUc|romanLc|romanUc)(ParenBoth|ParenR|Period|Plain)")


class _Box(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int

    def is_above(self, other: _Box) -> bool:
        shared = min(self.right, other.right) - max(self.left, other.left)
        return self.bottom <= other.top and 2 * shared >= min(self.right - self.left, other.right - other.left) > 0


class SlideWriter:
    """Writes a slide's blocks; `title` is its title placeholder's text."""

    def __init__(self, composer: Composer, linked: Linked) -> None:
        self._composer = composer
        self._linked = linked
        self.title: str | None = None

    def write(self, root: etree._Element) -> None:
        tree = _shape_tree(root)
        shapes = list(_leaves(_from_above(tree))) if tree is not None else []
        for shape in shapes:
            if _placeholder(shape) in _TITLES and self.title is None:
                self.title = one_line(" ".join(all_text(shape))) or None
                self._composer.heading(self.title or "", 1)
        for shape in shapes:
            kind = _placeholder(shape)
            if kind not in _TITLES and kind not in _FURNITURE:
                self._shape(shape)

    def write_notes(self, root: etree._Element) -> None:
        """Write the slide's speaker notes."""
        tree = _shape_tree(root)
        for shape in _leaves(tree) if tree is not None else ():
            if _placeholder(shape) == "body":
                text = "\n".join(paragraph for paragraph, _, _ in _paragraphs(shape))
                self._composer.paragraph(f"Notes: {text}" if text else "")

    def _shape(self, shape: etree._Element) -> None:
        if local_name(shape) == "graphicFrame":
            self._graphic(shape)
        elif local_name(shape) == "pic":
            self._composer.paragraph(description_of(shape))
        for text, depth, marker in _paragraphs(shape):
            if depth is None:
                self._composer.paragraph(text)
            else:
                self._composer.list_item(f"{'  ' * depth}{marker} {text}")

    def _graphic(self, frame: etree._Element) -> None:
        for node in frame.iter():
            name = local_name(node)
            if name == "tbl":
                self._composer.table(lines(_grid(node), header_rows=_declared_header(node)))
            elif name in ("chart", "relIds"):
                identifier = attribute(node, "dm") or attribute(node, "id")
                write_drawing(self._composer, name, self._linked(identifier) if identifier else None)


def _shape_tree(root: etree._Element) -> etree._Element | None:
    return child(child(root, "cSld"), "spTree")


def _from_above(tree: etree._Element) -> list[etree._Element]:
    """The shapes in the order of the file, but that one that lies wholly above another, over half its width, comes
    before it: decks are drawn in any order."""
    placed: list[tuple[etree._Element, _Box | None]] = []
    for node in tree:
        box = _box(node)
        above = (at for at, (_, other) in enumerate(placed) if box and other and box.is_above(other))
        placed.insert(next(above, len(placed)), (node, box))
    return [node for node, _ in placed]


def _box(shape: etree._Element) -> _Box | None:
    """Where a shape lies; None for one that takes its place from the layout."""
    holder = next((node for node in shape if local_name(node) in ("spPr", "grpSpPr")), shape)
    place = child(holder, "xfrm")
    start, size = child(place, "off"), child(place, "ext")
    if start is None or size is None:
        return None
    numbers = [start.get("x"), start.get("y"), size.get("cx"), size.get("cy")]
    if not all(number and number.lstrip("-").isdecimal() for number in numbers):
        return None
    left, top, width, height = (int(number or 0) for number in numbers)
    return _Box(left, top, left + width, top + height)


def _leaves(tree: Iterable[etree._Element]) -> Iterator[etree._Element]:
    """The shapes in file order, including those inside groups."""
    for node in tree:
        name = local_name(node)
        if name in ("sp", "cxnSp", "graphicFrame", "pic"):
            yield node
        elif name in ("grpSp", "Choice"):
            yield from _leaves(node)
        elif name == "AlternateContent":
            choice = child(node, "Choice")
            yield from _leaves(choice if choice is not None else node)


def _placeholder(shape: etree._Element) -> str | None:
    """The type of placeholder that the shape fills; None if it is not a placeholder."""
    for properties in shape:
        application = child(properties, "nvPr")
        if application is not None:
            placeholder = child(application, "ph")
            return attribute(placeholder, "type") or "body" if placeholder is not None else None
    return None


def _paragraphs(shape: etree._Element) -> Iterator[tuple[str, int | None, str]]:
    """Each paragraph's text, list depth (None outside a list) and list marker."""
    body = child(shape, "txBody")
    is_list = _placeholder(shape) == "body"
    counts: dict[int, int] = {}
    for paragraph in body if body is not None else ():
        if local_name(paragraph) != "p":
            continue
        text = squeeze("".join(runs_of(paragraph)))
        if not text:
            continue
        properties = child(paragraph, "pPr")
        level = int(attribute(properties, "lvl") or 0) if properties is not None else 0
        marked = any(child(properties, name) is not None for name in ("buChar", "buAutoNum"))
        plain = child(properties, "buNone") is not None
        numbering = child(properties, "buAutoNum")
        counts = {depth: count for depth, count in counts.items() if depth <= level}
        if numbering is None:
            counts.pop(level, None)
            marker = "-"
        else:
            start = numbering.get("startAt") or "1"
            counts[level] = counts.get(level, (int(start) if start.isdecimal() else 1) - 1) + 1
            marker = _numbered(counts[level], numbering.get("type") or "")
        yield text, level if (is_list or marked) and not plain else None, marker


def _numbered(number: int, kind: str) -> str:
    """The number as automatic numbering shows it, for a type such as alphaLcParenBoth (ECMA-376, 20.1.10.61)."""
    match = _NUMBERING.match(kind)
    shown = numeral(number, (style_of(match.group(1)) if match else None) or "1")
    ending = match.group(2) if match else "Period"
    return f"({shown})" if ending == "ParenBoth" else f"{shown})" if ending == "ParenR" else f"{shown}."


def description_of(element: etree._Element) -> str:
    """The alternative text of a picture in this element; empty if it is missing, too short or generated."""
    for node in element.iter():
        if local_name(node) in ("cNvPr", "docPr"):
            text = one_line(node.get("descr") or "")
            generated = "automatically generated" in text.lower() or "AI-generated" in text
            return f"Picture: {text}" if len(text) >= _MIN_DESCRIPTION and " " in text and not generated else ""
    return ""


def _grid(table: etree._Element) -> list[list[str]]:
    grid: list[list[str]] = []
    for row in (node for node in table if local_name(node) == "tr"):
        cells: list[str] = []
        for cell in (node for node in row if local_name(node) == "tc"):
            if cell.get("hMerge") in ("1", "true"):
                cells.append(SPANNED)
            elif cell.get("vMerge") in ("1", "true"):
                cells.append(grid[-1][len(cells)] if grid and len(cells) < len(grid[-1]) else "")
            else:
                cells.append(one_line(" ".join(all_text(cell))))
        grid.append(cells)
    return grid


def _declared_header(table: etree._Element) -> int | None:
    properties = child(table, "tblPr")
    return 1 if properties is not None and properties.get("firstRow") in ("1", "true") else None
