"""Split what pdfium gives as one line: at wide gaps between cells, and at raised characters. Pure functions."""

from __future__ import annotations

import itertools
import operator
import re
from collections.abc import Iterator, Sequence

from ingest.reading.readers.pdf.boxes import Boxes
from ingest.reading.readers.pdf.letterspacing import is_spaced, spacing_of
from ingest.reading.readers.pdf.lines import Line, has_right_to_left
from ingest.reading.readers.superscripts import with_superscript

# In line heights.
_GAP = 0.75
_SMALL, _RAISED = 0.85, 0.2
_WIDER, _WORDS_APART = 1.7, 6.0  # Times the letter spacing: between words, and between cells.
_SIGNS_PER_JUMP = 8  # Characters between jumps; with fewer, the text runs at an angle.
_NO_GAP = 0.06  # Heights: the widest gap between letters of one word.
_AFTER_LIGATURE = re.compile("f[fil] ")
_SET_BACK = 0.1  # Heights by which a real blank may overlap the letter before it.
_NEARLY = 0.99
_CUT = 1.0  # Points by which characters may overlap a line that divides them.
# Scripts whose letters are not joined; in others a real blank may have no width.
_LETTERS = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u052f]{2}")


def has_false_blanks(line: Line, boxes: Boxes) -> bool:
    """Whether there is a blank inside a word: one that has no width and leaves no gap."""
    return any(_is_false_blank(line, boxes, index) for index in _blanks_in(line.text, 1, len(boxes.lefts) - 1))


def _blanks_in(text: str, start: int, end: int) -> Iterator[int]:
    """The indexes of the blanks from `start` to before `end`."""
    index = text.find(" ", start, end)
    while index >= 0:
        yield index
        index = text.find(" ", index + 1, end)


def _is_false_blank(line: Line, boxes: Boxes, index: int) -> bool:
    """Whether the blank at the index has no width and leaves no gap."""
    text, lefts, rights = line.text, boxes.lefts, boxes.rights
    if rights[index] > lefts[index] and lefts[index] >= rights[index - 1] - _SET_BACK * line.height:
        return False
    if not _LETTERS.fullmatch(text[index - 1] + text[index + 1]):
        return False
    gap = lefts[index + 1] - rights[index - 1]
    return -line.height < gap < _NO_GAP * line.height


def parted(line: Line, boxes: Boxes, cuts: Sequence[float] = (), columns: Sequence[float] = ()) -> list[Line]:
    """Split a line into cells, given the boxes of its characters. A line with one cell is returned unchanged.

    `cuts` are positions of vertical lines drawn through it; at `columns` it is split however narrow the gap.
    """
    if len(boxes.lefts) != len(line.text):
        return [line]
    signs = list(itertools.compress(range(len(line.text)), map(" ".__ne__, line.text)))
    apart: set[int] = set()
    spacing = spacing_of(boxes.lefts, boxes.rights, signs) if is_spaced(line.text) else 0.0
    wide = max(_GAP * line.height, _WORDS_APART * spacing)
    ends = _ends_of_cells(line, boxes, signs, wide, cuts, columns, apart)
    if ends is None:
        return [line]
    is_plain = (
        spacing == 0 and min(boxes.bottoms) >= line.bottom - line.height and _is_plain(line, boxes, 0, len(line.text))
    )
    found = []
    start = 0
    for end in [*ends, len(signs)]:
        first, last = signs[start], signs[end - 1] + 1
        cell = _plain_part(line, boxes, first, last) if is_plain else slice_line(line, boxes, first, last, spacing)
        if cell.text:
            found.append(cell._replace(is_apart=True) if first in apart else cell)
        start = end
    return found


