"""The notes, comments and text boxes of a Word 97 file: which part of the text each is, and where it belongs."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ingest.reading.readers.doc.container import WordFile, plc
from ingest.reading.readers.ppt.records import Record, children, first, record_at

Span = tuple[int, int]

# Where the references and the texts of each kind stand, and the bytes that a reference has.
_KINDS = (("footnote", 2, 3, 2), ("endnote", 46, 47, 2), ("comment", 4, 5, 30))
_AUTHORS, _ANCHORS, _BOXES, _DRAWINGS = 36, 40, 56, 50
_ANCHOR_BYTES, _BOX_BYTES = 26, 22
_DRAWING, _GROUP, _SHAPE, _SHAPE_ATOM = 0xF002, 0xF003, 0xF004, 0xF00A
_MAX_DEPTH = 30


def notes(file: WordFile) -> Iterator[tuple[str, str, int, Span, str]]:
    """Each note's kind and number, the character that refers to it, the part of the text that it is, its author."""
    authors = _authors(file.table(_AUTHORS))
    for kind, references, texts, width in _KINDS:
        spans = list(_spans(file, kind, texts, 0))
        for number, (place, _, body) in enumerate(plc(file.table(references), width)):
            if number < len(spans):
                author = ""
                if kind == "comment":
                    (index,) = struct.unpack_from("<H", body, 20)
                    author = authors[index] if index < len(authors) else ""
                yield kind, str(number + 1), place, spans[number][0], author


def boxes(file: WordFile) -> dict[int, list[Span]]:
    """The texts of text boxes by the character that holds their drawing; -1 for those of which that is not known."""
    shapes = {int.from_bytes(body[:4], "little"): place for place, _, body in plc(file.table(_ANCHORS), _ANCHOR_BYTES)}
    groups = dict(_grouped(file.table(_DRAWINGS)))
    found: dict[int, list[Span]] = {}
    for span, body in _spans(file, "box", _BOXES, _BOX_BYTES):
        (shape,) = struct.unpack_from("<I", body, 14)
        if shape:  # Else the box is free to be used anew.
            found.setdefault(shapes.get(shape, shapes.get(groups.get(shape, 0), -1)), []).append(span)
    return found


def _spans(file: WordFile, part: str, texts: int, width: int) -> Iterator[tuple[Span, bytes]]:
    first_character, last = file.parts[part]
    for start, end, body in plc(file.table(texts), width):
        begin = first_character + max(start, 0)
        yield (min(begin, last), min(first_character + max(end, 0), last)), body


def _authors(content: bytes) -> list[str]:
    found = []
    offset = 0
    while offset + 2 <= len(content):
        length = 2 * int.from_bytes(content[offset : offset + 2], "little")
        found.append(content[offset + 2 : offset + 2 + length].decode("utf-16-le", "replace"))
        offset += 2 + length
    return found


def _grouped(drawings: bytes) -> Iterator[tuple[int, int]]:
    """The shapes that are in a group, with the outermost group's shape ([MS-DOC] 2.9.172, [MS-ODRAW] 2.2.16)."""
    if len(drawings) < 8:
        return
    offset = record_at(drawings, 0).end
    while offset + 9 <= len(drawings):
        drawing = record_at(drawings, offset + 1)
        offset = drawing.end
        top = first(drawings, drawing, _GROUP) if drawing.kind == _DRAWING else None
        for record in children(drawings, top) if top else ():
            if record.kind == _GROUP:
                members = list(_members(drawings, record, 0))
                yield from ((member, members[0]) for member in members[1:])


def _members(drawings: bytes, group: Record, depth: int) -> Iterator[int]:
    for record in children(drawings, group):
        if record.kind == _SHAPE and (atom := first(drawings, record, _SHAPE_ATOM)):
            yield int.from_bytes(drawings[atom.start : atom.start + 4], "little")
        elif record.kind == _GROUP and depth < _MAX_DEPTH:
            yield from _members(drawings, record, depth + 1)
