"""The lines of a page as pdfium gives them, with positions and fonts.

A long book has some hundred thousand lines, so pdfium is asked about many of them at once (`bulk.py`).
"""

from __future__ import annotations

import ctypes
import itertools
import operator
import re
from collections.abc import Iterator, Mapping, Sequence

from pypdfium2 import raw

from ingest.reading.readers.encoding import from_units
from ingest.reading.readers.pdf.boxes import Box, reaching
from ingest.reading.readers.pdf.bulk import indexes_at
from ingest.reading.readers.pdf.characters import (
    Places,
    Span,
    TextLines,
    as_units,
    blocks_of,
    heads_of,
    stretches_of,
    units_buffer,
)
from ingest.reading.readers.pdf.covers import NOTHING_PAINTED, Cover, Painted, uncovered
from ingest.reading.readers.pdf.drawn_bullets import with_bullets
from ingest.reading.readers.pdf.figures import Row, cuts_between, may_hold_columns, names_above, words_of
from ingest.reading.readers.pdf.fonts import Fonts
from ingest.reading.readers.pdf.gaps import has_false_blanks, parted, slice_line, squeezed
from ingest.reading.readers.pdf.letterspacing import is_glued, is_spaced, unglued
from ingest.reading.readers.pdf.line_repair import each_once, with_true_heights
from ingest.reading.readers.pdf.lines import Line, has_neighbours
from ingest.reading.readers.pdf.odd_signs import with_odd_signs, with_symbol_bullets
from ingest.reading.readers.pdf.overprint import Run, each_sign_once, is_overprinted
from ingest.reading.readers.pdf.rotation import box_of, quarters_of, turned
from ingest.reading.readers.pdf.rules import NOTHING_DRAWN, Drawn, crossings, rules_of
from ingest.reading.readers.pdf.tags import NO_TAGS, Tags
from ingest.reading.readers.pdf.text import is_noise
from ingest.reading.readers.pdf.unevenness import (
    lines_of_odd_width,
    uneven_lines,
    with_ligatures,
    with_lone_letters,
    with_long_words,
)

_MIN_BUFFER = 10_000  # Code units; few pages have more.
_SPARE_UNITS = 512
_MIN_NEIGHBOURS = 2  # With fewer, the page has no cells.
_MANY = 8  # Lines to be examined, before the page is asked whether it is worth it.
_NO_CUTS: list[float] = []
_WITHOUT_BLANK = re.compile("  |[a-z][A-Z]")  # Signs were taken out, or a blank with them.


