"""Cut one section into spans that a model can take. Structure decides where, exact token counts how far."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ingest.reading.document import BlockKind
from ingest.splitting.boundaries import forced_break, unit_breaks
from ingest.splitting.sentences import Break, sentence_breaks
from ingest.splitting.token_counts import TokenCounts

# A span has at most this many characters for each token it may have: WordPiece drops white space and nearly all of a
# very long word.
MAX_TOKEN_CHARS = 20
# A span is filled to this share before a paragraph's end is preferred to a sentence's.
MIN_FILL = 1 / 3
# The cost of a cut within a list or after a colon: as much as lying this share of the span away from the best place.
LOOSE = 1 / 4
# With so many tokens too many, a cut inside a sentence is moved by the smallest steps.
NEARLY = 8
# How many characters before the best place are searched first.
BESIDE = 300
WHOLE: frozenset[BlockKind] = frozenset({"table", "code"})
PROSE: frozenset[BlockKind] = frozenset({"paragraph", "list_item"})


class Span(NamedTuple):
    """`text[start:end]`, with its number of tokens."""

    start: int
    end: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A text with its blocks by columns: the block at index i is `text[starts[i]:ends[i]]`."""

    text: str
    lengths: TokenCounts
    kinds: Sequence[BlockKind]
    starts: Sequence[int]
    ends: Sequence[int]


