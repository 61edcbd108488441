"""The lines of a page's text as pdfium gives them, with their places and fonts.

What is asked of many lines or characters is asked at once (`bulk.py`): a long book has some hundred thousand of them.
"""

from __future__ import annotations

import ctypes
import itertools
import operator
import re
from collections.abc import Iterator, Sequence

from pypdfium2 import raw

from ingest.reading.readers.pdf.bulk import doubtful_runs
from ingest.reading.readers.pdf.characters import (
    MIN_FONT_TEXT,
    Places,
    Span,
    Stretch,
    as_units,
    block_of,
    from_units,
    head_of,
    units_buffer,
)
from ingest.reading.readers.pdf.figures import Row, cuts_between, may_hold_columns, names_above, words_of
from ingest.reading.readers.pdf.fonts import Fonts
from ingest.reading.readers.pdf.gaps import (
    has_false_blanks,
    loose_lines,
    part_of,
    parted,
    uneven_lines,
)
from ingest.reading.readers.pdf.layers import Layers
from ingest.reading.readers.pdf.line_repair import each_once, is_one_sign, shown_on, with_true_heights
from ingest.reading.readers.pdf.lines import HYPHEN, Line, has_neighbours
from ingest.reading.readers.pdf.rotation import box_of, quarters_of, turned
from ingest.reading.readers.pdf.rules import NOTHING_DRAWN, Drawn, crossing, rules_of
from ingest.reading.readers.pdf.tags import NO_TAGS, Tags

_MIN_BUFFER = 10_000  # Code units; few pages have more.
_SPARE_UNITS = 512
_MIN_NEIGHBOURS = 2  # Or a page has no cells.
# Ligatures of lam and what follows it, the wrong way round.
_TURNED_LAM = re.compile("[\u0622\u0623\u0625\u0627\u062c-\u062e\u0645\u0647\u0649\u064a]\u0644")
_NO_CUTS: list[float] = []
_SYMBOL_BULLET = re.compile("(?<![^\n])[\uf020-\uf0ff](?=[ \r]|$)")  # Of a font of symbols, before a line or alone.
_SOFT = re.compile("\xad")
_LIGATURE = re.compile(r"f[fil]l? [a-z]")  # Behind which programs set a blank back to take no place.
_LONE_LETTER = re.compile(r"(?<!\S)[b-hj-zB-HJ-Z](?!\S)")  # As it stands where blanks are within words.
_DIVIDED = "\u2010\r\n"  # A word divided by a hyphen of its own, which pdfium does not know as one.
_STRETCH = re.compile(r"[^ \r\n][^\n]*")
_PLAIN = (False, False)


