"""The lines of a page's text as pdfium gives them, with their places and fonts.

Calls go through ctypes, some hundred thousand for a long book; hence the raw interface and few calls per line.
"""

from __future__ import annotations

import ctypes
import itertools
import operator
import re
from collections.abc import Iterator

from pypdfium2 import raw

from ingest.reading.readers.pdf.characters import Places, Span, as_units, block_of, from_units, units_buffer
from ingest.reading.readers.pdf.evening import each_once, is_one_sign, shown_on, with_true_heights
from ingest.reading.readers.pdf.figures import Row, cuts_between, may_hold_columns, names_above, words_of
from ingest.reading.readers.pdf.fonts import Fonts
from ingest.reading.readers.pdf.gaps import (
    Box,
    has_false_blanks,
    is_doubtful,
    loose_lines,
    part_of,
    parted,
    uneven_lines,
)
from ingest.reading.readers.pdf.layers import Layers
from ingest.reading.readers.pdf.lines import BULLETS, HYPHEN, Line, has_neighbours
from ingest.reading.readers.pdf.rules import NOTHING_DRAWN, Drawn, crossing, rules_of
from ingest.reading.readers.pdf.tags import NO_TAGS, Tags
from ingest.reading.readers.pdf.turning import box_of, quarters_of, turned

_MIN_FONT_TEXT = 3  # Of shorter lines, such as numbers in a margin, the font does not matter.
_MIN_BUFFER = 10_000  # Code units; few pages have more.
_SPARE_UNITS = 512
_MIN_NEIGHBOURS = 2  # Or a page has no cells.
_NOWHERE = -1e9
# Ligatures of lam and what follows it, the wrong way round.
_TURNED_LAM = re.compile("[\u0622\u0623\u0625\u0627\u062c-\u062e\u0645\u0647\u0649\u064a]\u0644")
_NO_CUTS: list[float] = []
_LONE_LETTER = re.compile(r"(?<!\S)[b-hj-zB-HJ-Z](?!\S)")  # As it stands where blanks are within words.
_DIVIDED = "\u2010\r\n"  # A word divided by a hyphen of its own, which pdfium does not know as one.
# Called for each line.
_text_rect = raw.FPDFText_GetRect


