"""The tags of a page in a tagged PDF: which text is a heading, and which is a cell of which table.

See ISO 32000-1, 14.7 and 14.8. pdfium maps a program's own tag names to the standard ones.
"""

from __future__ import annotations

import ctypes
import re
from typing import NamedTuple

from pypdfium2 import raw

_MAX_ELEMENTS = 20_000  # Per page.
_DEEPEST = 60
_NAME_UNITS = 64
_MAX_SPANNED = 100
_HEADING = re.compile(r"H([1-6])?|Title")
_BLOCKS = frozenset(("P", "LI", "Caption", "BibEntry", "TOCI", "BlockQuote", "Code", "Formula", "Index"))
# Elements read after the text, wherever their tag is.
_ASIDES = frozenset(("Note", "FENote", "Footnote", "Endnote", "Textbox", "Annotation", "Sidebar", "Aside"))
_CELLS = frozenset({"TD", "TH"})


class Tag(NamedTuple):
    """A block of text. `level` is from 1 for headings; `table`, `row` and `column` are from 0 for cells."""

    level: int = 0
    table: int = -1
    row: int = 0
    column: int = 0
    width: int = 1
    height: int = 1
    is_name: bool = False
    is_aside: bool = False


class Tags(NamedTuple):
    """A page's blocks in reading order, and the block of each marked content ID."""

    blocks: list[Tag]
    marked: dict[int, int]


NO_TAGS = Tags([], {})


def tags_on(page: object) -> Tags:
    """The page's tags; empty if it has none."""
    tree = raw.FPDF_StructTree_GetForPage(page)
    if not tree:
        return NO_TAGS
    try:
        walk = _Walk()
        for index in range(raw.FPDF_StructTree_CountChildren(tree)):
            walk.into(raw.FPDF_StructTree_GetChildAtIndex(tree, index), None, 0)
        return Tags(walk.blocks, walk.marked)
    finally:
        raw.FPDF_StructTree_Close(tree)


class _Walk:
    """One traversal of a page's elements."""

    def __init__(self) -> None:
        self.blocks: list[Tag] = []
        self.marked: dict[int, int] = {}
        self._seen = 0
        self._tables = 0
        self._aside = 0  # Number of open asides.
        self._row = -1
        self._column = 0
        self._taken: dict[tuple[int, int], bool] = {}  # Positions covered by cells.
        self._name = (ctypes.c_ushort * _NAME_UNITS)()

    def into(self, element: object, block: int | None, depth: int) -> None:
        """Visit the element. Its text belongs to the given `block`, to a block of its own, or to none."""
        self._seen += 1
        if not element or depth > _DEEPEST or self._seen > _MAX_ELEMENTS:
            return
        kind = self._kind_of(element)
        in_cell = block is not None and self.blocks[block].table >= 0
        if in_cell:
            pass  # Everything inside a cell belongs to the cell.
        elif kind == "Table":
            outer = self._row, self._column, self._taken
            self._row, self._column, self._taken = -1, 0, {}
            self._children(element, None, depth)
            self._row, self._column, self._taken = outer
            self._tables += 1
            return
        elif kind == "TR":
            self._row, self._column, block = self._row + 1, 0, None
        elif kind in _CELLS and self._row >= 0:
            block = self._cell(element, is_name=kind == "TH")
        elif match := _HEADING.fullmatch(kind):
            block = self._new(Tag(level=int(match.group(1) or 1)))
        elif kind in _BLOCKS or kind in _ASIDES:
            self._aside += kind in _ASIDES
            self._children(element, self._new(Tag()), depth)
            self._aside -= kind in _ASIDES
            return
        self._children(element, block, depth)

    def _children(self, element: object, block: int | None, depth: int) -> None:
        for index in range(raw.FPDF_StructElement_CountChildren(element)):
            number = raw.FPDF_StructElement_GetChildMarkedContentID(element, index)
            if number >= 0:
                block = self._new(Tag()) if block is None else block
                self.marked.setdefault(number, block)
            else:
                self.into(raw.FPDF_StructElement_GetChildAtIndex(element, index), block, depth + 1)

    def _new(self, tag: Tag) -> int:
        self.blocks.append(tag._replace(is_aside=self._aside > 0))
        return len(self.blocks) - 1

    def _cell(self, element: object, *, is_name: bool) -> int:
        while (self._row, self._column) in self._taken:
            self._column += 1
        width, height = self._span(element, b"ColSpan"), self._span(element, b"RowSpan")
        tag = Tag(0, self._tables, self._row, self._column, width, height, is_name)
        self._taken |= {(self._row + down, self._column + on): True for down in range(height) for on in range(width)}
        self._column += width
        return self._new(tag)

    def _kind_of(self, element: object) -> str:
        size = raw.FPDF_StructElement_GetType(element, self._name, 2 * _NAME_UNITS)
        return bytes(self._name)[: size - 2].decode("utf-16-le", "replace") if 2 < size <= 2 * _NAME_UNITS else ""

    def _span(self, element: object, key: bytes) -> int:
        for index in range(raw.FPDF_StructElement_GetAttributeCount(element)):
            attribute = raw.FPDF_StructElement_GetAttributeAtIndex(element, index)
            value = raw.FPDF_StructElement_Attr_GetValue(attribute, key)
            number = ctypes.c_float()
            if value and raw.FPDF_StructElement_Attr_GetNumberValue(value, number):
                return min(max(int(number.value), 1), _MAX_SPANNED)
        return 1
