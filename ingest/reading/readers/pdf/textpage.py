"""The lines of a page's text as pdfium gives them, with their places and fonts.

Calls go through ctypes, some hundred thousand for a long book; hence the raw interface and few calls per line.
"""

from __future__ import annotations

import ctypes
import functools
import re
from collections.abc import Callable, Iterator

from pypdfium2 import raw

from ingest.reading.readers.pdf.evening import each_once, is_one_sign, with_true_heights
from ingest.reading.readers.pdf.gaps import Box, is_doubtful, loose_lines, parted, uneven_lines
from ingest.reading.readers.pdf.lines import BULLETS, HYPHEN, Line, has_neighbours
from ingest.reading.readers.pdf.rules import NOTHING_DRAWN, Drawn, crossing
from ingest.reading.readers.pdf.turning import quarters_of, turn_box, turned

_BOLD_WEIGHT = 600
_NAME_BYTES = 128
_MIN_FONT_TEXT = 3  # Of shorter lines, such as numbers in a margin, the font does not matter.
_FIXED_FONT = re.compile(rb"Courier|Mono(?!type)|Consol|Menlo|CMTT|Typewriter", re.IGNORECASE)
_LEAST_BUFFER = 10_000  # Code units; few pages have more.
_SPARE_UNITS = 512
_NOWHERE = -1e9
_ALEF_LAM = re.compile("[\u0622\u0623\u0625\u0627]\u0644")
_DIVIDED = "\u2010\r\n"  # A word divided by a hyphen of its own, which pdfium does not know as one.
# Called for each line.
_char_box = raw.FPDFText_GetLooseCharBox
_text_rect = raw.FPDFText_GetRect
_font_info = raw.FPDFText_GetFontInfo


