"""Write small Word 97 files, structure by structure ([MS-DOC]). Enough for readers, no more."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tests.ingest.reading.readers.compound import compound

_PAGE = 512
_COUNTS, _PLACES, _TABLES = 0x4C, 0x9A, 75
STYLES, FOOTNOTE_PLACES, FOOTNOTES, COMMENT_PLACES, COMMENTS = 1, 2, 3, 4, 5
AUTHORS, ANCHORS, BOXES, LISTS, INSTANCES = 36, 40, 56, 73, 74


class Paragraph(NamedTuple):
    """Pieces of text with the modifiers of their look, the mark that ends it, its style and its own modifiers."""

    pieces: Sequence[tuple[str, bytes]]
    style: int = 0
    words: bytes = b""
    mark: str = "\r"


def paragraph(text: str, style: int = 0, words: bytes = b"", mark: str = "\r") -> Paragraph:
    return Paragraph([(text, b"")], style, words, mark)


def word(code: int, operand: int | bytes, size: int = 1) -> bytes:
    """A modifier; one whose operand varies in length is given it as bytes."""
    if isinstance(operand, bytes):
        return struct.pack("<HB", code, len(operand)) + operand
    return struct.pack("<H", code) + operand.to_bytes(size, "little")


def row(*cells: str, edges: Sequence[int], flags: Sequence[int] = (), words: bytes = b"") -> list[Paragraph]:
    """The cells of a row and its end, which says where their edges lie and how they are merged."""
    flags = [*flags, *[0] * len(cells)][: len(cells)]
    definition = struct.pack(f"<B{len(edges)}h", len(cells), *edges)
    definition += b"".join(struct.pack("<H18x", flag) for flag in flags)
    within = word(0x2416, 1)
    end = within + word(0x2417, 1) + words + struct.pack("<HH", 0xD608, len(definition) + 1) + definition
    return [*(paragraph(cell, words=within, mark="\x07") for cell in cells), paragraph("", words=end, mark="\x07")]


def plc(places: Sequence[int], *bodies: bytes) -> bytes:
    return struct.pack(f"<{len(places)}i", *places) + b"".join(bodies)


def style(name: str, *, built_in: int = 0xFFE, kind: int = 1, base: int = 0xFFF, words: bytes = b"") -> bytes:
    """A definition of the style sheet; that of a paragraph has modifiers of its own, that of characters of its look."""
    content = struct.pack("<HHHHH", built_in, kind | base << 4, kind, 0, 0)
    content += struct.pack("<H", len(name)) + name.encode("utf-16-le") + bytes(2)
    words = bytes(2) + words if kind == 1 else words
    content += struct.pack("<H", len(words)) + words
    return struct.pack("<H", len(content)) + content


def sheet(*styles: bytes) -> bytes:
    return struct.pack("<HHH", 4, len(styles), 10) + b"".join(styles)


def level(shown: str, *, kind: int = 0, start: int = 1, flags: int = 0) -> bytes:
    return struct.pack("<iBB22x", start, kind, flags) + struct.pack("<H", len(shown)) + shown.encode("utf-16-le")


def lists(*definitions: Sequence[bytes], styles: Sequence[int] = ()) -> Mapping[int, bytes]:
    """Definitions of lists by their levels, and a list of each; the length that the file says has no levels in it."""
    numbers = [*styles, *[0xFFF] * 9][:9]
    heads = [
        struct.pack("<ii9HBB", number, 0, *numbers, len(levels) == 1, 0) for number, levels in enumerate(definitions, 1)
    ]
    instances = [struct.pack("<i8xBBBB", number, 0, 0, 0, 0) for number in range(1, len(definitions) + 1)]
    return {
        LISTS: struct.pack("<H", len(heads)) + b"".join(heads),
        -LISTS: b"".join(part for levels in definitions for part in levels),
        INSTANCES: struct.pack("<i", len(instances)) + b"".join(instances) + bytes(4 * len(instances)),
    }


def word97(
    *parts: Sequence[Paragraph],
    tables: Mapping[int, bytes] | None = None,
    compressed: bool = False,
    flags: int = 0,
    streams: Mapping[str, bytes] | None = None,
) -> bytes:
    """A file whose text has these parts: main text, footnotes, headers, macros, comments, endnotes, text boxes. What
    `tables` has under a negative number follows that of the number and is no part of its length."""
    paragraphs = [found for part in parts for found in part]
    width, encoding = (1, "cp1252") if compressed else (2, "utf-16-le")
    texts = ["".join(text for text, _ in found.pieces) + found.mark for found in paragraphs]
    content = "".join(texts).encode(encoding)
    start = 4 * _PAGE
    place = start * 2 | 0x4000_0000 if compressed else start
    runs = [
        (_size(text) + (number == len(found.pieces) - 1), look)
        for found in paragraphs
        for number, (text, look) in enumerate(found.pieces)
    ]
    characters = _page(start, [(size * width, _sized(look)) for size, look in runs], 1)
    styled = [(struct.pack("<H", found.style) + found.words) for found in paragraphs]
    shown = [(_size(text) * width, _in_words(words)) for text, words in zip(texts, styled, strict=True)]
    described = _page(start, shown, 13)
    pieces = plc((0, len(content) // width), struct.pack("<HIH", 0, place, 0))
    end = start + len(content)
    kept = {
        33: b"\x02" + struct.pack("<I", len(pieces)) + pieces,
        12: plc((start, end), struct.pack("<I", 2)),
        13: plc((start, end), struct.pack("<I", 3)),
        **(tables or {}),
    }
    lengths = [sum(_size(text) for found in part for text, _ in found.pieces) + len(part) for part in parts]
    head = bytearray(2 * _PAGE)
    struct.pack_into("<HH", head, 0, 0xA5EC, 0xC1)
    struct.pack_into("<H", head, 0x0A, flags)
    struct.pack_into(f"<{len(lengths)}i", head, _COUNTS, *lengths)
    table = b""
    for number in sorted(number for number in kept if number >= 0):
        struct.pack_into("<II", head, _PLACES + 8 * number, len(table), len(kept[number]))
        table += kept[number] + kept.get(-number, b"")
    return compound(
        {"WordDocument": bytes(head) + characters + described + content, "0Table": table, **(streams or {})}
    )


def _size(text: str) -> int:
    """How many characters the format counts: two for one of two halves."""
    return len(text.encode("utf-16-le")) // 2


def _sized(words: bytes) -> bytes:
    return bytes([len(words)]) + words if words else b""


def _in_words(words: bytes) -> bytes:
    """Behind a length that counts words of two bytes; an even number stands behind a 0."""
    if len(words) % 2:
        return bytes([(len(words) + 1) // 2]) + words
    return bytes([0, len(words) // 2]) + words


def _page(start: int, runs: Sequence[tuple[int, bytes]], width: int) -> bytes:
    """What runs of so many bytes say of their look, on one page."""
    page = bytearray(_PAGE)
    page[-1] = len(runs)
    bound = _PAGE - 1
    places = [start]
    for number, (size, words) in enumerate(runs):
        places.append(places[-1] + size)
        if words:
            bound = (bound - len(words)) // 2 * 2
            page[bound : bound + len(words)] = words
            page[4 * (len(runs) + 1) + width * number] = bound // 2
    assert bound >= (4 + width) * len(runs) + 4, "The page is full."
    struct.pack_into(f"<{len(places)}I", page, 0, *places)
    return bytes(page)
