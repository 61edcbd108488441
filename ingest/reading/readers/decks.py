"""Find where slides begin in Markdown decks (Marp, Slidev, reveal.js, remark, Quarto, Pandoc). Pure functions."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ingest.reading.document import Block

_RULE = re.compile(r"^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$", re.MULTILINE)
# Front matter that only decks have.
_SAYS_DECK = re.compile(
    r"^(?:marp|headingdivider|slideoptions|slide-level|highlighter|drawings|canvaswidth|routermode)[ \t]*:"
    r"|^type[ \t]*:[ \t]*[\"']?slides?\b|\b(?:revealjs|beamer|slidy|slideous|dzslides|pptx|moon_reader|xaringan)\b"
    r"|\b\w+_presentation\b",
    re.IGNORECASE | re.MULTILINE,
)
# Tools whose slides begin at headings too: Pandoc, Quarto, R Markdown, and Marp with a setting.
_BY_HEADINGS = re.compile(
    r"\b(?:revealjs|beamer|slidy|slideous|dzslides|pptx)\b|\b\w+_presentation\b|^(?:headingdivider|slide-level)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_LEVEL = re.compile(r"^(?:headingdivider|slide-level)[ \t]*:[ \t]*([1-6])\b", re.IGNORECASE | re.MULTILINE)
# The front matter of a single slide, which Slidev puts between two rules.
_FIELDS = re.compile(r"^---[ \t]*\n((?:[A-Za-z][\w-]*[ \t]*:[^\n]*\n(?:[ \t]+\S[^\n]*\n)*)+)---[ \t]*$", re.MULTILINE)
_SLIDE_FIELD = re.compile(
    r"^(?:layout|transition|class|background|image|clicks|hideInToc|routeAlias|zoom|level)[ \t]*:", re.MULTILINE
)
# A text not declared as a deck: minimum slides and maximum words per slide, with and without a heading on each.
_MIN_SLIDES, _MAX_WORDS = (3, 4), (120, 60)


def without_fields(text: str) -> str:
    """The text without Slidev's settings for single slides; the rule before each one stays."""
    return _FIELDS.sub(lambda found: "---\n" if _SLIDE_FIELD.search(found[1]) else found[0], text)


def says_deck(front: str) -> bool:
    """Whether the front matter is that of a deck."""
    return bool(_SAYS_DECK.search(front))


def slide_starts(text: str, blocks: Sequence[Block], *, front: str, is_deck: bool) -> tuple[int, ...]:
    """The offset at which each slide's text begins. Unless `is_deck`, empty for a text that does not look like a deck.

    A slide without text begins where the next one does. `front` is the raw front matter.
    """
    starts = [0, *_rules(text, blocks)]
    if is_deck and _BY_HEADINGS.search(front):
        level = _heading_level(front, blocks)
        starts = sorted({*starts, *(n for n, block in enumerate(blocks) if 0 < block.level <= level)})
    if len(starts) < 2 or not (is_deck or _looks_like_slides(text, blocks, starts)):
        return ()
    return tuple(blocks[start].start if start < len(blocks) else len(text) for start in starts)


def _rules(text: str, blocks: Sequence[Block]) -> Iterator[int]:
    """For each rule between two blocks, the number of the block after it."""
    begins = [block.start for block in blocks]
    for rule in _RULE.finditer(text):
        following = bisect_left(begins, rule.start())
        if following == 0 or blocks[following - 1].end <= rule.start():
            yield following


def _heading_level(front: str, blocks: Sequence[Block]) -> int:
    """The lowest level at which a heading begins a slide: the highest that is followed by text, as in Pandoc."""
    if told := _LEVEL.search(front):
        return int(told[1])
    return min((one.level for one, other in pairwise(blocks) if one.level and not other.level), default=1)


def _looks_like_slides(text: str, blocks: Sequence[Block], starts: Sequence[int]) -> bool:
    parts = [blocks[first:last] for first, last in pairwise([*starts, len(blocks)]) if first < last]
    is_headed = all(part[0].kind == "heading" for part in parts)
    longest = max((len(text[part[0].start : part[-1].end].split()) for part in parts), default=0)
    return len(parts) >= _MIN_SLIDES[not is_headed] and longest <= _MAX_WORDS[not is_headed]
