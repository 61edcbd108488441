"""The characters of a page and their positions. pdfium counts UTF-16 units and skips characters without Unicode."""

from __future__ import annotations

import ctypes
import itertools
import operator
import re
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from ingest.reading.readers.encoding import from_units
from ingest.reading.readers.pdf.boxes import Box, Boxes
from ingest.reading.readers.pdf.bulk import Buffers, baseline_of, contents_of, indexes_at, top_of
from ingest.reading.readers.pdf.fonts import MIN_FONT_TEXT
from ingest.reading.readers.pdf.gaps import raised_in
from ingest.reading.readers.pdf.lines import BULLETS, HYPHEN, Line
from ingest.reading.readers.pdf.rotation import turned_boxes
from ingest.reading.readers.pdf.tags import Tags

_LEAST_HEIGHT = 0.5  # Points; lower boxes are wrong.
_ODD_HEIGHT = 1.8  # Times the usual line height; higher boxes are checked.
_TOO_HIGH = 1.9  # Times the type size; the box of a correct font is hardly ever higher.
_INITIAL = 0.6  # Times the height of a drop capital: text beside it is lower.
_SHOWING = 8  # Characters examined to find the type size.
_CAPITAL, _SMALL, _BELOW = 0.7, 0.5, 0.22  # Share of the type size: capitals, small letters, descenders.
_AROUND = " \r"  # Stripped from both ends of a line.
_TALL = re.compile(r"[^acegmnopqrsuvwxyz.,:;\s-]")


class Span(NamedTuple):
    """A line's position in the page's text, and its code units. `is_even`: text offsets are pdfium's numbers."""

    first: int
    units: str
    is_even: bool

    def indexes(self, text_page: object) -> Sequence[int]:
        """pdfium's numbers for the line's characters."""
        places = range(self.first, self.first + len(self.units))
        if self.is_even:
            return places
        first, last = indexes_at(text_page, [places[0], places[-1]])
        # Numbers rise with offsets, so if both ends are equally far apart, no character between them is missing.
        is_whole = first >= 0 and last - first == len(places) - 1
        return range(first, last + 1) if is_whole else indexes_at(text_page, places)


class TextLines(NamedTuple):
    """The lines of a page as parallel sequences: text, offset in the page's text, code units, and pdfium's numbers for
    the first and last characters. `is_even` as in `Span`."""

    texts: list[str]
    places: list[int]
    units: list[str]
    firsts: Sequence[int]
    lasts: Sequence[int]
    is_even: bool

    def span(self, number: int) -> Span:
        return Span(self.places[number], self.units[number], self.is_even)

    def kept(self, are_kept: Sequence[bool]) -> TextLines:
        """The lines whose flag is set."""
        texts, units = (list(itertools.compress(column, are_kept)) for column in (self.texts, self.units))
        places, firsts, lasts = (
            list(itertools.compress(column, are_kept)) for column in (self.places, self.firsts, self.lasts)
        )
        return TextLines(texts, places, units, firsts, lasts, self.is_even)


def stretches_of(text_page: object, text: str, *, has_pairs: bool, is_even: bool) -> TextLines:
    """The lines of a page's text, stripped of surrounding blanks."""
    if HYPHEN in text:
        text = text.replace(HYPHEN, HYPHEN + "\n")
    parts = text.split("\n")
    units = [part.strip(_AROUND) for part in parts]
    # No line break follows pdfium's hyphen.
    places = list(itertools.accumulate([len(part) + (part[-1:] != HYPHEN) for part in parts], initial=0))[:-1]
    if text[:1] in _AROUND or "\n " in text or "\n\r" in text:
        places = [place + len(part) - len(part.lstrip(_AROUND)) for place, part in zip(places, parts, strict=True)]
    if not all(units):
        places, units = list(itertools.compress(places, units)), list(filter(None, units))
    firsts, lasts = places, [place + len(line) - 1 for place, line in zip(places, units, strict=True)]
    if not is_even:
        firsts, lasts = indexes_at(text_page, firsts), indexes_at(text_page, lasts)
    return TextLines(list(map(from_units, units)) if has_pairs else units, places, units, firsts, lasts, is_even)


def heads_of(stretches: TextLines) -> list[int]:
    """The number of the character that shows each line's size and font. Bullets are skipped: they may be larger."""
    return [
        first + 1 + (text[1] == " ") if text[0] in BULLETS and len(text) > MIN_FONT_TEXT else first
        for text, first in zip(stretches.texts, stretches.firsts, strict=True)
    ]


def blocks_of(text_page: object, indexes: Sequence[int], tags: Tags) -> list[int]:
    """The tagged block of each character; -1 if it has none."""
    return [tags.marked.get(content, -1) for content in contents_of(text_page, indexes)]


