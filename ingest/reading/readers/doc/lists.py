"""A Word 97 file's lists ([MS-DOC] 2.9.131, 2.9.147, 2.9.150) as the elements that DOCX has for them."""

from __future__ import annotations

import struct

from lxml import etree

from ingest.reading.readers.composer import clean
from ingest.reading.readers.doc.container import WordFile

_LISTS, _INSTANCES = 73, 74
_LIST_BYTES, _INSTANCE_BYTES, _LEVEL_BYTES = 28, 16, 28
_LEVELS = 9
_NO_STYLE = 0xFFF
_LEGAL, _LIMITED_RESTART = 0x04, 0x08
_START, _FORMAT = 0x10, 0x20
_FORMATS = {
    0: "decimal", 1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter", 5: "ordinal",
    6: "cardinalText", 7: "ordinalText", 14: "decimalFullWidth", 18: "decimalEnclosedCircle", 22: "decimalZero",
    23: "bullet", 255: "none",
}  # fmt: skip


def numbering(file: WordFile) -> etree._Element:
    """Definitions of lists, and the lists that refer to them by number. Raises struct.error at damaged ones."""
    root = etree.Element("numbering")
    heads, content = file.table(_LISTS), file.table_from(_LISTS)
    count = int.from_bytes(heads[:2], "little")
    offset = 2 + _LIST_BYTES * count
    for number in range(count):
        head = content[2 + _LIST_BYTES * number : 2 + _LIST_BYTES * (number + 1)]
        identifier, styles = struct.unpack_from("<i", head)[0], struct.unpack_from("<9H", head, 8)
        definition = etree.SubElement(root, "abstractNum", abstractNumId=str(identifier))
        for level in range(1 if head[26] & 1 else _LEVELS):
            offset = _level(definition, level, content, offset, styles[level])
    _instances(root, file.table(_INSTANCES))
    return root


def _level(parent: etree._Element, number: int, content: bytes, offset: int, style: int = _NO_STYLE) -> int:
    """Where the next begins."""
    start: int
    length: int
    start, kind, flags = struct.unpack_from("<iBB", content, offset)
    restart = content[offset + 26]
    offset += _LEVEL_BYTES + content[offset + 24] + content[offset + 25]
    (length,) = struct.unpack_from("<H", content, offset)
    shown = content[offset + 2 : offset + 2 + 2 * length].decode("utf-16-le", "replace")
    level = etree.SubElement(parent, "lvl", ilvl=str(number))
    etree.SubElement(level, "start", val=str(start))
    etree.SubElement(level, "numFmt", val=_FORMATS.get(kind, "decimal"))
    if flags & _LEGAL:
        etree.SubElement(level, "isLgl")
    if flags & _LIMITED_RESTART:
        etree.SubElement(level, "lvlRestart", val=str(restart))
    if style != _NO_STYLE:
        etree.SubElement(level, "pStyle", val=str(style))
    text = "".join(f"%{ord(sign) + 1}" if ord(sign) < _LEVELS else clean(sign) for sign in shown)
    etree.SubElement(level, "lvlText", val=text)
    return offset + 2 + 2 * length


def _instances(root: etree._Element, content: bytes) -> None:
    count = int.from_bytes(content[:4], "little")
    offset = 4 + _INSTANCE_BYTES * count
    for number in range(count):
        identifier, changes = struct.unpack_from("<i8xB", content, 4 + _INSTANCE_BYTES * number)
        instance = etree.SubElement(root, "num", numId=str(number + 1))
        etree.SubElement(instance, "abstractNumId", val=str(identifier))
        offset += 4
        for _ in range(changes):
            start, flags = struct.unpack_from("<iI", content, offset)
            offset += 8
            change = etree.SubElement(instance, "lvlOverride", ilvl=str(flags & 0xF))
            if flags & _FORMAT:
                offset = _level(change, flags & 0xF, content, offset)
            elif flags & _START:
                etree.SubElement(change, "startOverride", val=str(start))
