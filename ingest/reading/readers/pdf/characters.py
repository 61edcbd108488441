"""The characters of a page's text and where they stand: pdfium counts UTF-16 units, without what has no Unicode."""

from __future__ import annotations

import ctypes
import itertools
import operator
import re
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from ingest.reading.readers.pdf.boxes import Box, Boxes
from ingest.reading.readers.pdf.bulk import Room, baseline_of, contents_of, indexes_at, top_of
from ingest.reading.readers.pdf.gaps import raised_in
from ingest.reading.readers.pdf.lines import BULLETS, HYPHEN, Line
from ingest.reading.readers.pdf.rotation import turned_boxes
from ingest.reading.readers.pdf.tags import Tags

_LEAST_HEIGHT = 0.5  # Points.
_ODD_HEIGHT = 1.8  # Times the usual height of a page's lines: looked at closer.
_TOO_HIGH = 1.9  # Times the size of type, which a box of its font hardly ever is.
_INITIAL = 0.6  # Of a capital's height is the text beside it, at most.
_SHOWING = 8  # Characters that show how high a type is.
_CAPITAL, _SMALL, _BELOW = 0.7, 0.5, 0.22  # Of the size: capitals, small letters, what hangs below the line.
_AROUND = " \r"  # What stands around a line and is not of it.
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
        if self.is_even:
            return places
        first, last = indexes_at(text_page, [places[0], places[-1]])
        # They rise with the places: where their ends are as far apart, none between them is left out.
        is_whole = first >= 0 and last - first == len(places) - 1
        return range(first, last + 1) if is_whole else indexes_at(text_page, places)


class Stretches(NamedTuple):
    """The lines of a page, side by side: their text, where they begin in the page's text, their code units, and
    pdfium's numbers for their first and last characters; `is_even` as in `Span`."""

    texts: list[str]
    places: list[int]
    units: list[str]
    firsts: Sequence[int]
    lasts: Sequence[int]
    is_even: bool

    def span(self, number: int) -> Span:
        return Span(self.places[number], self.units[number], self.is_even)

    def kept(self, are_kept: Sequence[bool]) -> Stretches:
        """Some of the lines."""
        texts, units = (list(itertools.compress(column, are_kept)) for column in (self.texts, self.units))
        places, firsts, lasts = (
            list(itertools.compress(column, are_kept)) for column in (self.places, self.firsts, self.lasts)
        )
        return Stretches(texts, places, units, firsts, lasts, self.is_even)


def stretches_of(text_page: object, text: str, *, has_pairs: bool, is_even: bool) -> Stretches:
    """The lines of a page's text, blanks around them left out."""
    if HYPHEN in text:
        text = text.replace(HYPHEN, HYPHEN + "\n")
    places, units, place = [], [], 0
    for part in text.split("\n"):
        line = part.strip(_AROUND)
        if line:
            places.append(place if part[0] not in _AROUND else place + len(part) - len(part.lstrip(_AROUND)))
            units.append(line)
        place += len(part) + (part[-1:] != HYPHEN)  # Behind it was no end of a line.
    firsts, lasts = places, [place + len(line) - 1 for place, line in zip(places, units, strict=True)]
    if not is_even:
        firsts, lasts = indexes_at(text_page, firsts), indexes_at(text_page, lasts)
    return Stretches(list(map(from_units, units)) if has_pairs else units, places, units, firsts, lasts, is_even)


def heads_of(stretches: Stretches) -> list[int]:
    """The characters that show the lines' size and type: not their bullets, which are often drawn larger."""
    return [
        first + 1 + (text[1] == " ") if text[0] in BULLETS and len(text) > MIN_FONT_TEXT else first
        for text, first in zip(stretches.texts, stretches.firsts, strict=True)
    ]


