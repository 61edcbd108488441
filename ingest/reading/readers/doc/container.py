"""A Word 97 file's streams, its table of pieces, and with these its characters ([MS-DOC] 2.4, 2.5). No formatting."""

from __future__ import annotations

import bisect
import io
import struct
from collections.abc import Iterator
from typing import NamedTuple

import olefile

from corpus.errors import DocumentUnreadable
from ingest.reading.readers.properties import Properties, compound_properties

_MAGIC, _FIRST_BUILD = 0xA5EC, 0xC0  # Of Word 97; what is older has another layout.
_ENCRYPTED, _WHICH_TABLE = 0x0100, 0x0200
_PLACES, _COUNTS = 0x9A, 0x4C
# The parts of the text, in their order: what they are called here, and which of the counts is theirs.
_PARTS = (("main", 0), ("footnote", 1), ("header", 2), ("macro", 3), ("comment", 4), ("endnote", 5), ("box", 6))
_TEXT_PIECES = 33  # The number of the piece table's place among those of all tables.
_FONTS, _FONT_BYTES = 15, 40  # What stands of a font before its name.
_COMPRESSED = 0x4000_0000
_MAX_REPEATS = 4  # A text of more than so many times the file's bytes is made of the same ones.


class Piece(NamedTuple):
    """Characters start to end of the text; their bytes begin at `place`, `width` each; `words` change their look."""

    start: int
    end: int
    place: int
    width: int
    words: bytes


class WordFile:
    """Raises DocumentUnreadable for a file that has a password or is damaged, ValueError or struct.error likewise."""

    def __init__(self, data: bytes) -> None:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            self.stream: bytes = ole.openstream("WordDocument").read()
            magic, build = struct.unpack_from("<HH", self.stream)
            self.is_older = magic != _MAGIC or build < _FIRST_BUILD
            self.about: Properties = compound_properties(ole)
            if self.is_older:
                return
            (flags,) = struct.unpack_from("<H", self.stream, 0x0A)
            if flags & _ENCRYPTED:
                raise DocumentUnreadable("The document has a password. Save it without one.")
            names = ("1Table", "0Table") if flags & _WHICH_TABLE else ("0Table", "1Table")
            self._table: bytes = next((ole.openstream(name).read() for name in names if ole.exists(name)), b"")
            self.data: bytes = ole.openstream("Data").read() if ole.exists("Data") else b""
        self.pieces = list(self._pieces_of())
        self._starts = [piece.start for piece in self.pieces]
        self.text = "".join(self._decoded(piece) for piece in self.pieces)
        self.is_cut = False  # Less of the text was found than there should be.
        self.parts = dict(self._parts_of())
        self.fonts = list(_fonts_in(self.table(_FONTS)))

    def table(self, number: int) -> bytes:
        """What the file's head says lies at the place of that number ([MS-DOC] 2.5.6); empty where it says nothing."""
        return self.table_from(number)[: struct.unpack_from("<I", self.stream, _PLACES + 8 * number + 4)[0]]

    def table_from(self, number: int) -> bytes:
        """As `table`, but to the end of the stream: more follows than the length says of lists."""
        start, length = struct.unpack_from("<II", self.stream, _PLACES + 8 * number)
        return self._table[start:] if length else b""

    def place_of(self, character: int) -> int:
        """Where a character's bytes lie in the stream; -1 where there is none."""
        piece = self.piece_of(character)
        return piece.place + (character - piece.start) * piece.width if piece else -1

    def piece_of(self, character: int) -> Piece | None:
        found = self.pieces[bisect.bisect_right(self._starts, character) - 1] if self.pieces else None
        return found if found and found.start <= character < found.end else None

    def _parts_of(self) -> Iterator[tuple[str, tuple[int, int]]]:
        """Where each part of the text begins and ends."""
        start = 0
        for name, number in _PARTS:
            (length,) = struct.unpack_from("<i", self.stream, _COUNTS + 4 * number)
            self.is_cut = self.is_cut or start + length > len(self.text)
            end = min(start + max(length, 0), len(self.text))
            yield name, (start, end)
            start = end

    def _pieces_of(self) -> Iterator[Piece]:
        clx = self.table(_TEXT_PIECES)
        changes: list[bytes] = []
        offset = 0
        while clx[offset : offset + 1] == b"\x01":
            (length,) = struct.unpack_from("<H", clx, offset + 1)
            changes.append(clx[offset + 3 : offset + 3 + length])
            offset += 3 + length
        if clx[offset : offset + 1] != b"\x02":
            raise DocumentUnreadable("The document is damaged: its text cannot be found. Save it as DOCX.")
        spent = expected = 0
        for start, end, body in plc(clx[offset + 5 :], 8):
            _, place, change = struct.unpack("<HIH", body)
            width = 1 if place & _COMPRESSED else 2
            place = (place & (_COMPRESSED - 1)) // (3 - width)
            end = min(end, start + (len(self.stream) - place) // width)
            spent += max(end - start, 0)
            if start != expected or end < start or spent > _MAX_REPEATS * len(self.stream):
                break
            expected = end
            index = change >> 1
            yield Piece(start, end, place, width, changes[index] if change & 1 and index < len(changes) else b"")

    def _decoded(self, piece: Piece) -> str:
        """Exactly as many characters as the piece has."""
        content = self.stream[piece.place : piece.place + (piece.end - piece.start) * piece.width]
        if piece.width == 1:
            return content.decode("cp1252", "replace")
        return "".join(map(chr, memoryview(content).cast("H")))


def _fonts_in(table: bytes) -> Iterator[str]:
    """The names of the fonts ([MS-DOC] 2.9.286)."""
    offset = 4
    while offset < len(table):
        end = offset + 1 + table[offset]
        yield table[offset + _FONT_BYTES : end].decode("utf-16-le", "replace").partition("\0")[0]
        offset = end


def plc(content: bytes, width: int) -> Iterator[tuple[int, int, bytes]]:
    """The entries of a PLC ([MS-DOC] 2.2.2): where each begins and ends, and its `width` bytes."""
    count = max((len(content) - 4) // (4 + width), 0)
    places = struct.unpack_from(f"<{count + 1}i", content) if count else ()
    for number in range(count):
        start = 4 * (count + 1) + width * number
        yield places[number], places[number + 1], content[start : start + width]
