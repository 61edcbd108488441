"""Where sentences end, in any script. Local: a decision considers the words beside the mark, never the whole text."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from typing import NamedTuple

import regex

from ingest.splitting import abbreviations


class Break(NamedTuple):
    """A place to cut: the text before it ends at `end`, the text after starts at `start`; white space between."""

    end: int
    start: int


# Marks that also occur inside words and numbers end a sentence only if white space follows.
_MARKS = frozenset(".!?…․‼‽⁇⁈⁉﹒")
_CANDIDATE = regex.compile(r"[\p{Sentence_Break=STerm}\p{Sentence_Break=ATerm}…\n]++")
_CLOSERS = regex.compile(r"[\p{Pe}\p{Pf}\p{Pi}\"'*_~`]{0,6}+")  # With Markdown's; Pi, because “ closes in German.
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
# Thai and Lao write no marks: a space between two words ends the phrase. ๆ (repeat) and ฯ (and so on) lean backwards.
_PHRASE = re.compile(
    "(?<=[\u0e01-\u0e3a\u0e40-\u0e5b\u0e81-\u0edf]) +(?=[\u0e01-\u0e2e\u0e30-\u0e3a\u0e40-\u0e45\u0e47-\u0edf])"
)
_UNSPACED = re.compile("[\u0e01-\u0edf]")
_VISIBLE = re.compile(r"\S")
_EXTENDING = regex.compile(r"[\p{M}\p{Grapheme_Extend}\p{Grapheme_Cluster_Break=SpacingMark}\p{Emoji_Modifier}\u200d]")
# Goes to the end at once, and back from there.
_WORD_BEFORE = re.compile(r"(?:(?s:.*)[\s(\[{\"'“‘«„*_/—–])?([^\s(\[{\"'“‘«„*_/—–]+)\Z")
_WORD_AFTER = regex.compile(r"[\s\p{Ps}\p{Pi}\p{Pf}\"'*_~`]*+(?P<word>[\p{L}\p{N}\p{M}]*+)")
# The same where all is ASCII, in a third of the time. It passes over most that ends nothing: the point in "3.5", one
# that a small letter follows, as near as `_ends_sentence` looks, a line break with text after it. It begins with a set,
# which re finds fast.
_ASCII_CANDIDATE = re.compile(
    r"""
    [.!?\n](?:
        (?<!\n)(?=[.!?\s)\]}"'*_~`])(?P<marks>[.!?]*+)
        (?P<closers>[)\]}"'*_~`]{0,6}+(?=\s)(?![ \t(*\["'_`{~]{1,60}+[a-z](?![A-Z])))?+(?:\n[.!?\n]*)?
    |
        (?<=\n)(?=[.!?\n\ \t\r])[.!?\n]*
    )
    """,
    re.VERBOSE,
)
_ASCII_WORD_AFTER = re.compile(r"""[\t-\r "'(*\[_`{~]*+(?P<word>[0-9A-Za-z]*+)""")
_LOOK_BEHIND = 32  # No abbreviation is longer.
_LOOK_AHEAD = 64


def sentence_breaks(text: str, start: int, stop: int) -> Iterator[Break]:
    """The sentence ends in `text[start:stop]`, in order: `start < end <= stop`, and something follows each."""
    last = start
    for end in _ends(text, start, stop):
        found = break_at(text, end) if last < end <= stop else None
        if found:
            last = found.start
            yield found


def _ends(text: str, start: int, stop: int) -> Iterator[int]:
    if text[start : stop + _LOOK_AHEAD].isascii():
        return _ascii_ends(text, start, stop)
    marked = _marked_ends(text, start, stop)
    if not _UNSPACED.search(text, start, stop):
        return marked
    return heapq.merge(marked, (match.start() for match in _PHRASE.finditer(text, start, stop + 1)))


def _marked_ends(text: str, start: int, stop: int) -> Iterator[int]:
    for match in _CANDIDATE.finditer(text, start, stop + _LOOK_AHEAD):
        place = match.start()
        if place > stop:
            return
        mark, newline, _ = match.group().partition("\n")
        mark_end = place + len(mark)
        if mark:
            closers = _CLOSERS.match(text, mark_end)
            end = closers.end() if closers else mark_end
            if _ends_sentence(text, place, end, mark, _WORD_AFTER):
                yield end
        if newline and _BLANK_LINE.match(text, mark_end):
            yield start + len(text[start:mark_end].rstrip())


def _ascii_ends(text: str, start: int, stop: int) -> Iterator[int]:
    for match in _ASCII_CANDIDATE.finditer(text, start, stop + _LOOK_AHEAD):
        place = end = match.start()
        if place > stop:
            return
        if text[place] != "\n":
            end = match.end("closers")
            if end < 0:
                continue
            if _ends_sentence(text, place, end, text[place : match.end("marks")], _ASCII_WORD_AFTER):
                yield end
        if text[end] == "\n" and _BLANK_LINE.match(text, end):
            yield start + len(text[start:end].rstrip())


def break_at(text: str, end: int) -> Break | None:
    """The break after `text[:end]`; None if nothing follows or a grapheme continues."""
    visible = _VISIBLE.search(text, end)
    if visible is None:
        return None
    start = visible.start()
    if text[start] > "\x7f" and _EXTENDING.match(text, start) and "\n" not in text[end:start]:
        return None
    return Break(end, start)


def _ends_sentence(text: str, place: int, end: int, mark: str, following: re.Pattern[str] | regex.Pattern[str]) -> bool:
    """Whether the mark at `place`, with closing quotes up to `end`, ends a sentence rather than an abbreviation."""
    if _MARKS.isdisjoint(mark):
        return mark != "．" or not (text[place - 1 : place].isdecimal() and text[end : end + 1].isdecimal())
    if not text[end : end + 1].isspace():
        return False
    after = following.match(text, end, min(len(text), end + _LOOK_AHEAD))
    word_after = after["word"] if after else ""
    if not word_after and after and text[after.end() : after.end() + 1] in _MARKS:  # ". . ."
        return False
    if word_after[:1].islower() and not word_after[1:2].isupper():  # But "iPhone" may start a sentence.
        return False
    if mark != ".":
        return True
    behind = max(0, place - _LOOK_BEHIND)
    before = _WORD_BEFORE.match(text, behind, place)
    if before is None:
        return True
    word = before[1]
    if word.isdigit() or len(word) == 1:
        word_start = before.start(1)
        opens_line = not text[max(0, word_start - 8) : word_start].rpartition("\n")[2].strip()
        if opens_line and (word_start < 8 or "\n" in text[word_start - 8 : word_start]):
            return False  # The number of a list item.
    return not abbreviations.continues(word, word_after)
