"""Where sentences end, in any script. Local: a decision looks at the words beside the mark, never at the whole text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import regex

from ingest import abbreviations


class Break(NamedTuple):
    """A place to cut: the stretch before it ends at `end`, the one after starts at `start`; white space between."""

    end: int
    start: int


# Marks that also stand inside words and numbers end a sentence only where white space follows.
_MARKS = ".!?…․‼‽⁇⁈⁉﹒"
_CLOSERS = r"[\p{Pe}\p{Pf}\p{Pi}\"'*_~`]{0,6}+"  # With Markdown's emphasis. Pi: some languages close with it (“).
# Thai and Lao write no marks: a space between two words ends the phrase. ๆ (repeat) and ฯ (and so on) lean backwards.
_SPACED = r"[\u0e01-\u0e3a\u0e40-\u0e5b\u0e81-\u0eb9\u0ebb-\u0edf]"
_END = regex.compile(
    rf"""(?V1)
    (?P<mark>[{_MARKS}]++){_CLOSERS}(?=\s)
    | [\p{{Sentence_Break=STerm}}\p{{Sentence_Break=ATerm}}--[{_MARKS}]]++(?<!\d．(?=\d)){_CLOSERS}
    | (?P<blank>\n(?:[ \t\r]*+\n)++)
    | (?P<phrase>(?<={_SPACED})[ ]++(?=[{_SPACED}--[ๆฯ]]))
    """,
    regex.VERBOSE,
)
_VISIBLE = re.compile(r"\S")
_EXTENDING = regex.compile(r"[\p{M}\p{Grapheme_Extend}\p{Grapheme_Cluster_Break=SpacingMark}\p{Emoji_Modifier}\u200d]")
_WORD_BEFORE = re.compile(r"[^\s(\[{\"'“‘«„*_/—–]+\Z")
_WORD_AFTER = regex.compile(r"[\s\p{Ps}\p{Pi}\p{Pf}\"'*_~`]*+(?P<word>[\p{L}\p{N}\p{M}]*+)")
_LOOK_BEHIND = 32  # No abbreviation is longer.
_LOOK_AHEAD = 64


def sentence_breaks(text: str, start: int, stop: int) -> Iterator[Break]:
    """The sentence ends in `text[start:stop]`, in order: `start < end <= stop`, and something follows each."""
    last = start
    for match in _END.finditer(text, start, min(len(text), stop + 1)):
        end = match.end()
        if match["blank"] or match["phrase"]:
            end = start + len(text[start : match.start()].rstrip())
        if not last < end <= stop:
            continue
        if match["mark"] and not _ends_sentence(text, match.start(), end, match["mark"]):
            continue
        following = break_at(text, end)
        if following is not None:
            last = following.start
            yield following


def break_at(text: str, end: int) -> Break | None:
    """The break after `text[:end]`, None where nothing follows or a grapheme goes on."""
    visible = _VISIBLE.search(text, end)
    if visible is None:
        return None
    start = visible.start()
    if text[start] > "\x7f" and _EXTENDING.match(text, start) and "\n" not in text[end:start]:
        return None
    return Break(end, start)


def _ends_sentence(text: str, place: int, end: int, mark: str) -> bool:
    """Whether the mark at `place`, whose closing quotes reach to `end`, ends a sentence and not an abbreviation."""
    after = _WORD_AFTER.match(text, end, min(len(text), end + _LOOK_AHEAD))
    word_after = after["word"] if after else ""
    if word_after[:1].islower() and not word_after[1:2].isupper():  # But "iPhone" may start a sentence.
        return False
    if mark != ".":
        return True
    behind = max(0, place - _LOOK_BEHIND)
    before = _WORD_BEFORE.search(text, behind, place)
    if before is None:
        return True
    word = before.group()
    if word.isdigit() or len(word) == 1:
        opens_line = not text[max(0, before.start() - 8) : before.start()].rpartition("\n")[2].strip()
        if opens_line and (before.start() < 8 or "\n" in text[before.start() - 8 : before.start()]):
            return False  # The number of a list item.
    return not abbreviations.continues(word, word_after)
