"""The characters of a page's text and where they stand: pdfium counts UTF-16 units, without what has no Unicode."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import NamedTuple

from pypdfium2 import raw

from ingest.reading.readers.pdf.bulk import boxes_of
from ingest.reading.readers.pdf.gaps import Box, has_raised, is_raised_box
from ingest.reading.readers.pdf.lines import BULLETS, Line
from ingest.reading.readers.pdf.tags import Tags
from ingest.reading.readers.pdf.turning import turned_box

MIN_FONT_TEXT = 3  # Of shorter lines, such as numbers in a margin, the font does not matter.


class Span(NamedTuple):
    """Where a line stands in the page's text, with its code units; `is_even` where these are pdfium's characters."""

    first: int
    units: str
    is_even: bool

    def indexes(self, text_page: object) -> Sequence[int]:
        """pdfium's numbers for the characters of the line."""
        places = range(self.first, self.first + len(self.units))
        return places if self.is_even else [raw.FPDFText_GetCharIndexFromTextIndex(text_page, at) for at in places]


class Stretch(NamedTuple):
    """A line's text, pdfium's numbers for its first and last character, and where it stands in the page's text."""

    text: str
    first: int
    last: int
    span: Span


def head_of(stretch: Stretch) -> int:
    """The character that shows a line's size and type: not its bullet, which is often drawn larger."""
    text, first, *_ = stretch
    if text[0] in BULLETS and len(text) > MIN_FONT_TEXT:
        return first + 1 + (text[1] == " ")
    return first


def block_of(text_page: object, span: Span, number: int, tags: Tags) -> int:
    """The block that a character of a line belongs to; -1 where the tags do not say. -1 as `number` is the last."""
    index = span.first + number % len(span.units)
    if not span.is_even:
        index = raw.FPDFText_GetCharIndexFromTextIndex(text_page, index)
    item = raw.FPDFText_GetTextObject(text_page, index)
    return tags.marked.get(raw.FPDFPageObj_GetMarkedContentID(item), -1) if item else -1


def units_buffer(size: int) -> ctypes.Array[ctypes.c_ushort]:
    return (ctypes.c_ushort * size)()


def as_units(character: str) -> str:
    """The character as UTF-16 code units, each a character of its own."""
    if character <= "\uffff":
        return character
    code = ord(character) - 0x10000
    return chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))


def from_units(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class Places:
    """Where the characters of a page stand, as it is turned to be read."""

    def __init__(self) -> None:
        self._quarters = 0
        self._known: dict[Span, list[Box]] = {}  # Of the characters of lines, as far as they were asked for.

    def start(self, quarters: int) -> None:
        """Begin a page whose text is turned by so many quarters, clockwise."""
        self._quarters = quarters
        self._known = {}

    def boxes(self, text_page: object, indexes: Sequence[int]) -> list[Box]:
        """The box of each character."""
        boxes = boxes_of(text_page, indexes)
        return [turned_box(box, self._quarters) for box in boxes] if self._quarters else boxes

    def of_line(self, text_page: object, line: Line, span: Span) -> list[Box]:
        """The box of each character of the line: figures that stand on it are as high as its letters, also those of
        types that have them low and high."""
        known = self._known.get(span)
        if known is not None:
            return known
        indexes = span.indexes(text_page)
        boxes = self.boxes(text_page, indexes)
        if self._quarters == 0 and has_raised(boxes, line):
            baseline = self._baseline(text_page, indexes[0])
            for number, (index, box) in enumerate(zip(indexes, boxes, strict=True)):
                if is_raised_box(box, line) and abs(self._baseline(text_page, index) - baseline) < 0.05 * line.height:
                    boxes[number] = box._replace(bottom=line.bottom, top=line.bottom + line.height)
        self._known[span] = boxes
        return boxes

    def _baseline(self, text_page: object, index: int) -> float:
        across, up = ctypes.c_double(), ctypes.c_double()
        raw.FPDFText_GetCharOrigin(text_page, index, across, up)
        return up.value
