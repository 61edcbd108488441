"""Part what pdfium gives as one line: cells with wide gaps between them, and signs set higher. Pure functions."""

from __future__ import annotations

import itertools
import operator
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ingest.reading.readers.pdf.lines import Line, has_right_to_left
from ingest.reading.readers.superscripts import with_raised

# In heights of the line.
_GAP = 0.75
_DOUBT = 0.65  # From here on a gap between two runs of text is looked at closer.
_SMALL, _RAISED = 0.85, 0.2
_SMALL_RUN, _RAISED_RUN = 0.7, 0.3  # Of the box that its signs fill.
_LOOSE = 1.2  # Times the usual width of a character.
_LONG, _NARROW = 40, 0.75  # Characters, and times the usual width.
_WIDE = 0.6  # In heights, that of characters in most type.
_MIN_TEXT = 12
_SIGNS_PER_JUMP = 8  # Fewer from one to the next are text that runs aslant.
_NO_GAP = 0.06  # Heights, between letters of one word.
_AFTER_LIGATURE = re.compile("f[fil] ")
_SET_BACK = 0.1  # Heights that a blank reaches back into the letter before it, which it is not to part.
_CUT = 1.0  # Points: characters may reach over a line that parts them.
_MIN_DOUBT = 3.0  # Points: the same in the smallest type.
# Of scripts whose letters are not joined: in others a blank may need no place.
_LETTERS = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u052f]{2}")


class Box(NamedTuple):
    """In points from the page's lower left corner."""

    left: float
    right: float
    bottom: float
    top: float


_left_of, _right_of, _bottom_of = map(operator.itemgetter, range(3))


def is_doubtful(before: Box, run: Box) -> bool:
    """True where two runs stand beside each other with a gap, or the second is much lower in height."""
    return (
        run.bottom < before.top
        and run.top > before.bottom
        and (run.left - before.right > _MIN_DOUBT or 2 * (run.top - run.bottom) < 1.7 * (before.top - before.bottom))
    )


def uneven_lines(lines: Sequence[Line], runs: Iterable[tuple[Box, Box]]) -> set[int]:
    """The numbers of the lines that hold wide gaps or signs set higher, given the runs where that is in doubt.

    Each comes with the run before it; both are in the order of the text.
    """
    return set(_lines_of(runs, lines))


