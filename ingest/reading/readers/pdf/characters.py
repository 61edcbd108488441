"""The characters of a page's text and where they stand: pdfium counts UTF-16 units, without what has no Unicode."""

from __future__ import annotations

import ctypes
import re
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from pypdfium2 import raw

from ingest.reading.readers.pdf.bulk import boxes_of, tops_of
from ingest.reading.readers.pdf.gaps import Box, has_raised, is_raised_box
from ingest.reading.readers.pdf.lines import BULLETS, Line
from ingest.reading.readers.pdf.rotation import turned_box
from ingest.reading.readers.pdf.tags import Tags

_LEAST_HEIGHT = 0.5  # Points.
_ODD_HEIGHT = 1.8  # Times the usual height of a page's lines: looked at closer.
_TOO_HIGH = 1.9  # Times the size of type, which a box of its font hardly ever is.
_INITIAL = 0.6  # Of a capital's height is the text beside it, at most.
_SHOWING = 8  # Characters that show how high a type is.
_CAPITAL, _SMALL, _BELOW = 0.7, 0.5, 0.22  # Of the size: capitals, small letters, what hangs below the line.
_TALL = re.compile(r"[^acegmnopqrsuvwxyz.,:;\s-]")
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

    def set_heights(self, text_page: object, boxes: list[Box], indexes: Sequence[int], texts: Sequence[str]) -> None:
        """Make the box of each line's first letter, given its index, as high as the line's text: some fonts say that
        they are flat, or four times as high; a capital that reaches over several lines says nothing of its own."""
        heights = [box.top - box.bottom for box in boxes]
        usual = statistics.median(heights) if heights else 0.0
        longest = max(range(len(texts)), key=lambda number: len(texts[number]), default=-1)
        size = self._size(text_page, indexes[longest], texts[longest]) if longest >= 0 and not self._quarters else 0.0
        if size and heights[longest] > _TOO_HIGH * size:
            usual = min(usual, size)
        for number, (index, box, height) in enumerate(zip(indexes, boxes, heights, strict=True)):
            if height < _LEAST_HEIGHT or height > _ODD_HEIGHT * usual:
                boxes[number] = self._as_drawn(text_page, index, box, texts[number], usual)

    def _as_drawn(self, text_page: object, index: int, box: Box, text: str, usual: float) -> Box:
        height = box.top - box.bottom
        if self._quarters == 0:
            following = self.boxes(text_page, [index + 1, index + 2])[-1] if len(text) > _SHOWING else box
            if 0 < following.top - following.bottom < _INITIAL * height and following.bottom >= box.bottom:
                return following
            size = self._size(text_page, index, text)
            if size > _LEAST_HEIGHT and not 0 < height < _TOO_HIGH * size:
                baseline = self._baseline(text_page, index)
                return box._replace(bottom=baseline - _BELOW * size, top=baseline + (1 - _BELOW) * size)
        return box if height >= _LEAST_HEIGHT else box._replace(top=box.bottom + max(usual, _LEAST_HEIGHT))

    def _size(self, text_page: object, index: int, text: str) -> float:
        """The size of type, as the ink of its first characters shows; 0 where nothing is to be seen."""
        rise = max(tops_of(text_page, range(index, index + min(len(text), _SHOWING)))) - self._baseline(
            text_page, index
        )
        return max(rise, 0.0) / (_CAPITAL if _TALL.search(text[:_SHOWING]) else _SMALL)

    def hyphens_drawn(self, text_page: object, text: str, indexes: Sequence[int]) -> str:
        """The text with its soft hyphens, at the places given, as hyphens where they are drawn."""
        signs = list(text)
        for index, box in zip(indexes, self.boxes(text_page, indexes), strict=True):
            signs[index] = "-" if box.right - box.left > 0 else signs[index]
        return "".join(signs)

    def of_line(self, text_page: object, line: Line, span: Span) -> list[Box]:
        """The box of each character of the line: figures that stand on it are as high as its letters, also those of
        types that have them low and high."""
        known = self._known.get(span)
        if known is not None:
            return known
        indexes = span.indexes(text_page)
        boxes = self.boxes(text_page, indexes)
        if 2 * sum(box.top - box.bottom > _ODD_HEIGHT * line.height for box in boxes) > len(boxes):
            boxes = [_as_high(box, line) if box.top - box.bottom > _ODD_HEIGHT * line.height else box for box in boxes]
        if self._quarters == 0 and has_raised(boxes, line):
            baseline = self._baseline(text_page, indexes[0])
            for number, (index, box) in enumerate(zip(indexes, boxes, strict=True)):
                if is_raised_box(box, line) and abs(self._baseline(text_page, index) - baseline) < 0.05 * line.height:
                    boxes[number] = _as_high(box, line)
        self._known[span] = boxes
        return boxes

    def _baseline(self, text_page: object, index: int) -> float:
        across, up = ctypes.c_double(), ctypes.c_double()
        raw.FPDFText_GetCharOrigin(text_page, index, across, up)
        return up.value


def _as_high(box: Box, line: Line) -> Box:
    return box._replace(bottom=line.bottom, top=line.bottom + line.height)
