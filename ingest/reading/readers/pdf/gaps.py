"""Split what pdfium gives as one line: at wide gaps between cells, and at raised characters. Pure functions."""

from __future__ import annotations

import itertools
import math
import operator
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ingest.reading.readers.pdf.boxes import Boxes
from ingest.reading.readers.pdf.letterspacing import is_spaced, spacing_of
from ingest.reading.readers.pdf.lines import Line, has_right_to_left
from ingest.reading.readers.superscripts import with_raised

# In line heights.
_GAP = 0.75
_DOUBT = 0.65  # Wider gaps between two text runs are examined.
_SMALL, _RAISED = 0.85, 0.2
_SMALL_RUN, _RAISED_RUN = 0.7, 0.3  # Share of the line's height: a raised run's height, and its rise.
_LOOSE = 1.2  # Times the usual width of a character.
_WIDER, _WORDS_APART = 1.7, 6.0  # Times the letter spacing: between words, and between cells.
_LONG, _NARROW = 40, 0.75  # Characters of a long line; times the usual character width.
_WIDE = 0.6  # Heights: the width of a character in most fonts.
_MIN_TEXT = 12
_SIGNS_PER_JUMP = 8  # Characters between jumps; with fewer, the text runs at an angle.
_NO_GAP = 0.06  # Heights: the widest gap between letters of one word.
_AFTER_LIGATURE = re.compile("f[fil] ")
_SET_BACK = 0.1  # Heights by which a real blank may overlap the letter before it.
_NEARLY = 0.99
_CUT = 1.0  # Points by which characters may overlap a line that divides them.
_MIN_DOUBT = 3.0  # Points: the same for the smallest type.
# Scripts whose letters are not joined; in others a real blank may have no width.
_LETTERS = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u052f]{2}")


def uneven_lines(lines: Sequence[Line], runs: Iterable[tuple[float, float, float, float]]) -> set[int]:
    """The numbers of lines that hold wide gaps or raised characters. `runs` are the left, top, right and bottom of each
    text run, in the order of the text."""
    return set(_lines_of(_doubtful(runs), lines))


def _doubtful(runs: Iterable[tuple[float, float, float, float]]) -> Iterator[tuple[float, float, float, float, float]]:
    """The runs beside the one before that leave a gap or are much smaller, as gap, left, right, bottom and top. Most
    runs begin a new line and are skipped."""
    reach, low, high = math.inf, 0.0, 0.0
    for left, top, right, bottom in runs:
        if (
            left > reach - 1
            and bottom < high
            and top > low
            and (left - reach > _MIN_DOUBT or 2 * (top - bottom) < 1.7 * (high - low))
        ):
            yield left - reach, left, right, bottom, top
        reach, low, high = right, bottom, top


def loose_lines(lines: Sequence[Line]) -> set[int]:
    """The numbers of lines that are too wide for their text, so that a run may contain gaps, or too narrow, so that it
    may jump back to another column."""
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


def _lines_of(runs: Iterable[tuple[float, float, float, float, float]], lines: Sequence[Line]) -> Iterator[int]:
    number = 0
    for gap, left, right, bottom, top in runs:
        across, up = (left + right) / 2, (bottom + top) / 2
        for ahead in itertools.chain(range(number, len(lines)), range(number)):
            _, start, end, low, height, *_ = lines[ahead]
            if not (start - 1 <= across <= end + 1 and -0.3 <= (up - low) / height <= 1.3):
                continue
            number = ahead
            is_small = top - bottom < _SMALL_RUN * height and bottom > low + _RAISED_RUN * height
            if gap > _DOUBT * height or is_small:
                yield ahead
            break


def has_false_blanks(line: Line, boxes: Boxes) -> bool:
    """Whether there is a blank inside a word: one that has no width and leaves no gap."""
    return any(_is_false_blank(line, boxes, index) for index in range(1, len(boxes.lefts) - 1))


def _is_false_blank(line: Line, boxes: Boxes, index: int) -> bool:
    text, lefts, rights = line.text, boxes.lefts, boxes.rights
    if text[index] != " ":
        return False
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
    signs = [index for index, sign in enumerate(line.text) if sign != " "]
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
        cell = _plain_part(line, boxes, first, last) if is_plain else part_of(line, boxes, first, last, spacing)
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
        lefts, rights, bottoms = ([edges[index] for index in signs] for edges in (lefts, rights, bottoms))
    steps = zip(rights, lefts[1:], strict=False)
    gaps = map(operator.sub, lefts[1:], rights)
    ends = {number for number, gap in enumerate(gaps, 1) if gap > wide}
    if cuts or columns:
        for number, (right, left) in enumerate(steps, 1):
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


def part_of(line: Line, boxes: Boxes, start: int, end: int, spacing: float = 0.0) -> Line:
    """The characters from `start` up to, but not including, `end` as a line of their own. `spacing` is the distance
    between the letters of a word in letter-spaced text."""
    bottom, top = boxes.bottoms[start], boxes.tops[start]
    if line.bottom - bottom > line.height:  # pdfium joined the next line of text to this one.
        line = line._replace(bottom=bottom, height=top - bottom, is_bold=False)
    part = _plain_part(line, boxes, start, end)
    if spacing == 0 and _is_plain(line, boxes.part(start, end), start, end):
        return part
    return part._replace(text=_squeezed(_with_signs_set(line, boxes, start, end, spacing)))


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
    return Line(_squeezed(line.text[start:end]), left, right, *line[3:])


def _squeezed(text: str) -> str:
    return (re.sub(" +", " ", text) if "  " in text else text).strip(" ")


def _with_signs_set(line: Line, boxes: Boxes, start: int, end: int, spacing: float) -> str:
    """The text of some characters, with raised characters marked and false blanks left out."""
    lefts, rights = boxes.lefts, boxes.rights
    text = raised = ""
    for index in range(start, end):
        sign = line.text[index]
        if sign != " " and _is_raised(boxes.bottoms[index], boxes.tops[index], line):
            raised += sign
            continue
        if start < index < end - 1 and _is_false_blank(line, boxes, index):
            continue
        if spacing and sign == " " and index > start and lefts[index + 1] - rights[index - 1] < _WIDER * spacing:
            continue
        if raised:
            is_within = text and raised[-1].isalpha() and sign.isalpha()
            text, raised = text + raised if is_within else with_raised(text, raised) if text else _leading(raised), ""
        text += sign
    if raised:
        text = with_raised(text, raised) if text else raised
    return text


def _leading(mark: str) -> str:
    """A raised mark at the start of a text, as in a footnote."""
    return f"[{mark}] " if mark.isdigit() else mark


def raised_in(boxes: Boxes, line: Line) -> list[int]:
    """The numbers of the boxes of raised characters."""
    if max(boxes.bottoms, default=0.0) <= line.bottom + _RAISED * line.height:
        return []
    sides = zip(boxes.bottoms, boxes.tops, strict=True)
    return [number for number, (bottom, top) in enumerate(sides) if _is_raised(bottom, top, line)]


def _is_raised(bottom: float, top: float, line: Line) -> bool:
    return 0 < top - bottom < _SMALL * line.height and bottom > line.bottom + _RAISED * line.height