def blocks_of(text_page: object, indexes: Sequence[int], tags: Tags) -> list[int]:
    """The block that each of the characters belongs to; -1 where the tags do not say."""
    return [tags.marked.get(content, -1) for content in contents_of(text_page, indexes)]


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
        self.room = Room()
        self._quarters = 0
        self._known: dict[Span, Boxes] = {}  # Of the characters of lines, as far as they were asked for.

    def start(self, quarters: int) -> None:
        """Begin a page whose text is turned by so many quarters, clockwise."""
        self._quarters = quarters
        self._known = {}

    def boxes(self, text_page: object, indexes: Sequence[int]) -> Boxes:
        """The box of each character."""
        return turned_boxes(self.room.boxes(text_page, indexes), self._quarters)

    def heads(
        self, text_page: object, stretches: Stretches, indexes: Sequence[int], firsts: Boxes
    ) -> tuple[Sequence[float], Sequence[float]]:
        """Bottom and top of each line's first letter, given its index and the box of the line's first sign, as high as
        the line's text: some fonts say that they are flat, or four times as high; a capital that reaches over several
        lines says nothing of its own."""
        bottoms, tops = list(firsts.bottoms), list(firsts.tops)
        if indexes != stretches.firsts:
            moved = [number for number, index in enumerate(indexes) if index != stretches.firsts[number]]
            letters = self.boxes(text_page, [indexes[at] for at in moved])
            for number, bottom, top in zip(moved, letters.bottoms, letters.tops, strict=True):
                bottoms[number], tops[number] = bottom, top
        heights = list(map(operator.sub, tops, bottoms))
        usual = self._usual_height(text_page, stretches, indexes, heights)
        if min(heights) < _LEAST_HEIGHT or max(heights) > _ODD_HEIGHT * usual:
            for number, height in enumerate(heights):
                if height < _LEAST_HEIGHT or height > _ODD_HEIGHT * usual:
                    box = Box(0.0, 0.0, bottoms[number], tops[number])
                    drawn = self._as_drawn(text_page, indexes[number], box, stretches.texts[number], usual)
                    bottoms[number], tops[number] = drawn.bottom, drawn.top
        return bottoms, tops

    def _usual_height(
        self, text_page: object, stretches: Stretches, indexes: Sequence[int], heights: Sequence[float]
    ) -> float:
        """The height of most lines, or the size of their type where that is much less."""
        usual = statistics.median(heights)
        if self._quarters:
            return usual
        lengths = list(map(len, stretches.texts))
        longest = lengths.index(max(lengths))
        index, height = indexes[longest], heights[longest]
        # What one sign shows is mostly enough to know that the height is none too much.
        if height <= _TOO_HIGH * (top_of(text_page, index) - baseline_of(text_page, index)) / _CAPITAL:
            return usual
        size = self._size(text_page, index, stretches.texts[longest])
        return min(usual, size) if size and height > _TOO_HIGH * size else usual

    def _as_drawn(self, text_page: object, index: int, box: Box, text: str, usual: float) -> Box:
        height = box.top - box.bottom
        if self._quarters == 0:
            following = self.boxes(text_page, [index + 1, index + 2]).each()[-1] if len(text) > _SHOWING else box
            if 0 < following.top - following.bottom < _INITIAL * height and following.bottom >= box.bottom:
                return following
            size = self._size(text_page, index, text)
            if size > _LEAST_HEIGHT and not 0 < height < _TOO_HIGH * size:
                baseline = baseline_of(text_page, index)
                return box._replace(bottom=baseline - _BELOW * size, top=baseline + (1 - _BELOW) * size)
        return box if height >= _LEAST_HEIGHT else box._replace(top=box.bottom + max(usual, _LEAST_HEIGHT))

    def _size(self, text_page: object, index: int, text: str) -> float:
        """The size of type, as the ink of its first characters shows; 0 where nothing is to be seen."""
        shown = text[:_SHOWING]
        top = max(top_of(text_page, index + step) for step in range(len(shown)))
        return max(top - baseline_of(text_page, index), 0.0) / (_CAPITAL if _TALL.search(shown) else _SMALL)

    def hyphens_drawn(self, text_page: object, text: str, indexes: Sequence[int]) -> str:
        """The text with its soft hyphens, at the places given, as hyphens where they are drawn."""
        signs = list(text)
        for index, box in zip(indexes, self.boxes(text_page, indexes).each(), strict=True):
            signs[index] = "-" if box.right - box.left > 0 else signs[index]
        return "".join(signs)

    def of_line(self, text_page: object, line: Line, span: Span) -> Boxes:
        """The boxes of the line's characters: figures that stand on it are as high as its letters, also those of types
        that have them low and high."""
        known = self._known.get(span)
        if known is not None:
            return known
        indexes = span.indexes(text_page)
        boxes = self.boxes(text_page, indexes)
        if boxes.highest() > _ODD_HEIGHT * line.height:
            high = [
                number for number, (*_, low, top) in enumerate(boxes.each()) if top - low > _ODD_HEIGHT * line.height
            ]
            if 2 * len(high) > len(indexes):
                boxes = boxes.as_high_as(line, high)
        if self._quarters == 0 and (raised := raised_in(boxes, line)):
            baseline = baseline_of(text_page, indexes[0])
            near = 0.05 * line.height
            level = [at for at in raised if abs(baseline_of(text_page, indexes[at]) - baseline) < near]
            boxes = boxes.as_high_as(line, level) if level else boxes
        self._known[span] = boxes
        return boxes
