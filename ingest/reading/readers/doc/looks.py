"""How characters and paragraphs look: single property modifiers, and the pages that hold them ([MS-DOC] 2.6, 2.9)."""

from __future__ import annotations

import bisect
import struct
from collections.abc import Iterator
from typing import NamedTuple

from ingest.reading.readers.doc.container import Piece, WordFile, plc

_CHARACTER_PAGES, _PARAGRAPH_PAGES = 12, 13
_PAGE = 512
_SIZES = (1, 1, 2, 4, 2, 2, 0, 3)  # Of operands by the modifier's three upper bits; 0 where the operand says it.
_LONG_TABLE, _TABS = 0xD608, 0xC615
_ELSEWHERE = frozenset((0x6645, 0x6646, 0x646B))  # The modifiers themselves lie in the Data stream.
_MAX_ELSEWHERE = 20


class Run(NamedTuple):
    """Bytes start to end of the stream look alike. `style` is -1 for characters."""

    start: int
    end: int
    style: int
    words: bytes


class Looks:
    def __init__(self, file: WordFile) -> None:
        self._file = file
        self._characters = sorted(_runs(file, _CHARACTER_PAGES))
        self._paragraphs = sorted(_runs(file, _PARAGRAPH_PAGES))
        self._starts = [run.start for run in self._characters]
        self._paragraph_starts = [run.start for run in self._paragraphs]

    def of_paragraph(self, character: int) -> tuple[int, dict[int, bytes]]:
        """The style of the paragraph that ends with this character, and what it says itself, by modifier."""
        place = self._file.place_of(character)
        run = _at(self._paragraphs, self._paragraph_starts, place)
        words = dict(modifiers(run.words)) if run else {}
        for _ in range(_MAX_ELSEWHERE):
            found = next((code for code in words if code in _ELSEWHERE), None)
            if found is None:
                break
            words |= dict(modifiers(self._elsewhere(words.pop(found))))
        piece = self._file.piece_of(character)
        return (run.style if run else 0), words | dict(modifiers(piece.words if piece else b""))

    def runs(self, start: int, end: int) -> Iterator[tuple[int, int, dict[int, bytes]]]:
        """Stretches of the text that look alike, and what they say by modifier."""
        while start < end:
            piece = self._file.piece_of(start)
            if piece is None:
                return
            place = self._file.place_of(start)
            index = bisect.bisect_right(self._starts, place) - 1
            run = _at(self._characters, self._starts, place)
            edge = run.end if run else self._starts[index + 1] if index + 1 < len(self._starts) else None
            until = min(end, piece.end, end if edge is None else _character_at(piece, edge))
            until = max(until, start + 1)
            yield start, until, dict(modifiers(run.words if run else b"")) | dict(modifiers(piece.words))
            start = until

    def _elsewhere(self, operand: bytes) -> bytes:
        (place,) = struct.unpack("<I", operand)
        length = self._file.data[place : place + 2]
        return self._file.data[place + 2 : place + 2 + int.from_bytes(length, "little")]


def modifiers(words: bytes) -> Iterator[tuple[int, bytes]]:
    """Each modifier's code and operand, without the length that some begin with; it ends where one is cut off."""
    offset = 0
    while offset + 2 <= len(words):
        code = words[offset] | words[offset + 1] << 8
        offset += 2
        size = _SIZES[code >> 13]
        if code == _LONG_TABLE:
            size = int.from_bytes(words[offset : offset + 2], "little") - 1
            offset += 2
        elif not size:
            size = words[offset] if offset < len(words) else 0
            offset += 1
            if code == _TABS and size == 255:
                return
        if size < 0 or offset + size > len(words):
            return
        yield code, words[offset : offset + size]
        offset += size


def _character_at(piece: Piece, place: int) -> int:
    return piece.start + max(place - piece.place, 0) // piece.width


def _at(runs: list[Run], starts: list[int], place: int) -> Run | None:
    index = bisect.bisect_right(starts, place) - 1
    return runs[index] if index >= 0 and runs[index].start <= place < runs[index].end else None


def _runs(file: WordFile, number: int) -> Iterator[Run]:
    is_paragraph = number == _PARAGRAPH_PAGES
    seen: set[int] = set()
    for _, _, body in plc(file.table(number), 4):
        page_number = int.from_bytes(body, "little") & 0x3F_FFFF
        page = file.stream[page_number * _PAGE : (page_number + 1) * _PAGE]
        if page_number in seen or len(page) < _PAGE:
            continue
        seen.add(page_number)
        width = 13 if is_paragraph else 1
        count = min(page[-1], (_PAGE - 5) // (4 + width))
        places = struct.unpack_from(f"<{count + 1}I", page)
        for index in range(count):
            offset = 2 * page[4 * (count + 1) + width * index]
            style, words = -1, b""
            if offset and is_paragraph:
                style, words = _paragraph_words(page, offset)
            elif offset:
                words = page[offset + 1 : offset + 1 + page[offset]]
            yield Run(places[index], places[index + 1], style, words)


def _paragraph_words(page: bytes, offset: int) -> tuple[int, bytes]:
    """The style and modifiers of a paragraph; their length is in words of two bytes, less one, or stands behind a 0."""
    length = 2 * page[offset] - 1
    if length < 0:
        offset += 1
        length = 2 * page[offset]
    content = page[offset + 1 : offset + 1 + length]
    return int.from_bytes(content[:2], "little"), content[2:]
