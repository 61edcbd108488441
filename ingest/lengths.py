"""Count the tokens of any stretch of a text after encoding the text once. Exact: nothing here estimates a count.

What a tokenizer makes of a stretch differs from what it makes of the whole text only beside the two cuts. cl100k_base
first cuts a text by a pattern that looks at most at the following characters, and BERT's word pieces cut at white space
and punctuation; so both always cut between a letter or digit and the white space or punctuation mark after it, and
after a line break that something visible follows. From the first such seam to the last one the tokens of the stretch
are those of the whole text, and only what lies outside is encoded anew.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from corpus.tokens import Tokenizer

# Characters that a tokenizer may join with a letter before them ("don't", "[SEP]") are left out.
_SEAM_AFTER = " \t\r\n.,;:!?)。，、；：！？」』）"
_SEAM = re.compile(rf"(?<=[^\W_])(?=[{_SEAM_AFTER}])|(?<=\n)(?=\S)")
_WINDOW = 64
_SLACK = 3


class Lengths:
    """How many tokens lie between two offsets of `text`."""

    def __init__(self, text: str, tokenizer: Tokenizer) -> None:
        self.text = text
        self._tokenizer = tokenizer
        self._ends = tokenizer.ends(text)
        self._counted: dict[str, int] = {}

    def count(self, start: int, end: int) -> int:
        """`tokenizer.count(text[start:end])`."""
        first = self._first_seam(start, end)
        if first < 0:
            return self._tokenizer.count(self.text[start:end])
        last = self._last_seam(first, end)
        inner = bisect_right(self._ends, last) - bisect_right(self._ends, first)
        return self._count_anew(self.text[start:first]) + inner + self._count_anew(self.text[last:end])

    def near(self, start: int, end: int) -> int:
        """About `count(start, end)`, at no cost: the whole text's tokens that lie between, in part or whole."""
        return bisect_left(self._ends, end) + 1 - bisect_right(self._ends, start)

    def reach(self, start: int, tokens: int) -> int:
        """The offset at which about so many tokens from `start` end, the text's end where there are fewer."""
        index = bisect_right(self._ends, start) + tokens - 1
        return self._ends[index] if index < len(self._ends) else len(self.text)

    def limit(self, start: int, tokens: int) -> int:
        """An offset that no stretch of so many tokens from `start` goes beyond, or hardly any: count where it matters.

        What the cut at `start` changes is counted; a cut at the end may save a token or two.
        """
        stop = min(start + _WINDOW, len(self.text))
        seam = self._first_seam(start, stop)
        if seam < 0:
            seam = stop
        changed = self.near(start, seam) - self._count_anew(self.text[start:seam]) if seam > start else 0
        return max(start + 1, self.reach(start, max(1, tokens + changed + _SLACK)))

    def reach_back(self, end: int, tokens: int) -> int:
        """The offset from which about so many tokens lead to `end`."""
        index = bisect_left(self._ends, end) - tokens
        return self._ends[index] if index >= 0 else 0

    def _count_anew(self, piece: str) -> int:
        if not piece:
            return 0
        if len(piece) > 8:
            return self._tokenizer.count(piece)
        count = self._counted.get(piece)
        if count is None:
            count = self._counted[piece] = self._tokenizer.count(piece)
        return count

    def _first_seam(self, start: int, end: int) -> int:
        """The first seam in `start` to `end`, -1 where there is none."""
        if start == 0:
            return 0
        seam = _SEAM.search(self.text, start, end + 1)
        return seam.start() if seam else -1

    def _last_seam(self, first: int, end: int) -> int:
        """The last seam in `first` to `end`; one is at `first`."""
        if end == len(self.text):
            return end
        for place in (end, end - 1):  # Most stretches end with a full stop or without one.
            if place > first and self.text[place] in _SEAM_AFTER and self.text[place - 1].isalnum():
                return place
        width = _WINDOW
        while True:
            start = max(first, end - width)
            last = first
            for seam in _SEAM.finditer(self.text, start, end + 1):
                last = seam.start()
            if last > first or start == first:
                return last
            width *= 4
