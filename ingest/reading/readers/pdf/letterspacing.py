"""Letter-spaced text, as in "T I T L E": measure the spacing, to find where words end. Pure functions."""

from __future__ import annotations

import itertools
import operator
import re
import statistics
from collections.abc import Sequence

from ingest.reading.readers.pdf.boxes import Boxes

_LONGEST_WORD = 24
_ONLY_LETTERS = re.compile(r"[A-Za-z][A-Za-z,.;:'()-]*$")
_TOUCHING, _NARROW = 0.025, 0.07  # Heights, between letters of a word, and between words.
_MIN_WORDS, _MOSTLY = 5, 0.7  # Words in the line; share of them that are single letters.


def is_spaced(text: str) -> bool:
    words = text.split()
    return len(words) >= _MIN_WORDS and sum(len(word) == 1 and word.isalpha() for word in words) > _MOSTLY * len(words)


def spacing_of(lefts: Sequence[float], rights: Sequence[float], signs: Sequence[int]) -> float:
    """The distance between letters of a word in a letter-spaced line, in points, given the sides of its characters and
    the numbers of those that are not blanks."""
    gaps = [lefts[after] - rights[before] for before, after in itertools.pairwise(signs)]
    return max(statistics.median(gaps), 0.0)


def is_glued(text: str) -> bool:
    """Whether the line has a word too long to be one: its blanks may be too narrow to be known as such."""
    return any(len(word) > _LONGEST_WORD and word.isascii() and _ONLY_LETTERS.match(word) for word in text.split())


def unglued(text: str, boxes: Boxes, height: float) -> tuple[str, Boxes]:
    """The line's text with blanks where its letters stand apart, if most of them touch, and the boxes of its
    characters."""
    gaps = list(map(operator.sub, boxes.lefts[1:], boxes.rights))
    if not gaps or statistics.median(gaps) > _TOUCHING * height:
        return text, boxes
    ends = [at for at, gap in enumerate(gaps, 1) if gap > _NARROW * height and " " not in text[at - 1 : at + 1]]
    stretches = list(itertools.pairwise([0, *ends, len(text)]))
    each = boxes.each()
    with_blanks = [[*each[start:end], each[end - 1]._replace(left=each[end - 1].right)] for start, end in stretches]
    found = list(itertools.chain.from_iterable(with_blanks))[:-1]
    return " ".join([text[start:end] for start, end in stretches]), Boxes.of(found)
