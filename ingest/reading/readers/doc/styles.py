"""A Word 97 file's style sheet ([MS-DOC] 2.9.271) as the elements that DOCX has for it."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from lxml import etree

from ingest.reading.readers.composer import one_line
from ingest.reading.readers.doc.container import WordFile
from ingest.reading.readers.doc.looks import modifiers

_SHEET = 1
_PARAGRAPH, _CHARACTER = 1, 2
_NO_STYLE = 0xFFF
_FIXED_BYTES = 10
# The names of styles that Word has built in, whatever language they are shown in.
_NAMES = {
    **{number: f"heading {number}" for number in range(1, 10)},
    **{number: f"toc {number - 18}" for number in range(19, 28)},
    34: "caption", 35: "table of figures", 45: "macro", 62: "Title", 101: "HTML Preformatted",
}  # fmt: skip
VANISH, OUTLINE_LEVEL, LIST_LEVEL, LIST = 0x083C, 0x2640, 0x260A, 0x460B
_FIRST_LETTER, _IN_TEXT_OR_MARGIN = 0x442C, 0x03
_NO_LIST = 0x07FF  # Lists from here on are none ([MS-DOC] 2.6.2, sprmPIlfo).


def styles(file: WordFile) -> etree._Element:
    """The styles by their number in the sheet."""
    root = etree.Element("styles")
    for number, content in enumerate(_entries(file.table(_SHEET))):
        if len(content) >= _FIXED_BYTES:
            _style(root, number, content)
    return root


def _entries(sheet: bytes) -> Iterator[bytes]:
    """The definitions, each behind the length of what all begin with; empty ones keep their number."""
    if len(sheet) < 6:
        return
    head, count, fixed = struct.unpack_from("<HHH", sheet)
    offset = 2 + head
    for _ in range(count):
        if offset + 2 > len(sheet):
            return
        (length,) = struct.unpack_from("<H", sheet, offset)
        content = sheet[offset + 2 : offset + 2 + length]
        yield content[:_FIXED_BYTES] + content[fixed:] if length else b""
        offset += 2 + length


def _style(root: etree._Element, number: int, content: bytes) -> None:
    built_in, kinds, _ = struct.unpack_from("<HHH", content)
    kind, base = kinds & 0xF, kinds >> 4
    length = int.from_bytes(content[10:12], "little")
    offset = 12 + 2 * length + 2
    name = content[12 : 12 + 2 * length].decode("utf-16-le", "replace")
    style = etree.SubElement(root, "style", styleId=str(number))
    etree.SubElement(style, "name", val=_NAMES.get(built_in & 0xFFF) or one_line(name))
    if base != _NO_STYLE:
        etree.SubElement(style, "basedOn", val=str(base))
    if kind == _PARAGRAPH:
        words = _sized(content, offset)
        offset += 2 + len(words) + len(words) % 2
        paragraph_properties(style, dict(modifiers(words[2:])))
    if kind in (_PARAGRAPH, _CHARACTER):
        looks = dict(modifiers(_sized(content, offset)))
        if VANISH in looks:
            etree.SubElement(etree.SubElement(style, "rPr"), "vanish", val=str(looks[VANISH][0] & 1))


def _sized(content: bytes, offset: int) -> bytes:
    return content[offset + 2 : offset + 2 + int.from_bytes(content[offset : offset + 2], "little")]


def paragraph_properties(parent: etree._Element, words: dict[int, bytes], style: int | None = None) -> None:
    """What modifiers say of a paragraph's or style's heading and list."""
    properties = etree.SubElement(parent, "pPr")
    if style is not None:
        etree.SubElement(properties, "pStyle", val=str(style))
    if LIST in words or LIST_LEVEL in words:
        numbering = etree.SubElement(properties, "numPr")
        if LIST_LEVEL in words:
            etree.SubElement(numbering, "ilvl", val=str(words[LIST_LEVEL][0]))
        if LIST in words:
            (number,) = struct.unpack("<H", words[LIST])
            etree.SubElement(numbering, "numId", val=str(number if number < _NO_LIST else 0))
    if words.get(_FIRST_LETTER, b"\0")[0] & _IN_TEXT_OR_MARGIN:
        etree.SubElement(properties, "framePr", dropCap="drop")
    if OUTLINE_LEVEL in words:
        etree.SubElement(properties, "outlineLvl", val=str(words[OUTLINE_LEVEL][0]))
