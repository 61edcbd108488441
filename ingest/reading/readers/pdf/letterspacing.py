"""Letters that are set apart, as in "T I T L E": how far, so that words are told from them. Pure functions."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence

_MIN_WORDS, _MOSTLY = 5, 0.7  # Words of a line, and letters that stand alone among them.


def is_spaced(text: str) -> bool:
    words = text.split()
    return len(words) >= _MIN_WORDS and sum(len(word) == 1 and word.isalpha() for word in words) > _MOSTLY * len(words)


def spacing_of(lefts: Sequence[float], rights: Sequence[float], signs: Sequence[int]) -> float:
    """How far the letters of a word are apart in a line that is spaced, given its characters' sides and the numbers of
    those that are no blanks."""
    gaps = [lefts[after] - rights[before] for before, after in itertools.pairwise(signs)]
    return max(statistics.median(gaps), 0.0)
