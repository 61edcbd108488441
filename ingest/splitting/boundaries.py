"""Where text may be cut, from best to worst. A cut falls inside a grapheme only if nothing else fits."""

from __future__ import annotations

import re
from collections.abc import Iterator

import regex

from ingest.reading.document import BlockKind
from ingest.splitting.sentences import Break, break_at, sentence_breaks

_CLAUSE = regex.compile(
    r"""(?V1)
    [,;:–—)\]]["'’”*_`]{0,3}+(?=\s)
    | [\p{Sentence_Break=SContinue}--[,;:\-–—﹘﹣－]]++(?!(?<=\d.)\d)
    | [”」』》）](?!\s)
    """,
    regex.VERBOSE,
)
_SPACE = regex.compile(r"(?r)[ \t\n\r\f\v\x1c-\x1f\x85\p{Z}]++")  # What str.strip removes; searched backwards.
_VISIBLE = re.compile(r"\S")
_LINE_END = re.compile(r"[^\S\n]*\n")
_WORD_EDGE = regex.compile(r"(?w)\b")
_GRAPHEME = regex.compile(r"\X")
# Between two of these a grapheme always ends; searched backwards.
_PLAIN_EDGE = regex.compile(r"(?r)(?<=[\p{Han}\p{Hiragana}\p{Katakana}\x20-\x7e])(?=[\p{Han}\p{Hiragana}\x20-\x7e])")


def unit_breaks(text: str, kind: BlockKind, start: int, stop: int) -> Iterator[Break]:
    """Between the lines of a table or code, the sentences of everything else: `start < end <= stop`, in order."""
    if stop <= start:
        return iter(())
    if kind in ("table", "code"):
        return _line_breaks(text, start, stop)
    return sentence_breaks(text, start, stop)


def forced_break(text: str, start: int, stop: int) -> Break:
    """The best place in `start < end <= stop` of a unit that is itself too long; `text[start]` is visible.

    At the end of a line, of a clause (both only if half of the room is used), at white space, between words, graphemes,
    characters. Something visible follows `stop` or is there.
    """
    middle = (start + stop) // 2
    return (
        max(_line_breaks(text, middle, stop), default=None)
        or next(_clause_breaks(text, middle, stop), None)
        or next(_space_breaks(text, start, stop), None)
        or _word_break(text, start, stop)
        or _grapheme_break(text, start, stop)
    )


def _line_breaks(text: str, start: int, stop: int) -> Iterator[Break]:
    place = start
    line_end = _LINE_END.match(text, stop)
    while (newline := text.find("\n", place, line_end.end() if line_end else stop)) >= 0:
        end = place + len(text[place:newline].rstrip())
        following = break_at(text, end) if end > place else None
        if following:
            yield following
        place = max(newline + 1, following.start if following else 0)


def _clause_breaks(text: str, start: int, stop: int) -> Iterator[Break]:
    """From the last to the first."""
    ends = [end for match in _CLAUSE.finditer(text, start, stop + 1) if start < (end := match.end()) <= stop]
    return filter(None, (break_at(text, end) for end in reversed(ends)))


def _space_breaks(text: str, start: int, stop: int) -> Iterator[Break]:
    """From the last to the first."""
    for match in _SPACE.finditer(text, start, stop + 1):
        if start < match.start() and (found := break_at(text, match.start())):
            yield found


def _word_break(text: str, start: int, stop: int) -> Break | None:
    # A slice, because regex counts flags back to the beginning of what it is given.
    piece = text[start : stop + 1]
    edges = [start + match.start() for match in _WORD_EDGE.finditer(piece, len(piece) // 2)]
    for edge in reversed(edges):
        if start < edge <= stop and not text[edge - 1].isspace() and _last_grapheme_end(text, start, edge) == edge:
            return break_at(text, edge)
    return None


def _grapheme_break(text: str, start: int, stop: int) -> Break:
    """At the last end of a grapheme; at `stop` if one grapheme is longer. White space is left out in any case."""
    end = _last_grapheme_end(text, start, stop) or stop
    end = start + len(text[start:end].rstrip())
    visible = _VISIBLE.search(text, end)
    return Break(end, visible.start() if visible else end)


def _last_grapheme_end(text: str, start: int, stop: int) -> int | None:
    plain = _PLAIN_EDGE.search(text, start + 1, stop + 1)
    origin = plain.start() if plain else start
    # Whether a grapheme ends at `stop` depends on the next character.
    ends = (origin + match.end() for match in _GRAPHEME.finditer(text[origin : stop + 1]))
    return max((end for end in (origin, *ends) if start < end <= stop), default=None)