def loose_lines(lines: Sequence[Line]) -> set[int]:
    """The numbers of the lines that are wide for their text: gaps may stand within what is drawn at once; or narrow:
    they go back to another column."""
    widths: defaultdict[float, list[float]] = defaultdict(list)
    measured: list[tuple[int, int, int, float]] = []
    for number, (text, left, right, _, height, *_) in enumerate(lines):
        length, size = len(text), round(height)
        width = (right - left) / (height * length)
        if length >= _MIN_TEXT and text.isascii():
            widths[size].append(width)
        if " " in text:
            measured.append((number, size, length, width))
    usual = {size: min(sorted(found)[len(found) * 2 // 5], _WIDE) for size, found in widths.items()}
    return {
        number
        for number, size, length, width in measured
        if width > _LOOSE * (most := usual.get(size, _WIDE)) or (length >= _LONG and width < _NARROW * most)
    }


def _lines_of(runs: Iterable[tuple[Box, Box]], lines: Sequence[Line]) -> Iterator[int]:
    number = 0
    for before, (left, right, bottom, top) in runs:
        across, up = (left + right) / 2, (bottom + top) / 2
        for ahead in itertools.chain(range(number, len(lines)), range(number)):
            line = lines[ahead]
            height = line.height
            if not (line.left - 1 <= across <= line.right + 1 and -0.3 <= (up - line.bottom) / height <= 1.3):
                continue
            number = ahead
            is_small = top - bottom < _SMALL_RUN * height and bottom > line.bottom + _RAISED_RUN * height
            if left - before.right > _DOUBT * height or is_small:
                yield ahead
            break


def has_false_blanks(line: Line, boxes: Sequence[Box]) -> bool:
    """True where a blank stands within a word: it takes no place, and neither is there a gap."""
    return any(_is_false_blank(line, boxes, index) for index in range(1, len(boxes) - 1))


def _is_false_blank(line: Line, boxes: Sequence[Box], index: int) -> bool:
    if line.text[index] != " ":
        return False
    if boxes[index].right > boxes[index].left and boxes[index].left >= boxes[index - 1].right - _SET_BACK * line.height:
        return False
    if not _LETTERS.fullmatch(line.text[index - 1] + line.text[index + 1]):
        return False
    gap = boxes[index + 1].left - boxes[index - 1].right
    return -line.height < gap < _NO_GAP * line.height


def parted(line: Line, boxes: Sequence[Box], cuts: Sequence[float] = (), columns: Sequence[float] = ()) -> list[Line]:
    """The line's cells, given the box of each of its characters; the line itself where it has no more than one.

    `cuts` are where lines are drawn through it from above, `columns` where columns part it, however narrow the gap.
    """
    if len(boxes) != len(line.text):
        return [line]
    cells: list[list[int]] = [[]]
    apart: set[int] = set()
    jumps = 0
    before = boxes[0]
    height, wide = line.height, _GAP * line.height
    for index, (sign, box) in enumerate(zip(line.text, boxes, strict=True)):
        if sign == " ":
            continue
        left, _, bottom, _ = box
        is_below = before.bottom - bottom > height
        is_back = left < before.left - height and not is_below
        jumps += is_back or is_below
        if (is_back and has_right_to_left(line.text)) or index < _SIGNS_PER_JUMP * (jumps - 1):
            return [line]  # From right to left, or aslant.
        gap = left - before.right
        is_cut = bool(cuts) and any(before.right - _CUT < place < left + _CUT for place in cuts)
        is_apart = bool(columns) and any(before.right - _CUT < place < left + _CUT for place in columns)
        if cells[-1] and (is_below or is_back or is_cut or is_apart or gap > wide):
            cells.append([])
            apart |= {index} if is_apart else set()
        cells[-1].append(index)
        before = box
    found = [
        part_of(line, boxes, indexes[0], indexes[-1] + 1)._replace(is_apart=indexes[0] in apart)
        for indexes in cells
        if indexes
    ]
    return [cell for cell in found if cell.text]


def part_of(line: Line, boxes: Sequence[Box], start: int, end: int) -> Line:
    """Some of the line's characters, from `start` to before `end`, as a line of their own."""
    text = ""
    raised = ""
    inside = boxes[start:end]
    if line.bottom - boxes[start].bottom > line.height:  # The next line of text, which pdfium took for the same.
        line = line._replace(bottom=boxes[start].bottom, height=boxes[start].top - boxes[start].bottom, is_bold=False)
    is_plain = not has_raised(inside, line) and all(map(operator.lt, map(_left_of, inside), map(_right_of, inside)))
    is_plain = is_plain and _AFTER_LIGATURE.search(line.text, start, end) is None
    for index in range(start, end if not is_plain else start):
        box = boxes[index]
        if line.text[index] != " " and is_raised_box(box, line):
            raised += line.text[index]
            continue
        if start < index < end - 1 and _is_false_blank(line, boxes, index):
            continue
        if raised:
            is_within = text and raised[-1].isalpha() and line.text[index].isalpha()
            text, raised = text + raised if is_within else with_raised(text, raised) if text else _leading(raised), ""
        text += line.text[index]
    if raised:
        text = with_raised(text, raised) if text else raised
    return line._replace(
        text=re.sub(" +", " ", line.text[start:end] if is_plain else text).strip(" "),
        left=min(map(_left_of, inside)),
        right=max(map(_right_of, inside)),
    )


def _leading(mark: str) -> str:
    """A raised mark before a text, as at the foot of a page."""
    return f"[{mark}] " if mark.isdigit() else mark


def has_raised(boxes: Sequence[Box], line: Line) -> bool:
    """True where one of the boxes is that of a raised sign."""
    if max(map(_bottom_of, boxes), default=0.0) <= line.bottom + _RAISED * line.height:
        return False
    return any(is_raised_box(box, line) for box in boxes)


def is_raised_box(box: Box, line: Line) -> bool:
    return 0 < box.top - box.bottom < _SMALL * line.height and box.bottom > line.bottom + _RAISED * line.height