class LineReader:
    """Reads text pages of pdfium, one after the other, into buffers of its own."""

    def __init__(self) -> None:
        self._rectangle = raw.FS_RECTF()
        self._to_rectangle = ctypes.byref(self._rectangle)
        self._name = ctypes.create_string_buffer(_NAME_BYTES)
        self._text = _units_buffer(_LEAST_BUFFER)
        self._fonts: dict[bytes, tuple[bool, bool]] = {}
        self._falls = False  # Whether the last line's end stands lower than its begin: pdfium has taken two for one.
        self._falling: set[int] = set()  # The numbers of such lines.
        self.quarters = 0  # Of a turn, by which the last page's text is turned clockwise.
        self._edges = tuple(ctypes.c_double() for _ in range(4))
        self._to_edges = tuple(ctypes.byref(edge) for edge in self._edges)

    def lines(self, text_page: object, drawn: Callable[[], Drawn]) -> tuple[list[Line], Drawn]:
        """The page's lines in the order of the text, and the straight lines `drawn` on it, asked for where text stands
        beside text: the same whichever pages were read before."""
        self._fonts.clear()  # Fonts of one name can differ from page to page.
        count = raw.FPDFText_CountChars(text_page)
        if count <= 0:
            return [], NOTHING_DRAWN
        self.quarters = quarters_of(text_page, count)
        if count + _SPARE_UNITS > len(self._text):
            self._text = _units_buffer(2 * (count + _SPARE_UNITS))
        units = raw.FPDFText_GetText(text_page, 0, count, self._text)
        text = ctypes.string_at(self._text, 2 * max(units - 1, 0)).decode("utf-16-le", "surrogatepass")
        # pdfium counts code units: a pair of surrogates stays two characters until its line is cut out.
        has_pairs = len(text) < units - 1
        # Characters without Unicode are left out of the text, and then positions in it are not their numbers.
        is_even = units - 1 == count
        if has_pairs:
            text = "".join(map(_units, text))
        elif is_even:
            text = self._with_ligatures(text_page, text)
        text = text.replace("\t", " ")
        if _DIVIDED in text:
            text = text.replace(_DIVIDED, HYPHEN + "\r\n")
        if HYPHEN in text:
            text = text.replace(HYPHEN, HYPHEN + "\n")
        lines: list[Line] = []
        spans: list[tuple[int, int] | None] = []  # Of characters; None where they cannot be counted.
        start = inserted = 0
        for raw_line in text.split("\n"):
            stretch = raw_line.strip(" \t\r")
            if stretch:
                first = start - inserted + (0 if raw_line[0] == stretch[0] else raw_line.index(stretch[0]))
                last = first + len(stretch) - 1
                if not is_even:
                    first = raw.FPDFText_GetCharIndexFromTextIndex(text_page, first)
                    last = raw.FPDFText_GetCharIndexFromTextIndex(text_page, last)
                lines.append(self._line(text_page, _joined(stretch) if has_pairs else stretch, first, last))
                if self._falls:
                    self._falling.add(len(lines) - 1)
                spans.append((first, last) if is_even and not has_pairs else None)
            start += len(raw_line) + 1
            inserted += raw_line.endswith(HYPHEN)
        lines, straight = self._parted(text_page, with_true_heights(lines), spans, drawn)
        return each_once(lines), straight

    def _with_ligatures(self, text_page: object, text: str) -> str:
        """The text with lam and alef in their order where one sign stands for both: pdfium takes it for two, and turns
        them round with the rest of the line."""
        for match in _ALEF_LAM.finditer(text):
            first, second = self._box(text_page, match.start()), self._box(text_page, match.start() + 1)
            if is_one_sign([first[:2], second[:2]]):
                text = text[: match.start()] + match.group()[::-1] + text[match.end() :]
        return text

    def _parted(
        self,
        text_page: object,
        lines: list[Line],
        spans: list[tuple[int, int] | None],
        drawn: Callable[[], Drawn],
    ) -> tuple[list[Line], Drawn]:
        """The lines with those parted that hold wide gaps or raised signs, which their runs of text tell, or that
        reach over an upright line."""
        if self.quarters:
            uneven = set(range(len(lines)))
        else:
            uneven = uneven_lines(lines, self._doubtful_runs(text_page)) | self._falling | loose_lines(lines)
        self._falling = set()
        if not uneven and not has_neighbours(lines):
            return lines, NOTHING_DRAWN
        straight = turned(drawn(), self.quarters)
        whole: list[Line] = []
        for number, line in enumerate(lines):
            span = spans[number]
            cuts = crossing(line, straight.upright)
            if span is not None and (cuts or number in uneven):
                boxes = [self._box(text_page, index) for index in range(span[0], span[1] + 1)]
                whole.extend(parted(line, boxes, cuts))
            else:
                whole.append(line)
        return whole, straight

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

    def _place(self, text_page: object, index: int) -> None:
        _char_box(text_page, index, self._to_rectangle)
        if self.quarters:
            turn_box(self._rectangle, self.quarters)

    def _box(self, text_page: object, index: int) -> Box:
        rectangle = self._rectangle
        self._place(text_page, index)
        return Box(rectangle.left, rectangle.right, rectangle.bottom, rectangle.top)

    def _line(self, text_page: object, text: str, first: int, last: int) -> Line:
        rectangle = self._rectangle
        self._place(text_page, last)
        left, right, end = rectangle.left, rectangle.right, rectangle.bottom
        self._place(text_page, first)
        # The first character stands on the right in Arabic and Hebrew.
        left, right = min(left, rectangle.left), max(right, rectangle.right)
        if text[0] in BULLETS and len(text) > _MIN_FONT_TEXT:  # Often drawn larger than its text.
            first += 1 + (text[1] == " ")
            self._place(text_page, first)
        bottom, height = rectangle.bottom, rectangle.top - rectangle.bottom
        self._falls = bottom - end > height
        is_bold, is_fixed = self._font(text_page, first) if len(text) > _MIN_FONT_TEXT else (False, False)
        if is_bold or is_fixed:  # All of the line is, if its ends are.
            other = self._font(text_page, last)
            is_bold, is_fixed = is_bold and other[0], is_fixed and other[1]
        return Line(text, left, right, bottom, height, is_bold, is_fixed)

    def _font(self, text_page: object, index: int) -> tuple[bool, bool]:
        """Whether the character's font is bold and whether it is of fixed pitch: the flag for that is often wrong."""
        _font_info(text_page, index, self._name, _NAME_BYTES, None)
        name = self._name.value
        known = self._fonts.get(name)
        if known is None:
            is_bold = b"Bold" in name or raw.FPDFText_GetFontWeight(text_page, index) >= _BOLD_WEIGHT
            known = self._fonts[name] = (is_bold, _is_fixed(name))
        return known


@functools.lru_cache(256)
def _is_fixed(font_name: bytes) -> bool:
    return _FIXED_FONT.search(font_name) is not None


def _units_buffer(size: int) -> ctypes.Array[ctypes.c_ushort]:
    return (ctypes.c_ushort * size)()


def _units(character: str) -> str:
    """The character as UTF-16 code units, each a character of its own."""
    if character <= "\uffff":
        return character
    code = ord(character) - 0x10000
    return chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))


def _joined(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