class LineReader:
    """Reads text pages of pdfium, one after the other, into buffers of its own."""

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        self._places = Places()
        self._text = units_buffer(_MIN_BUFFER)
        self._fonts = Fonts()
        self._falling: set[int] = set()  # Lines whose end stands lower than their begin: pdfium took two for one.

    def lines(self, page: object, text_page: object, tags: Tags = NO_TAGS) -> tuple[list[Line], Drawn]:
        """The lines that a page shows in the order of its text, and the straight lines drawn on it, asked for where
        text stands beside text: the same whichever pages were read before."""
        self._fonts.forget()
        count = raw.FPDFText_CountChars(text_page)
        if count <= 0:
            return [], NOTHING_DRAWN
        stretches, quarters = self._stretches(text_page, count)
        lines = self._measured(text_page, stretches)
        spans = [stretch.span for stretch in stretches]
        firsts = [stretch.first for stretch in stretches]
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

    def _stretches(self, text_page: object, count: int) -> tuple[list[Stretch], int]:
        """The page's lines as text, and by how many quarters of a turn they are turned."""
        if count + _SPARE_UNITS > len(self._text):
            self._text = units_buffer(2 * (count + _SPARE_UNITS))
        units = raw.FPDFText_GetText(text_page, 0, count, self._text)
        text = ctypes.string_at(self._text, 2 * max(units - 1, 0)).decode("utf-16-le", "surrogatepass")
        quarters = quarters_of(text_page, count, text)
        self._places.start(quarters)
        # pdfium counts code units: a pair of surrogates stays two characters until its line is cut out.
        has_pairs = len(text) < units - 1
        # Characters without Unicode are left out of the text, and then positions in it are not their numbers.
        is_even = units - 1 == count
        if has_pairs:
            text = "".join(map(as_units, text))
        elif is_even:
            text = self._with_ligatures(text_page, text)
        if "\xad" in text and is_even:
            text = self._places.hyphens_drawn(text_page, text, [match.start() for match in _SOFT.finditer(text)])
        text = _SYMBOL_BULLET.sub("•", text.replace("\t", " "))
        if _DIVIDED in text:
            text = text.replace(_DIVIDED, HYPHEN + "\r\n")
        if HYPHEN in text:
            text = text.replace(HYPHEN, HYPHEN + "\n")
        stretches: list[Stretch] = []
        inserted = 0
        for match in _STRETCH.finditer(text):
            units_of_line = match.group().rstrip(" \r")
            first = place = match.start() - inserted
            last = place + len(units_of_line) - 1
            if not is_even:
                first = raw.FPDFText_GetCharIndexFromTextIndex(text_page, first)
                last = raw.FPDFText_GetCharIndexFromTextIndex(text_page, last)
            shown = from_units(units_of_line) if has_pairs else units_of_line
            stretches.append(Stretch(shown, first, last, Span(place, units_of_line, is_even)))
            inserted += units_of_line[-1] == HYPHEN
        return stretches, quarters

    def _measured(self, text_page: object, stretches: Sequence[Stretch]) -> list[Line]:
        """The lines with their places and fonts, as their first and last characters tell."""
        heads = [head_of(stretch) for stretch in stretches]
        firsts = self._places.boxes(text_page, [stretch.first for stretch in stretches])
        lasts = self._places.boxes(text_page, [stretch.last for stretch in stretches])
        moved = [number for number, stretch in enumerate(stretches) if heads[number] != stretch.first]
        uprights = firsts.copy()
        for number, box in zip(moved, self._places.boxes(text_page, [heads[at] for at in moved]), strict=True):
            uprights[number] = box
        self._places.set_heights(text_page, uprights, heads, [stretch.text for stretch in stretches])
        types = self._types(text_page, stretches, heads)
        lines = []
        self._falling = set()
        for number, (stretch, first, last, head, (is_bold, is_fixed)) in enumerate(
            zip(stretches, firsts, lasts, uprights, types, strict=True)
        ):
            bottom, height = head.bottom, head.top - head.bottom
            # The first character stands on the right in Arabic and Hebrew.
            left, right = min(first.left, last.left), max(first.right, last.right)
            if bottom - last.bottom > height:
                self._falling.add(number)
            lines.append(Line(stretch.text, left, right, bottom, height, is_bold, is_fixed))
        return lines

    def _types(self, text_page: object, stretches: Sequence[Stretch], heads: Sequence[int]) -> list[tuple[bool, bool]]:
        """Whether each line is bold and of fixed pitch: all of it is, if its ends are."""
        types = [_PLAIN] * len(stretches)
        long = [number for number, stretch in enumerate(stretches) if len(stretch.text) > MIN_FONT_TEXT]
        for number, found in zip(long, self._fonts.look(text_page, [heads[at] for at in long]), strict=True):
            types[number] = found
        marked = [number for number in long if types[number] != _PLAIN]
        for number, other in zip(
            marked, self._fonts.look(text_page, [stretches[at].last for at in marked]), strict=True
        ):
            types[number] = (types[number][0] and other[0], types[number][1] and other[1])
        return types

    def _with_ligatures(self, text_page: object, text: str) -> str:
        """The text with lam and alef in their order, or lam and meem, where one sign stands for both: pdfium takes it
        for two, and turns them round with the rest of the line."""
        for match in _TURNED_LAM.finditer(text):
            first, second = self._places.boxes(text_page, [match.start(), match.start() + 1])
            if is_one_sign([first[:2], second[:2]]):
                text = text[: match.start()] + match.group()[::-1] + text[match.end() :]
        return text

    def _uneven(self, text_page: object, lines: list[Line], spans: list[Span]) -> set[int]:
        """The numbers of the lines that may hold wide gaps or raised signs: their runs of text tell, or their width."""
        if _LONE_LETTER.search("\n".join([line.text for line in lines])):
            for number, line in enumerate(lines):
                if _LONE_LETTER.search(line.text) and has_false_blanks(
                    line, self._places.of_line(text_page, line, spans[number])
                ):
                    return set(range(len(lines)))
        uneven = uneven_lines(lines, doubtful_runs(text_page)) | self._falling | loose_lines(lines)
        return uneven | {
            number for number, line in enumerate(lines) if " " in line.text and _LIGATURE.search(line.text)
        }

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
        indexes = span.indexes(text_page)
        boxes = self._places.boxes(text_page, indexes)
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
