"""The record tree of a PPT file ([MS-PPT] 2.3, [MS-ODRAW] 2.2) and the newest version of its parts. Pure functions."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

_HEADER = struct.Struct("<HHI")
_CONTAINER = 0xF
_MAX_EDITS = 10_000
_USER_EDIT, _PERSIST_DIRECTORY = 0x0FF5, 0x1772


class Record(NamedTuple):
    """A record in the stream; its body is data[start:end]."""

    kind: int
    instance: int
    is_container: bool
    start: int
    end: int


def record_at(data: bytes, offset: int) -> Record:
    """The record that begins at `offset`. Raises struct.error if there is none."""
    version, kind, length = _HEADER.unpack_from(data, offset)
    start = offset + _HEADER.size
    return Record(kind, version >> 4, version & 0xF == _CONTAINER, start, min(start + length, len(data)))


def children(data: bytes, record: Record) -> Iterator[Record]:
    offset = record.start
    while offset + _HEADER.size <= record.end:
        below = record_at(data, offset)
        yield below
        offset = max(below.end, offset + _HEADER.size)


def first(data: bytes, record: Record, kind: int) -> Record | None:
    return next((below for below in children(data, record) if below.kind == kind), None)


def persisted(data: bytes, edit: int) -> tuple[dict[int, int], int]:
    """The offset of each part's newest version by part number, and the document's part number.

    `edit` is the offset of the last user edit.
    """
    places: dict[int, int] = {}
    document = 0
    seen: set[int] = set()
    while edit and edit not in seen and len(seen) < _MAX_EDITS:
        seen.add(edit)
        record = record_at(data, edit)
        if record.kind != _USER_EDIT:
            break
        earlier, directory, number = struct.unpack_from("<III", data, record.start + 8)
        document = document or number
        for identifier, offset in _entries(data, directory):
            places.setdefault(identifier, offset)
        edit = earlier
    return places, document


def _entries(data: bytes, offset: int) -> Iterator[tuple[int, int]]:
    directory = record_at(data, offset)
    if directory.kind != _PERSIST_DIRECTORY:
        return
    place = directory.start
    while place + 4 <= directory.end:
        (head,) = struct.unpack_from("<I", data, place)
        place += 4
        identifier, count = head & 0xFFFFF, head >> 20
        for number in range(count):
            if place + 4 > directory.end:
                return
            yield identifier + number, struct.unpack_from("<I", data, place)[0]
            place += 4
