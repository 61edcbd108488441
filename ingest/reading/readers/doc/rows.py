"""The tables of a Word 97 file: cells end with a mark, rows with a paragraph that says how wide their cells are."""

from __future__ import annotations

import bisect
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from ingest.reading.readers.tablegrid import distinct_edges

IN_TABLE, DEPTH, ROW_END, INNER_CELL, INNER_ROW_END = 0x2416, 0x6649, 0x2417, 0x244B, 0x244C
_DEFINITION, _HEADER, _LOOK = 0xD608, 0x3404, 0x740A
_CELL_BYTES = 20
_ACROSS, _DOWN, _DOWN_FIRST = 0x02, 0x20, 0x40
_HAS_HEADER = 0x20
_MAX_DEPTH = 30


@dataclass(slots=True)
class _Row:
    element: etree._Element = field(default_factory=lambda: etree.Element("tr"))
    edges: Sequence[int] = ()


@dataclass(slots=True)
class _Table:
    rows: list[_Row] = field(default_factory=list)
    cells: list[etree._Element] = field(default_factory=list)
    is_open: bool = False  # The last cell.
    has_header: bool = False

    def cell(self) -> etree._Element:
        if not self.is_open:
            self.cells.append(etree.Element("tc"))
            self.is_open = True
        return self.cells[-1]

    def end_row(self, words: dict[int, bytes]) -> None:
        """The cells so far are a row; one that continues the cell before it goes, its width does not."""
        row = _Row()
        definition = words.get(_DEFINITION, b"\0")
        count = definition[0] if definition else 0
        if len(definition) >= 1 + 2 * (count + 1) and count >= len(self.cells):
            row.edges = struct.unpack_from(f"<{count + 1}h", definition, 1)
        flags = [_flags(definition, 3 + 2 * count + _CELL_BYTES * number) for number in range(len(self.cells))]
        head = etree.SubElement(row.element, "trPr")
        if words.get(_HEADER, b"\0")[0]:
            etree.SubElement(head, "tblHeader")
        edges = list(row.edges[: len(self.cells) + 1])
        for number in reversed(range(1, len(self.cells))):
            if flags[number] & _ACROSS and edges and not "".join(map(str, self.cells[number].itertext())).strip():
                del self.cells[number], edges[number], flags[number]
        for cell, flag in zip(self.cells, flags, strict=True):
            about = etree.Element("tcPr")
            cell.insert(0, about)
            if flag & _DOWN:
                etree.SubElement(about, "vMerge", val="restart" if flag & _DOWN_FIRST else "continue")
            row.element.append(cell)
        row.edges = edges
        self.has_header = self.has_header or bool(words.get(_LOOK, bytes(4))[2] & _HAS_HEADER)
        self.rows.append(row)
        self.cells = []
        self.is_open = False

    def element(self) -> etree._Element:
        if self.cells:
            self.end_row({})
        table = etree.Element("tbl")
        etree.SubElement(etree.SubElement(table, "tblPr"), "tblLook", firstRow=str(int(self.has_header)))
        columns = distinct_edges(edge for row in self.rows for edge in row.edges)
        for row in self.rows:
            _say_widths(row, columns)
            table.append(row.element)
        return table


class Tables:
    """Puts paragraphs into a body and the cells of its tables."""

    def __init__(self, body: etree._Element) -> None:
        self._body = body
        self._open: list[_Table] = []

    def put(self, paragraph: etree._Element, words: dict[int, bytes], mark: str) -> None:
        """Add a paragraph whose modifiers say which table it is in; `mark` is what it ends with."""
        depth = _number(words.get(DEPTH, b"\1")) if _number(words.get(IN_TABLE)) or mark == "\x07" else 0
        depth = 1 if mark == "\x07" else min(depth, _MAX_DEPTH)
        while len(self._open) > depth:
            self._close()
        while len(self._open) < depth:
            self._open.append(_Table())
        if not depth:
            self._body.append(paragraph)
            return
        table = self._open[-1]
        ends_row, ends_cell = (ROW_END, None) if mark == "\x07" else (INNER_ROW_END, INNER_CELL)
        if _number(words.get(ends_row)):
            table.end_row(words)
            return
        table.cell().append(paragraph)
        if ends_cell is None or _number(words.get(ends_cell)):
            table.is_open = False

    def end(self) -> None:
        while self._open:
            self._close()

    def _close(self) -> None:
        table = self._open.pop()
        (self._open[-1].cell() if self._open else self._body).append(table.element())


def _number(operand: bytes | None) -> int:
    return int.from_bytes(operand or b"", "little")


def _flags(definition: bytes, offset: int) -> int:
    return int.from_bytes(definition[offset : offset + 2], "little")


def _say_widths(row: _Row, columns: Sequence[int]) -> None:
    """How many columns each cell reaches across, and how many the row leaves out at its begin."""
    places = [bisect.bisect_right(columns, edge) - 1 for edge in row.edges]
    head, *cells = row.element
    if places and places[0]:
        etree.SubElement(head, "gridBefore", val=str(places[0]))
    for cell, left, right in zip(cells, places, places[1:], strict=False):
        if right > left + 1:
            etree.SubElement(cell[0], "gridSpan", val=str(right - left))