def units_buffer(size: int) -> ctypes.Array[ctypes.c_ushort]:
    return (ctypes.c_ushort * size)()


def as_units(character: str) -> str:
    """The character as UTF-16 code units, each one a character."""
    if character <= "\uffff":
        return character
    code = ord(character) - 0x10000
    return chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))


def _longest(texts: Sequence[str]) -> int:
    lengths = list(map(len, texts))
    return lengths.index(max(lengths))


class Places:
    """The positions of a page's characters after the page is turned upright."""

    def __init__(self) -> None:
        self.room = Buffers()
        self._quarters = 0
        self._known: dict[Span, Boxes] = {}  # Boxes of the lines asked for so far.

    def start(self, quarters: int) -> None:
        """Begin a page whose text is turned clockwise by this many quarters."""
        self._quarters = quarters
        self._known = {}

    def boxes(self, text_page: object, indexes: Sequence[int]) -> Boxes:
        """The box of each character."""
        return turned_boxes(self.room.boxes(text_page, indexes), self._quarters)

    def heads(
        self, text_page: object, stretches: TextLines, indexes: Sequence[int], firsts: Boxes
    ) -> tuple[Sequence[float], Sequence[float]]:
        """The bottom and top of each line's first letter, corrected to the height of the line's text.

        `indexes` are the letters, `firsts` the boxes of the lines' first characters. Some fonts claim to be flat or
        four times too high, and a drop capital over several lines is higher than its text.
        """
        bottoms, tops = list(firsts.bottoms), list(firsts.tops)
        if indexes != stretches.firsts:
            moved = [number for number, index in enumerate(indexes) if index != stretches.firsts[number]]
            letters = self.boxes(text_page, [indexes[at] for at in moved])
            for number, bottom, top in zip(moved, letters.bottoms, letters.tops, strict=True):
                bottoms[number], tops[number] = bottom, top
        heights = list(map(operator.sub, tops, bottoms))
        is_even = min(heights) >= _LEAST_HEIGHT and max(heights) <= _ODD_HEIGHT * min(heights)
        if is_even and (self._quarters or self._is_plausible(text_page, stretches, indexes, heights)):
            return bottoms, tops
        usual = self._usual_height(text_page, stretches, indexes, heights)
        if min(heights) < _LEAST_HEIGHT or max(heights) > _ODD_HEIGHT * usual:
            for number, height in enumerate(heights):
                if height < _LEAST_HEIGHT or height > _ODD_HEIGHT * usual:
                    box = Box(0.0, 0.0, bottoms[number], tops[number])
                    drawn = self._as_drawn(text_page, indexes[number], box, stretches.texts[number], usual)
                    bottoms[number], tops[number] = drawn.bottom, drawn.top
        return bottoms, tops

    def _usual_height(
        self, text_page: object, stretches: TextLines, indexes: Sequence[int], heights: Sequence[float]
    ) -> float:
        """The median line height, or the type size if that is much less."""
        usual = statistics.median(heights)
        if self._quarters or self._is_plausible(text_page, stretches, indexes, heights):
            return usual
        longest = _longest(stretches.texts)
        size = self._size(text_page, indexes[longest], stretches.texts[longest])
        return min(usual, size) if size and heights[longest] > _TOO_HIGH * size else usual

    def _is_plausible(
        self, text_page: object, stretches: TextLines, indexes: Sequence[int], heights: Sequence[float]
    ) -> bool:
        """Whether the first character of the longest line is not much lower than the line: one is usually enough."""
        longest = _longest(stretches.texts)
        index = indexes[longest]
        drawn = top_of(text_page, index) - baseline_of(text_page, index)
        return heights[longest] <= _TOO_HIGH * drawn / _CAPITAL

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
        """The type size, measured from the ink of the first characters; 0 if they have none."""
        shown = text[:_SHOWING]
        top = max(top_of(text_page, index + step) for step in range(len(shown)))
        return max(top - baseline_of(text_page, index), 0.0) / (_CAPITAL if _TALL.search(shown) else _SMALL)

    def hyphens_drawn(self, text_page: object, text: str, indexes: Sequence[int]) -> str:
        """The text with the soft hyphens at `indexes` replaced by hyphens if they are visible."""
        signs = list(text)
        for index, box in zip(indexes, self.boxes(text_page, indexes).each(), strict=True):
            signs[index] = "-" if box.right - box.left > 0 else signs[index]
        return "".join(signs)

    def of_line(self, text_page: object, line: Line, span: Span) -> Boxes:
        """The boxes of the line's characters. Old-style figures on the baseline get the height of the line."""
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
