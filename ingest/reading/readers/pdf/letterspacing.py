"""Letter-spaced text, as in "T I T L E": measure the spacing, to find where words end. Pure functions."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence

_MIN_WORDS, _MOSTLY = 5, 0.7  # Words in the line; share of them that are single letters.


def is_spaced(text: str) -> bool:
    words = text.split()
    return len(words) >= _MIN_WORDS and sum(len(word) == 1 and word.isalpha() for word in words) > _MOSTLY * len(words)


def spacing_of(lefts: Sequence[float], rights: Sequence[float], signs: Sequence[int]) -> float:
    """The distance between letters of a word in a letter-spaced line, in points, given the sides of its characters and
    the numbers of those that are not blanks."""
    gaps = [lefts[after] - rights[before] for before, after in itertools.pairwise(signs)]
    return max(statistics.median(gaps), 0.0)
