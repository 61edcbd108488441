"""Group a document's blocks by their headings. Every block falls into exactly one section, in reading order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.reading.document import Block, Document
from ingest.splitting.token_counts import TokenCounts

SEPARATOR = " > "
_SHARE_OF_SLIDES = 0.8


@dataclass(slots=True)
class Section:
    """The blocks `first` to `last` (inclusive), under the headings of `path`; `bare` if all of them are headings."""

    first: int
    last: int
    path: tuple[str, ...]
    bare: bool

    @property
    def heading(self) -> str | None:
        return SEPARATOR.join(self.path) or None


def sections(document: Document, lengths: TokenCounts, *, join_tokens: int) -> list[Section]:
    """The sections to be cut, each by itself.

    A heading without text of its own goes to the text that follows. Neighbours under one heading are joined as long
    as they have at most `join_tokens` together; what is joined is found under the headings that all of it shares.
    Nothing is joined across two slides.
    """
    blocks = document.blocks
    starts = slide_starts(document)
    slides = [bisect_right(starts, block.start) for block in blocks]
    joined: list[Section] = []
    for section in _by_heading(blocks, slides):
        group = joined[-1] if joined else None
        if (
            group is None
            or slides[group.last] != slides[section.first]
            or not (group.bare or _belong_together(group, section))
        ):
            joined.append(section)
        elif group.bare or _tokens(group, section, blocks, lengths) <= join_tokens:
            _join(group, section)
        else:
            joined.append(section)
    if len(joined) > 1 and joined[-1].bare and not document.slide_starts:
        before, ending = joined[-2:]
        if _tokens(before, ending, blocks, lengths) <= join_tokens:
            before.last = joined.pop().last
    return joined


def slide_starts(document: Document) -> Sequence[int]:
    """Where each slide starts; empty if there are none.

    A PDF is taken for slides too if most of its pages begin with a heading; a page that begins without one continues
    the page before.
    """
    if document.slide_starts:
        return document.slide_starts
    headings = {block.start for block in document.blocks if block.kind == "heading"}
    starts = sorted(headings.intersection(document.page_starts))
    pages = len(set(document.page_starts))
    return starts if pages > 1 and len(starts) >= _SHARE_OF_SLIDES * pages else ()


def _by_heading(blocks: tuple[Block, ...], slides: list[int]) -> Iterator[Section]:
    starts = [
        index
        for index, block in enumerate(blocks)
        if block.kind == "heading" or (index and slides[index] != slides[index - 1])
    ]
    if blocks and (not starts or starts[0] > 0):
        yield Section(0, (starts[0] if starts else len(blocks)) - 1, (), bare=False)
    # The headings above: their levels, and the names down to each of them.
    above: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    for start, following in pairwise([*starts, len(blocks)]):
        heading = blocks[start]
        if heading.kind != "heading":
            # A slide without a title.
            yield Section(start, following - 1, (), bare=False)
            continue
        while above[-1][0] >= heading.level:
            above.pop()
        names = (*above[-1][1], heading.name) if heading.name else above[-1][1]
        above.append((heading.level, names))
        yield Section(start, following - 1, names, following == start + 1)


def _belong_together(group: Section, section: Section) -> bool:
    """Whether they are siblings, or one is the other's parent. A bare heading waits for what follows it."""
    if section.bare:
        return False
    parents = max(len(group.path), len(section.path), 1) - 1
    return group.path[:parents] == section.path[:parents]


def _join(group: Section, section: Section) -> None:
    group.path = section.path if group.bare else _shared(group.path, section.path)
    group.bare = group.bare and section.bare
    group.last = section.last


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    length = 0
    for name, other_name in zip(one, other, strict=False):
        if name != other_name:
            break
        length += 1
    return one[:length]


def _tokens(group: Section, section: Section, blocks: tuple[Block, ...], lengths: TokenCounts) -> int:
    return lengths.near(blocks[group.first].start, blocks[section.last].end)