class LineReader:
    """Reads pdfium text pages, one after the other, reusing its buffers."""

    def __init__(self) -> None:
        self._places = Places()
        self._text = units_buffer(_MIN_BUFFER)
        self._fonts = Fonts()
        self._runs: list[Run] = []  # What is drawn at once, in the order of the text.
        self._has_blanks = False  # In place of signs that are not seen, or not for the first time.
        self._falling: set[int] = set()  # Lines whose end is lower than their start: pdfium joined two.

    def lines(
        self, page: object, text_page: object, tags: Tags = NO_TAGS, painted: Painted = NOTHING_PAINTED
    ) -> tuple[list[Line], Drawn]:
        """The lines that a page shows in the order of its text, and the straight lines drawn on it, asked for where
        text stands beside text: the same whichever pages were read before."""
        self._fonts.forget()
        count = raw.FPDFText_CountChars(text_page)
        if count <= 0:
            return [], NOTHING_DRAWN
        stretches, quarters = self._stretches(text_page, count, painted.covers)
        if not stretches.texts:
            return [], NOTHING_DRAWN
        stretches = with_symbol_bullets(text_page, stretches)
        lines, stretches = self._measured(text_page, stretches, box_of(page, quarters))
        lines = with_true_heights(lines)
        uneven = set(range(len(lines))) if quarters else self._uneven(text_page, lines, stretches)
        if len(uneven) > _MANY and is_noise(lines):
            return lines, NOTHING_DRAWN
        doubtful = dict.fromkeys(uneven, _NO_CUTS) | self._columns(text_page, lines, stretches)
        pieces = self._by_tags(text_page, lines, stretches, tags) if tags.blocks else {}
        open_lines = doubtful.keys() - pieces.keys()
        pieces |= {at: self._parted(text_page, lines[at], stretches.span(at), (), doubtful[at]) for at in open_lines}
        whole = _with_pieces(lines, pieces)
        straight = NOTHING_DRAWN
        if has_neighbours(whole, _MIN_NEIGHBOURS):
            straight = turned(rules_of(page, self._places.room, is_laid_across=quarters % 2 == 1), quarters)
            crossed = {
                at: self._parted(text_page, lines[at], stretches.span(at), cuts, doubtful.get(at, ()))
                for at, cuts in crossings(lines, straight.upright)
                if at in open_lines or at not in pieces
            }
            whole = _with_pieces(lines, pieces | crossed) if crossed else whole
        if painted.marks and quarters == 0:
            whole = with_bullets(whole, painted.marks)
        if self._has_blanks:
            whole = [line._replace(text=squeezed(line.text)) for line in whole]
        return each_once(whole), straight

    def _stretches(self, text_page: object, count: int, covers: Sequence[Cover]) -> tuple[TextLines, int]:
        """The page's lines as text, and by how many quarters of a turn they are turned."""
        if count + _SPARE_UNITS > len(self._text):
            self._text = units_buffer(2 * (count + _SPARE_UNITS))
        units = raw.FPDFText_GetText(text_page, 0, count, self._text)
        text = ctypes.string_at(self._text, 2 * max(units - 1, 0)).decode("utf-16-le", "surrogatepass")
        quarters = quarters_of(text_page, count, text, self._places.room)
        self._places.start(quarters)
        # pdfium counts code units, so a surrogate pair stays two characters until its line is cut out.
        has_pairs = len(text) < units - 1
        # The text lacks characters without Unicode; then its offsets are not pdfium's character numbers.
        is_even = units - 1 == count
        text = text.replace("\t", " ")
        self._runs = [] if quarters else list(self._places.room.runs(text_page))
        is_twice = is_overprinted(self._runs)
        self._has_blanks = is_twice or bool(covers)
        if self._has_blanks:
            text = "".join(map(as_units, text)) if has_pairs else text
            indexes = range(len(text)) if is_even else indexes_at(text_page, range(len(text)))
            text = uncovered(text_page, text, indexes, covers, self._places.room) if covers else text
            text = each_sign_once(text, self._places.room.boxes(text_page, indexes)) if is_twice else text
        if not text.isascii():
            text = with_odd_signs(self._places, text_page, text, has_pairs=has_pairs, is_even=is_even)
        return stretches_of(text_page, text, has_pairs=has_pairs, is_even=is_even), quarters

    def _measured(self, text_page: object, stretches: TextLines, box: Box | None) -> tuple[list[Line], TextLines]:
        """The lines inside the visible box of the page with positions and fonts, measured at their first and last
        characters; all lines if none is inside."""
        firsts, lasts = (self._places.boxes(text_page, ends) for ends in (stretches.firsts, stretches.lasts))
        # In Arabic and Hebrew the first character is on the right.
        lefts, rights = list(map(min, firsts.lefts, lasts.lefts)), list(map(max, firsts.rights, lasts.rights))
        inside = reaching(lefts, rights, box.left, box.right) if box else []
        if inside:
            stretches, firsts, lasts = stretches.kept(inside), firsts.kept(inside), lasts.kept(inside)
            lefts, rights = list(itertools.compress(lefts, inside)), list(itertools.compress(rights, inside))
        indexes = heads_of(stretches)
        bottoms, tops = self._places.heads(text_page, stretches, indexes, firsts)
        heights = list(map(operator.sub, tops, bottoms))
        inside = reaching(bottoms, list(map(operator.add, bottoms, heights)), box.bottom, box.top) if box else []
        if inside:
            stretches, lasts = stretches.kept(inside), lasts.kept(inside)
            indexes, lefts, rights, bottoms, heights = (
                list(itertools.compress(column, inside)) for column in (indexes, lefts, rights, bottoms, heights)
            )
        falls = map(operator.sub, bottoms, lasts.bottoms)
        self._falling = {number for number, is_lower in enumerate(map(operator.gt, falls, heights)) if is_lower}
        types = self._fonts.types(text_page, stretches.texts, indexes, stretches.lasts)
        are_bold, are_fixed = zip(*types, strict=True) if types else (itertools.repeat(object=False),) * 2
        rest = itertools.repeat(-1), itertools.repeat(object=False)
        columns = zip(stretches.texts, lefts, rights, bottoms, heights, are_bold, are_fixed, *rest, strict=False)
        # A third of the time of calling Line(…).
        return list(map(tuple.__new__, itertools.repeat(Line), columns)), stretches

    def _uneven(self, text_page: object, lines: list[Line], stretches: TextLines) -> set[int]:
        """The numbers of lines that may hold wide gaps or raised characters, judged by their runs or their width."""
        texts = [line.text for line in lines]
        alone = with_lone_letters(texts)
        if any(
            has_false_blanks(lines[at], self._places.of_line(text_page, lines[at], stretches.span(at))) for at in alone
        ):
            return set(range(len(lines)))
        spaced = {number for number, text in enumerate(texts) if is_spaced(text)} if alone else set()
        by_texts = spaced | with_ligatures(texts) | with_long_words(texts)
        if self._has_blanks:
            by_texts |= {number for number, text in enumerate(texts) if _WITHOUT_BLANK.search(text)}
        return uneven_lines(lines, self._runs) | self._falling | lines_of_odd_width(lines) | by_texts

    def _columns(self, text_page: object, lines: list[Line], stretches: TextLines) -> dict[int, list[float]]:
        """Positions at which lines with figures of several columns are to be split, by line number."""
        rows = may_hold_columns(lines)
        if not rows:
            return {}

        def row(number: int) -> Row:
            boxes = self._places.of_line(text_page, lines[number], stretches.span(number))
            return Row(number, lines[number], words_of(stretches.units[number], boxes))

        return cuts_between([*map(row, rows)], [*map(row, names_above(lines, rows))])

    def _parted(
        self, text_page: object, line: Line, span: Span, cuts: Sequence[float], columns: Sequence[float]
    ) -> list[Line]:
        """The cells of a line."""
        boxes = self._places.of_line(text_page, line, span)
        if is_glued(span.units) or (self._has_blanks and _WITHOUT_BLANK.search(span.units)):
            units, boxes = unglued(span.units, boxes, line.height)
            line, span = line._replace(text=units), span._replace(units=units)
        if span.units == line.text:
            return parted(line, boxes, cuts, columns)
        cells = parted(line._replace(text=span.units), boxes, cuts, columns)
        return [cell._replace(text=from_units(cell.text)) for cell in cells]

    def _by_tags(self, text_page: object, lines: list[Line], stretches: TextLines, tags: Tags) -> dict[int, list[Line]]:
        """The pieces of lines that belong to several tagged blocks, by line number. Other lines get their block's
        number in place."""
        firsts, lasts = (blocks_of(text_page, ends, tags) for ends in (stretches.firsts, stretches.lasts))
        pieces = {}
        for number, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
            if first != last:
                pieces[number] = list(self._of_blocks(text_page, lines[number], stretches.span(number), tags))
            elif first >= 0:
                lines[number] = lines[number]._replace(block=first)
        return pieces

    def _of_blocks(self, text_page: object, line: Line, span: Span, tags: Tags) -> Iterator[Line]:
        """The parts of a line that belong to different tagged blocks."""
        indexes = span.indexes(text_page)
        boxes = self._places.boxes(text_page, indexes)
        blocks = blocks_of(text_page, indexes, tags)
        start = 0
        for end in range(1, len(indexes) + 1):
            # Blanks that pdfium generates between words belong to no block.
            if end < len(indexes) and (span.units[end] == " " or blocks[end] == blocks[start]):
                continue
            piece = slice_line(line._replace(text=span.units), boxes, start, end)
            if piece.text:
                yield piece._replace(text=from_units(piece.text), block=blocks[start])
            start = end


def _with_pieces(lines: list[Line], pieces: Mapping[int, Sequence[Line]]) -> list[Line]:
    """The lines, with those that have pieces replaced by them."""
    if not pieces:
        return lines
    return [piece for number, line in enumerate(lines) for piece in pieces.get(number, (line,))]
