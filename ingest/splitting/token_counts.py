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

# Characters that a tokenizer may join to a letter before them ("don't", "[SEP]") are left out.
_SEAM = r"(?:(?<=[^\W_])(?=[ \t\r\n.,;:!?)。，、；：！？」』）])|(?<=\n)(?=\S))"
_FIRST_SEAM = re.compile(_SEAM)
_LAST_SEAM = re.compile(rf"(?s:.*){_SEAM}")  # Goes to the end at once, and back from there.
_WINDOW = 64
_SLACK = 3
_OFTEN = 16  # Pieces of up to so many characters, a word or a mark, recur again and again.


class TokenCounts:
    """How many tokens lie between two offsets of `text`.

    Stretches are counted again and again from one start, and then up to one end: what was found about the last of each
    is kept.
    """

    def __init__(self, text: str, tokenizer: Tokenizer) -> None:
        self.text = text
        self._tokenizer = tokenizer
        self._ends = tokenizer.ends(text)
        self._counted: dict[str, int] = {"": 0}
        self._open(0)
        self._close(len(text))

    def count(self, start: int, end: int) -> int:
        """`tokenizer.count(text[start:end])`."""
        if start != self._start:
            self._open(start)
        if end != self._end:
            self._close(end)
        if self._first <= self._last:
            return self._opening + self._until_end - self._until_first
        return self._count_apart(start, end)

    def near(self, start: int, end: int) -> int:
        """About `count(start, end)`, at no cost: the number of the whole text's tokens that lie between, in part or
        whole.
        """
        return self.begun(end) - self.ended(start)

    def ended(self, offset: int) -> int:
        """How many of the whole text's tokens end at the offset or before it."""
        return self._until_start if offset == self._start else bisect_right(self._ends, offset)

    def begun(self, offset: int) -> int:
        """How many of the whole text's tokens begin before the offset; one more at the end of the text."""
        return bisect_left(self._ends, offset) + 1

    def reach(self, start: int, tokens: int) -> int:
        """The offset at which about so many tokens from `start` end; the text's end if there are fewer."""
        index = self.ended(start) + tokens - 1
        return self._ends[index] if index < len(self._ends) else len(self.text)

    def limit(self, start: int, tokens: int) -> int:
        """An offset that no stretch of so many tokens from `start` goes beyond, or hardly any: count where it matters.

        What the cut at `start` changes is counted; a cut at the end may save a token or two.
        """
        if start != self._start:
            self._open(start)
        return max(start + 1, self.reach(start, max(1, tokens + self._changed + _SLACK)))

    def reach_back(self, end: int, tokens: int) -> int:
        """The offset that lies about so many tokens before `end`."""
        index = bisect_left(self._ends, end) - tokens
        return self._ends[index] if index >= 0 else 0

    def _open(self, start: int) -> None:
        """Find what all stretches from `start` share: their first seam, and the tokens before it."""
        text, ends = self.text, self._ends
        self._start = start
        self._until_start = until = bisect_right(ends, start)
        seam = _FIRST_SEAM.search(text, start, start + _WINDOW + 1) if start else None
        first = seam.start() if seam else min(start + _WINDOW, len(text)) if start else 0
        self._opening = self._changed = 0
        if first > start:
            self._opening = self._count_anew(text[start:first])
            # Usually one step, so this is faster than a binary search.
            while until < len(ends) and ends[until] < first:
                until += 1
            self._changed = until + 1 - self._until_start - self._opening
            if seam is None:  # The cut at `first` may have made up for tokens that the whole text lacks.
                self._changed = max(0, self._changed)
            while until < len(ends) and ends[until] == first:
                until += 1
        self._until_first = until
        self._first = first if seam or not start else len(text) + 1

    def _close(self, end: int) -> None:
        """Find what all stretches to `end` share: their last seam, and the tokens before and after it."""
        self._end = end
        if end == len(self.text):
            self._last = end
        else:
            seam = _LAST_SEAM.match(self.text, max(0, end - _WINDOW), end + 1)
            self._last = seam.end() if seam else -1
        if self._last >= 0:
            self._until_end = bisect_right(self._ends, self._last) + self._count_anew(self.text[self._last : end])

    def _count_apart(self, start: int, end: int) -> int:
        """The count of a stretch that is short, or without a seam near its start or end."""
        if end - start <= 2 * _WINDOW:
            return self._count_anew(self.text[start:end])
        first = _FIRST_SEAM.search(self.text, start, end + 1)
        last = _LAST_SEAM.match(self.text, start, end + 1)
        if not first or not last:
            return self._tokenizer.count(self.text[start:end])
        inner = bisect_right(self._ends, last.end()) - bisect_right(self._ends, first.start())
        opening, closing = self.text[start : first.start()], self.text[last.end() : end]
        return self._count_anew(opening) + inner + self._count_anew(closing)

    def _count_anew(self, piece: str) -> int:
        if len(piece) > _OFTEN:
            return self._tokenizer.count(piece)
        count = self._counted.get(piece)
        if count is None:
            count = self._counted[piece] = self._tokenizer.count(piece)
        return count