class LineReader:
    """Reads text pages of pdfium, one after the other, into buffers of its own."""

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        self._places = Places()
        self._text = units_buffer(_MIN_BUFFER)
        self._fonts = Fonts()
        self._falls = False  # Whether the last line's end stands lower than its begin: pdfium has taken two for one.
        self._falling: set[int] = set()  # The numbers of such lines.
        self._edges = tuple(ctypes.c_double() for _ in range(4))
        self._to_edges = tuple(ctypes.byref(edge) for edge in self._edges)

    def lines(self, page: object, text_page: object, tags: Tags = NO_TAGS) -> tuple[list[Line], Drawn]:
        """The lines that a page shows in the order of its text, and the straight lines drawn on it, asked for where
        text stands beside text: the same whichever pages were read before."""
        self._fonts.forget()
        self._falling = set()
        count = raw.FPDFText_CountChars(text_page)
        if count <= 0:
            return [], NOTHING_DRAWN
        quarters = quarters_of(text_page, count)
        self._places.start(quarters)
        if count + _SPARE_UNITS > len(self._text):
            self._text = units_buffer(2 * (count + _SPARE_UNITS))
        units = raw.FPDFText_GetText(text_page, 0, count, self._text)
        text = ctypes.string_at(self._text, 2 * max(units - 1, 0)).decode("utf-16-le", "surrogatepass")
        # pdfium counts code units: a pair of surrogates stays two characters until its line is cut out.
        has_pairs = len(text) < units - 1
        # Characters without Unicode are left out of the text, and then positions in it are not their numbers.
        is_even = units - 1 == count
        if has_pairs:
            text = "".join(map(as_units, text))
        elif is_even:
            text = self._with_ligatures(text_page, text)
        text = text.replace("\t", " ")
        if _DIVIDED in text:
            text = text.replace(_DIVIDED, HYPHEN + "\r\n")
        if HYPHEN in text:
            text = text.replace(HYPHEN, HYPHEN + "\n")
        lines: list[Line] = []
        spans: list[Span] = []
        firsts: list[int] = []
        start = inserted = 0
        for raw_line in text.split("\n"):
            stretch = raw_line.strip(" \t\r")
            if stretch:
                place = start - inserted + (0 if raw_line[0] == stretch[0] else raw_line.index(stretch[0]))
                first, last = place, place + len(stretch) - 1
                if not is_even:
                    first = raw.FPDFText_GetCharIndexFromTextIndex(text_page, first)
                    last = raw.FPDFText_GetCharIndexFromTextIndex(text_page, last)
                lines.append(self._line(text_page, from_units(stretch) if has_pairs else stretch, first, last))
                if self._falls:
                    self._falling.add(len(lines) - 1)
                spans.append(Span(place, stretch, is_even))
                firsts.append(first)
            start += len(raw_line) + 1
            inserted += raw_line.endswith(HYPHEN)
        shown = shown_on(lines, box_of(page, quarters))
        shown = [*map(operator.and_, shown, self._layers.shown(text_page, firsts))]
        if not all(shown):
            lines, spans = list(itertools.compress(lines, shown)), list(itertools.compress(spans, shown))
            self._falling = {sum(shown[:number]) for number in self._falling if shown[number]}
        lines = with_true_heights(lines)
        uneven = set(range(len(lines))) if quarters else self._uneven(text_page, lines, spans)
        doubtful = dict.fromkeys(uneven, _NO_CUTS) | self._columns(text_page, lines, spans)
        whole = self._pieces(text_page, lines, spans, doubtful, tags, NOTHING_DRAWN)
        straight = NOTHING_DRAWN
        if has_neighbours(whole, _MIN_NEIGHBOURS):
            straight = turned(rules_of(page, is_laid_across=quarters % 2 == 1), quarters)
            if straight.upright:
                whole = self._pieces(text_page, lines, spans, doubtful, tags, straight)
        return each_once(whole), straight

    def _with_ligatures(self, text_page: object, text: str) -> str:
        """The text with lam and alef in their order, or lam and meem, where one sign stands for both: pdfium takes it
        for two, and turns them round with the rest of the line."""
        for match in _TURNED_LAM.finditer(text):
            first, second = self._places.box(text_page, match.start()), self._places.box(text_page, match.start() + 1)
            if is_one_sign([first[:2], second[:2]]):
                text = text[: match.start()] + match.group()[::-1] + text[match.end() :]
        return text

    def _uneven(self, text_page: object, lines: list[Line], spans: list[Span]) -> set[int]:
        """The numbers of the lines that may hold wide gaps or raised signs: their runs of text tell, or their width."""
        for number, line in enumerate(lines):
            if _LONE_LETTER.search(line.text) and has_false_blanks(
                line, self._places.of_line(text_page, line, spans[number])
            ):
                return set(range(len(lines)))
        return uneven_lines(lines, self._doubtful_runs(text_page)) | self._falling | loose_lines(lines)

    def _pieces(
        self,
        text_page: object,
        lines: list[Line],
        spans: list[Span],
        doubtful: dict[int, list[float]],
        tags: Tags,
        straight: Drawn,
    ) -> list[Line]:
        """The lines with those parted that are doubtful, by number with the places of cuts that are known; and those
        that reach over an upright line or over several blocks of tags."""
        if not doubtful and not tags.blocks and not straight.upright:
            return lines
        whole: list[Line] = []
        for number, (line, span) in enumerate(zip(lines, spans, strict=True)):
            cuts = crossing(line, straight.upright)
            first = last = -1
            if tags.blocks:
                first, last = block_of(text_page, span, 0, tags), block_of(text_page, span, -1, tags)
            if first != last:
                whole.extend(self._by_tags(text_page, line, span, tags))
            elif cuts or number in doubtful:
                boxes = self._places.of_line(text_page, line, span)
                cells = parted(line._replace(text=span.units), boxes, cuts, doubtful.get(number, ()))
                whole.extend(cell._replace(text=from_units(cell.text), block=first) for cell in cells)
            else:
                whole.append(line._replace(block=first) if first >= 0 else line)
        return whole

    def _columns(self, text_page: object, lines: list[Line], spans: list[Span]) -> dict[int, list[float]]:
        """Where figures of several columns are to be parted, by the number of the line."""
        rows = may_hold_columns(lines)
        if not rows:
            return {}

        def row(number: int) -> Row:
            boxes = self._places.of_line(text_page, lines[number], spans[number])
            return Row(number, lines[number], words_of(spans[number].units, boxes))

        return cuts_between([*map(row, rows)], [*map(row, names_above(lines, rows))])

    def _by_tags(self, text_page: object, line: Line, span: Span, tags: Tags) -> Iterator[Line]:
        """The parts of a line that belong to different blocks of tags."""
        indexes = list(span.indexes(text_page))
        boxes = [self._places.box(text_page, index) for index in indexes]
        blocks = [block_of(text_page, span, number, tags) for number in range(len(indexes))]
        start = 0
        for end in range(1, len(indexes) + 1):
            # Blanks that pdfium puts between words belong to no block.
            if end < len(indexes) and (span.units[end] == " " or blocks[end] == blocks[start]):
                continue
            piece = part_of(line._replace(text=span.units), boxes, start, end)
            if piece.text:
                yield piece._replace(text=from_units(piece.text), block=blocks[start])
            start = end

    def _doubtful_runs(self, text_page: object) -> Iterator[tuple[Box, Box]]:
        """What is drawn at once and stands beside what was drawn before it, with that; in the order of the text.

        Most runs begin a new line: for them there is one call and two numbers are looked at.
        """
        left, _, right, _ = self._edges
        to_left, to_top, to_right, to_bottom = self._to_edges
        reach = _NOWHERE
        for index in range(raw.FPDFText_CountRects(text_page, 0, -1)):
            _text_rect(text_page, index, to_left, to_top, to_right, to_bottom)
            if left.value > reach - 1:
                run = self._run()
                reach = run.right
                if index:
                    _text_rect(text_page, index - 1, to_left, to_top, to_right, to_bottom)
                    before = self._run()
                    if is_doubtful(before, run):
                        yield before, run
            else:
                reach = right.value

    def _run(self) -> Box:
        left, top, right, bottom = self._edges
        return Box(left.value, right.value, bottom.value, top.value)

    def _line(self, text_page: object, text: str, first: int, last: int) -> Line:
        rectangle = self._places.rectangle
        self._places.ask(text_page, last)
        left, right, end = rectangle.left, rectangle.right, rectangle.bottom
        self._places.ask(text_page, first)
        # The first character stands on the right in Arabic and Hebrew.
        left, right = min(left, rectangle.left), max(right, rectangle.right)
        if text[0] in BULLETS and len(text) > _MIN_FONT_TEXT:  # Often drawn larger than its text.
            first += 1 + (text[1] == " ")
            self._places.ask(text_page, first)
        bottom, height = rectangle.bottom, rectangle.top - rectangle.bottom
        self._falls = bottom - end > height
        is_bold, is_fixed = self._fonts.look(text_page, first) if len(text) > _MIN_FONT_TEXT else (False, False)
        if is_bold or is_fixed:  # All of the line is, if its ends are.
            other = self._fonts.look(text_page, last)
            is_bold, is_fixed = is_bold and other[0], is_fixed and other[1]
        return Line(text, left, right, bottom, height, is_bold, is_fixed)
