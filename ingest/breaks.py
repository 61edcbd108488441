"""Where text may be cut, from best to worst. A cut falls inside a grapheme only where nothing else fits."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from ingest.document import BlockKind
from ingest.sentences import Break, break_at, sentence_breaks

_CLAUSE = regex.compile(
    r"""(?V1)
    [,;:–—)\]]["'’”*_`]{0,3}+(?=\s)
    | [\p{Sentence_Break=SContinue}--[,;:\-–—﹘﹣－]]++(?!(?<=\d.)\d)
    | [”」』》）](?!\s)
    """,
    regex.VERBOSE,
)
_SPACE = regex.compile(r"[ \t\n\r\f\v\x1c-\x1f\x85\p{Z}]++")  # What str.strip takes away.
_WORD_EDGE = regex.compile(r"(?w)\b")
_GRAPHEME = regex.compile(r"\X")
# Between two of these a grapheme always ends; found backwards.
_PLAIN_EDGE = regex.compile(r"(?r)(?<=[\p{Han}\p{Hiragana}\p{Katakana}\x20-\x7e])(?=[\p{Han}\p{Hiragana}\x20-\x7e])")


def unit_breaks(text: str, kind: BlockKind, start: int, stop: int) -> Iterator[Break]:
    """Between the lines of a table or code, the sentences of anything else: `start < end <= stop`, in order."""
    if kind in ("table", "code"):
        return _line_breaks(text, start, stop)
    return sentence_breaks(text, start, stop)


def forced_break(text: str, start: int, stop: int) -> Break:
    """The best place in `start < end <= stop` of a unit that is itself too long; `text[start]` is visible.

    At the end of a line, of a clause (both only if half of the room is used), at white space, between words, graphemes,
    characters. Something visible must follow `stop`, or begin there.
    """
    middle = (start + stop) // 2
    searches = (
        _line_breaks(text, middle, stop),
        _pattern_breaks(_CLAUSE, text, middle, stop, closing=True),
        _pattern_breaks(_SPACE, text, start, stop, closing=False),
    )
    for found in searches:
        last = max(found, default=None)
        if last is not None:
            return last
    for edge in reversed([match.start() for match in _WORD_EDGE.finditer(text, middle, stop + 1)]):
        if middle < edge <= stop and (at_edge := break_at(text, edge)):
            return at_edge
    end = _grapheme_end(text, start, stop)
    return break_at(text, end) or Break(end, end)


def _line_breaks(text: str, start: int, stop: int) -> Iterator[Break]:
    place = start
    while (newline := text.find("\n", place, stop + 1)) >= 0:
        end = place + len(text[place:newline].rstrip())
        following = break_at(text, end) if end > place else None
        if following:
            yield following
        place = max(newline + 1, following.start if following else 0)


def _pattern_breaks(pattern: regex.Pattern[str], text: str, start: int, stop: int, *, closing: bool) -> Iterator[Break]:
    """Breaks after what the pattern finds, or before it where it is not `closing`."""
    for match in pattern.finditer(text, start, stop + 1):
        end = match.end() if closing else match.start()
        if start < end <= stop and not text[end - 1].isspace():
            following = break_at(text, end)
            if following:
                yield following


def _grapheme_end(text: str, start: int, stop: int) -> int:
    """The last end of a grapheme in `start` to `stop`; `stop` where one grapheme is longer."""
    edge = _PLAIN_EDGE.search(text, start + 1, stop + 1)
    origin = edge.start() if edge else start
    # Whether a grapheme ends at `stop` depends on one character more.
    ends = (match.end() for match in _GRAPHEME.finditer(text, origin, stop + 1))
    return max((end for end in (origin, *ends) if start < end <= stop), default=stop)
