"""Which lines of a page need a closer look: they may hold wide gaps or raised characters. Pure functions."""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ingest.reading.readers.pdf.letterspacing import is_glued
from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.signs import may_have_lone_letters

_LIGATURE = re.compile(r"f[fil]l? [a-z]")  # Programs may put a blank without width after a ligature.
_LIGATURES = ("ff ", "fi ", "fl ", "fil ", "fll ")  # How what is searched for begins: a faster test.
_LONE_LETTERS = frozenset("bcdefghjklmnopqrstuvwxyzBCDEFGHJKLMNOPQRSTUVWXYZ")  # They suggest blanks inside words.
# In line heights.
_DOUBT = 0.65  # Wider gaps between two text runs are examined.
_SMALL_RUN, _RAISED_RUN = 0.7, 0.3  # Share of the line's height: a raised run's height, and its rise.
_LOOSE = 1.2  # Times the usual width of a character.
_LONG, _NARROW = 40, 0.75  # Characters of a long line; times the usual character width.
_WIDE = 0.6  # Heights: the width of a character in most fonts.
_MIN_TEXT = 12
_LONG_WORDS = 9  # Characters from blank to blank, on average.
_MIN_DOUBT = 3.0  # Points: the same for the smallest type.


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


def lines_of_odd_width(lines: Sequence[Line]) -> set[int]:
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
            is_small = top - bottom < _SMALL_RUN * height and bottom > low + _RAISED_RUN * height
            if gap <= _DOUBT * height and not is_small and up < low and lines[min(ahead + 1, len(lines) - 1)][3] < low:
                continue  # It is raised in the next line, whose box reaches up to this one.
            number = ahead
            if gap > _DOUBT * height or is_small:
                yield ahead
            break


def with_lone_letters(texts: Sequence[str]) -> list[int]:
    """The numbers of the texts with letters between blanks that are no words of English."""
    if not may_have_lone_letters(" ".join(texts)):
        return []
    return [number for number, text in enumerate(texts) if not _LONE_LETTERS.isdisjoint(text.split())]


def with_long_words(texts: Sequence[str]) -> set[int]:
    """The numbers of the texts with a word that may be several, whose blanks are narrow."""
    long = [number for number, text in enumerate(texts) if len(text) > _LONG_WORDS * (text.count(" ") + 1)]
    return {number for number in long if is_glued(texts[number])}


def with_ligatures(texts: Sequence[str]) -> set[int]:
    """The numbers of the texts with a blank behind what may be a ligature."""
    whole = "\n".join(texts)
    if not any(sign in whole for sign in _LIGATURES):
        return set()
    return {number for number, text in enumerate(texts) if _LIGATURE.search(text)}