def _ends_of_cells(
    line: Line,
    boxes: Boxes,
    signs: Sequence[int],
    wide: float,
    cuts: Sequence[float],
    columns: Sequence[float],
    apart: set[int],
) -> list[int] | None:
    """The indexes into `signs`, the characters that are not blanks, at which a new cell begins: after a gap wider than
    `wide`, or at a cut. None if the line is not to be split. Cells begun by `columns` are added to `apart`."""
    height = line.height
    lefts, rights, bottoms, _ = boxes
    if len(signs) < len(lefts):
        lefts, rights, bottoms = (list(map(edges.__getitem__, signs)) for edges in (lefts, rights, bottoms))
    gaps = list(map(operator.sub, lefts[1:], rights))
    ends = {number for number, gap in enumerate(gaps, 1) if gap > wide} if max(gaps, default=0.0) > wide else set()
    if cuts or columns:
        for number, (right, left) in enumerate(zip(rights, lefts[1:], strict=False), 1):
            if any(right - _CUT < place < left + _CUT for place in columns):
                apart.add(signs[number])
                ends.add(number)
            elif any(right - _CUT < place < left + _CUT for place in cuts):
                ends.add(number)
    # Few lines jump back or drop; a quick check finds those that do not.
    if min(map(operator.sub, lefts[1:], lefts), default=0.0) >= -_NEARLY * height and (
        max(bottoms) - min(bottoms) <= height
    ):
        return sorted(ends)
    jumps = 0
    for number in range(1, len(signs)):
        is_below = bottoms[number - 1] - bottoms[number] > height
        is_back = lefts[number] < lefts[number - 1] - height and not is_below
        jumps += is_back or is_below
        if (is_back and has_right_to_left(line.text)) or signs[number] < _SIGNS_PER_JUMP * (jumps - 1):
            return None  # Right-to-left text, or text at an angle.
        if is_below or is_back:
            ends.add(number)
    return sorted(ends)


def slice_line(line: Line, boxes: Boxes, start: int, end: int, spacing: float = 0.0) -> Line:
    """The characters from `start` up to, but not including, `end` as a line of their own. `spacing` is the distance
    between the letters of a word in letter-spaced text."""
    bottom, top = boxes.bottoms[start], boxes.tops[start]
    if line.bottom - bottom > line.height:  # pdfium joined the next line of text to this one.
        line = line._replace(bottom=bottom, height=top - bottom, is_bold=False)
    part = _plain_part(line, boxes, start, end)
    if spacing == 0 and _is_plain(line, boxes.part(start, end), start, end):
        return part
    return part._replace(text=squeezed(_with_signs_set(line, boxes, start, end, spacing)))


def _is_plain(line: Line, boxes: Boxes, start: int, end: int) -> bool:
    """Whether the characters from `start` to before `end`, with the given boxes, hold no raised character and no false
    blank."""
    return (
        all(map(operator.lt, boxes.lefts, boxes.rights))
        and _AFTER_LIGATURE.search(line.text, start, end) is None
        and not raised_in(boxes, line)
    )


def _plain_part(line: Line, boxes: Boxes, start: int, end: int) -> Line:
    left, right = min(boxes.lefts[start:end]), max(boxes.rights[start:end])
    return Line(squeezed(line.text[start:end]), left, right, *line[3:])


def squeezed(text: str) -> str:
    return (re.sub(" +", " ", text) if "  " in text else text).strip(" ")


def _with_signs_set(line: Line, boxes: Boxes, start: int, end: int, spacing: float) -> str:
    """The text of some characters, with raised characters marked and false blanks left out."""
    marks = {index for index in _raised_between(boxes, line, start, end) if line.text[index] != " "}
    text = raised = ""
    place = start
    for index in [*sorted(marks.union(_false_blanks(line, boxes, start, end, spacing))), end]:
        if place < index:
            if raised:
                is_within = text and raised[-1].isalpha() and line.text[place].isalpha()
                text = text + raised if is_within else with_superscript(text, raised) if text else _leading(raised)
            text, raised = text + line.text[place:index], ""
        if index in marks:
            raised += line.text[index]
        place = index + 1
    if raised:
        text = with_superscript(text, raised) if text else raised
    return text


def _false_blanks(line: Line, boxes: Boxes, start: int, end: int, spacing: float) -> Iterator[int]:
    """The indexes of the blanks from `start` to before `end` that part no words."""
    lefts, rights = boxes.lefts, boxes.rights
    for index in _blanks_in(line.text, start + 1, end):
        is_within = spacing > 0 and lefts[index + 1] - rights[index - 1] < _WIDER * spacing
        if is_within or (index < end - 1 and _is_false_blank(line, boxes, index)):
            yield index


def _leading(mark: str) -> str:
    """A raised mark at the start of a text, as in a footnote."""
    return f"[{mark}] " if mark.isdigit() else mark


def raised_in(boxes: Boxes, line: Line) -> list[int]:
    """The numbers of the boxes of raised characters."""
    return _raised_between(boxes, line, 0, len(boxes.bottoms))


def _raised_between(boxes: Boxes, line: Line, start: int, end: int) -> list[int]:
    bottoms, tops = boxes.bottoms[start:end], boxes.tops
    level, highest = line.bottom + _RAISED * line.height, _SMALL * line.height
    if max(bottoms, default=level) <= level:
        return []
    return [
        number for number, bottom in enumerate(bottoms, start) if bottom > level and 0 < tops[number] - bottom < highest
    ]