class SectionSpans:
    """The stretches of the blocks `first` to `last` of a layout, none of more than `budget` tokens.

    A table or code that fits is not cut, a sentence, row or line neither; "fits" means with the headings right before
    it, because a heading does not stand alone. Each stretch but the first may begin with whole sentences of the one
    before, of at most `overlap` tokens.
    """

    def __init__(self, layout: Layout, first: int, last: int, *, budget: int, overlap: int) -> None:
        self._text, self._lengths = layout.text, layout.lengths
        self._kinds, self._starts, self._ends = layout.kinds, layout.starts, layout.ends
        self._first, self._last = first, last
        self._budget, self._overlap = budget, min(overlap, budget // 2)
        self._start, self._end = layout.starts[first], layout.ends[last]
        self._tokens = layout.lengths.begun(self._end)
        # A stretch must reach beyond the headings that open the section, unless they fill half of it.
        body = first
        while body < last and self._kinds[body] == "heading":
            body += 1
        self._body = layout.starts[body]
        if self._lengths.near(self._start, self._body) > budget // 2:
            self._body = self._start

    def __iter__(self) -> Iterator[Span]:
        start = fresh = self._start
        while True:
            stretch, fresh = self._take(start, fresh)
            yield stretch
            if fresh >= self._end:
                return
            start = self._overlap_start(stretch, fresh)

    def _take(self, start: int, fresh: int) -> tuple[Span, int]:
        """The next span from `start`, whose text up to `fresh` was in the one before; and where the following one
        starts.
        """
        reach = min(self._lengths.limit(start, self._budget), start + self._budget * MAX_TOKEN_CHARS)
        if reach >= self._end:
            tokens = self._lengths.count(start, self._end)
            if tokens <= self._budget:
                return Span(start, self._end, tokens), self._end
            reach = self._end - 1
        while True:
            found = self._choose(start, fresh, reach)
            if found is None and start < fresh:
                return self._take(fresh, fresh)
            whole = found is not None
            found = found or self._forced(fresh, reach)
            tokens = self._lengths.count(start, found.end)
            if tokens <= self._budget or found.end == start + 1:
                return Span(start, found.end, tokens), found.start
            reach = found.end - 1
            if not whole and tokens > self._budget + NEARLY:
                reach = min(reach, max(start + 1, start + (reach - start) * self._budget // tokens))

    def _choose(self, start: int, fresh: int, reach: int) -> Break | None:
        """The best end of a whole unit in `fresh` to `reach`; None if the first unit reaches farther."""
        floor = max(fresh, self._body)
        least = max(floor, self._reach(start, max(1, int(self._budget * MIN_FILL))))
        target = self._target(start)
        found = self._best_block_end(least, reach, target)
        if found:
            return found
        block = bisect_right(self._ends, reach, self._first, self._last)
        kind, block_start = self._kinds[block], self._starts[block]
        if kind in WHOLE and block_start >= fresh and self._fits(block):
            found = self._last_block_end(floor, block_start)
            if found or start < fresh:
                return found
        stop = min(reach, self._ends[block] - 1)
        least = max(least, block_start)
        found = _nearest(unit_breaks(self._text, kind, max(least, target - BESIDE), stop), target) or max(
            unit_breaks(self._text, kind, max(floor, block_start), stop), default=None
        )
        return found or self._last_block_end(floor, reach) or self._last_block_end(floor, reach, headings=True)

    def _target(self, start: int) -> int:
        """Where to cut so that what is left is divided evenly, rather than with a crumb at the end."""
        rest = self._tokens - self._lengths.ended(start)
        pieces = max(2, -(-(rest - self._overlap) // (self._budget - self._overlap)))
        return self._lengths.reach(start, (rest + (pieces - 1) * self._overlap) // pieces)

    def _best_block_end(self, least: int, reach: int, target: int) -> Break | None:
        """After `least`, not after a heading, near `target`, preferably not within a list or after a colon."""
        kinds, ends, text = self._kinds, self._ends, self._text
        best, best_cost = None, math.inf
        loose = (reach - least) * LOOSE
        stop = bisect_right(ends, reach, self._first, self._last)
        for block in range(bisect_right(ends, least, self._first, stop), stop):
            if kinds[block] == "heading":
                continue
            end = ends[block]
            cost: float = end - target if end > target else target - end
            if cost < best_cost and (kinds[block + 1] == "list_item" or text[end - 1] == ":"):
                cost += loose
            if cost < best_cost:
                best, best_cost = block, cost
        return None if best is None else Break(self._ends[best], self._starts[best + 1])

    def _last_block_end(self, floor: int, reach: int, *, headings: bool = False) -> Break | None:
        block = bisect_right(self._ends, reach, self._first, self._last) - 1
        while block >= self._first and self._ends[block] > floor:
            if headings or self._kinds[block] != "heading":
                return Break(self._ends[block], self._starts[block + 1])
            block -= 1
        return None

    def _forced(self, fresh: int, reach: int) -> Break:
        floor = self._body if fresh < self._body < reach else fresh
        end, start = forced_break(self._text, floor, reach)
        # What lies between two blocks is markup that nobody needs.
        following = bisect_right(self._ends, start, self._first, self._last)
        return Break(end, max(start, self._starts[following]))

    def _fits(self, block: int) -> bool:
        start, end = self._starts[block], self._ends[block]
        if end - start > self._budget * MAX_TOKEN_CHARS or self._lengths.near(start, end) > 2 * self._budget:
            return False
        return self._lengths.count(start, end) <= self._budget

    def _reach(self, start: int, tokens: int) -> int:
        return min(self._lengths.reach(start, tokens), start + tokens * MAX_TOKEN_CHARS)

    def _overlap_start(self, stretch: Span, fresh: int) -> int:
        """Where the next span starts so that it repeats the last sentences; `fresh` if none is short enough."""
        if not self._overlap:
            return fresh
        end = stretch.end
        farthest = max(self._lengths.reach_back(end, self._overlap), end - self._overlap * MAX_TOKEN_CHARS)
        least = max(stretch.start + 1, farthest)
        last = first = bisect_left(self._ends, end, self._first, self._last)
        if self._kinds[last] not in PROSE:
            return fresh
        while first > self._first and self._starts[first] > least and self._kinds[first - 1] in PROSE:
            first -= 1
        for block in range(first, last + 1):
            start = self._starts[block]
            if start >= least and self._lengths.count(start, end) <= self._overlap:
                return start
            for unit in sentence_breaks(self._text, max(start, least - 8), min(end, self._ends[block]) - 1):
                if unit.start >= least and self._lengths.count(unit.start, end) <= self._overlap:
                    return unit.start
        return fresh


def _nearest(breaks: Iterator[Break], target: int) -> Break | None:
    """The break that ends nearest to `target`; they come in order."""
    best: Break | None = None
    for found in breaks:
        if found.end >= target:
            return found if best is None or found.end - target < target - best.end else best
        best = found
    return best
