"""The fields of a form that are ticked or chosen from ([MS-DOC] 2.9.78), as the elements that DOCX has for them."""

from __future__ import annotations

import struct

from lxml import etree

from ingest.reading.readers.composer import one_line

_FORM = 0xFFFF_FFFF
_BOX, _LIST = 1, 2
_UNSET = 25
_MAX_ENTRIES = 100


def form_field(parent: etree._Element, data: bytes, place: int) -> None:
    """Add the field whose data lie at the place; nothing where it is another, or cut off."""
    if place + 6 > len(data):
        return
    (head,) = struct.unpack_from("<H", data, place + 4)
    start = place + head
    if start + 10 > len(data) or struct.unpack_from("<I", data, start)[0] != _FORM:
        return
    (bits,) = struct.unpack_from("<H", data, start + 4)
    kind, stated = bits & 0x3, bits >> 2 & 0x1F
    if kind not in (_BOX, _LIST):
        return
    _, offset = _text(data, start + 10)
    default = int.from_bytes(data[offset : offset + 2], "little")
    value = default if stated == _UNSET else stated
    if kind == _BOX:
        etree.SubElement(etree.SubElement(parent, "checkBox"), "checked", val=str(int(value == 1)))
        return
    offset += 2
    for _ in range(5):  # Format, help, status, and two macros.
        _, offset = _text(data, offset)
    choices = etree.SubElement(parent, "ddList")
    etree.SubElement(choices, "result", val=str(value))
    count = int.from_bytes(data[offset + 2 : offset + 4], "little")
    offset += 6  # A mark, the count, and the size of what goes with each, which is nothing.
    for _ in range(min(count, _MAX_ENTRIES)):
        length = int.from_bytes(data[offset : offset + 2], "little")
        entry = data[offset + 2 : offset + 2 + 2 * length].decode("utf-16-le", "replace")
        etree.SubElement(choices, "listEntry", val=one_line(entry))
        offset += 2 + 2 * length


def _text(data: bytes, offset: int) -> tuple[str, int]:
    """A text behind its length, and where what follows its end mark begins."""
    length = int.from_bytes(data[offset : offset + 2], "little")
    end = offset + 2 + 2 * length
    return data[offset + 2 : end].decode("utf-16-le", "replace"), end + 2
