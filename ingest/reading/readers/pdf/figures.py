"""Split lines where figures of several columns are so close that they look like words of one line, if the rows above
and below have the same gap. Pure functions."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ingest.reading.readers.pdf.boxes import Boxes
from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.signs import Signs

_FIGURE = r"(?:[-+(−–]{0,2}[$€£¥]?[\d*][\d.,*]*%?\)?|[-–—$€£¥]|[Nn]/?[Aa])"
_FIGURES = re.compile(rf"(?<!\S){_FIGURE} {_FIGURE}(?!\S)")
# Matches wherever _FIGURES does, but faster: a pattern that begins with a blank is tried at every blank.
_PERHAPS = re.compile(r" [-+(−–—$€£¥\d*Nn](?<=[\d*.,%)$€£¥–—Aa-].{2})")
_SIGNS = Signs.of("0123456789*-$\xa3\xa5/")
_WHOLE = re.compile(_FIGURE)
_WHOLE_WORD = re.compile(rf"(?<!\S){_FIGURE}(?!\S)")
_WORD = re.compile(r"\S+")
_THOUSANDS = re.compile(r"\d{3}(?:[.,]\d+)?")
_NARROW = 0.35  # Heights: the widest gap between groups of thousands.
_MIN_GAP = 0.1
_WIDER = 1.3  # Times the line's narrowest gap: the gap between words of different columns.
_MIN_ROWS = 3
_NEAR_ROWS = 3  # Rows examined above and below.
_FARTHEST = 3.5  # Heights between column names and rows.
_FARTHEST_ROW = 12.0  # Heights between rows that are compared.


class Row(NamedTuple):
    """A line with its number and its words."""

    number: int
    line: Line
    words: list[Word]


class Word(NamedTuple):
    """A word with its left and right sides in points."""

    text: str
    left: float
    right: float


def may_hold_columns(lines: Sequence[Line]) -> list[int]:
    """The numbers of lines with adjacent figures; empty if they are too few to form columns."""
    texts = [line.text for line in lines]
    found = [
        number
        for number in _SIGNS.dense_in(texts, 2 * _MIN_ROWS)
        if _PERHAPS.search(text := texts[number])
        and _FIGURES.search(text)
        and 2 * len(_WHOLE_WORD.findall(text)) >= text.count(" ")
    ]
    return found if len(found) >= _MIN_ROWS else []


def names_above(lines: Sequence[Line], rows: Sequence[int]) -> list[int]:
    """The numbers of lines of several words close above rows of figures: they may hold column names."""
    known = set(rows)
    return [
        number
        for number, line in enumerate(lines)
        if number not in known
        and " " in line.text
        and any(
            0 < line.bottom - lines[row].bottom < _FARTHEST * line.height and _overlap(line, lines[row]) for row in rows
        )
    ]


def _overlap(one: Line | Word, other: Line | Word) -> bool:
    return one.left < other.right and other.left < one.right


def words_of(units: str, boxes: Boxes) -> list[Word]:
    """The words of a line, given the boxes of its characters."""
    return [
        Word(match.group(), min(boxes.lefts[start:end]), max(boxes.rights[start:end]))
        for match in _WORD.finditer(units)
        for start, end in [match.span()]
    ]


def cuts_between(rows: Sequence[Row], names: Sequence[Row]) -> dict[int, list[float]]:
    """Positions where rows of figures, and the names above them, are to be split, by line number."""
    rows = sorted(rows, key=lambda row: -row.line.bottom)
    cuts = {}
    for place, row in enumerate(rows):
        near = [other for other in rows[max(place - _NEAR_ROWS, 0) : place + _NEAR_ROWS + 1] if other is not row]
        cuts[row.number] = list(_cuts_of(row, near, is_name=False))
    for row in names:
        below = [other for other in rows if other.line.bottom < row.line.bottom][: _NEAR_ROWS + 1]
        cuts[row.number] = list(_cuts_of(row, below, is_name=True))
    return {number: found for number, found in cuts.items() if found}


def _cuts_of(row: Row, near: Sequence[Row], *, is_name: bool) -> Iterator[float]:
    height = row.line.height
    beside = [other.words for other in near if abs(other.line.bottom - row.line.bottom) < _FARTHEST_ROW * height]
    gaps = [word.left - before.right for before, word in itertools.pairwise(row.words)]
    narrow = min((gap for gap in gaps if gap > _MIN_GAP * height), default=0.0)
    for gap, (before, word) in zip(gaps, itertools.pairwise(row.words), strict=True):
        if gap < _MIN_GAP * height:
            continue
        are_figures = not is_name and _WHOLE.fullmatch(before.text) and _WHOLE.fullmatch(word.text)
        is_one = before.text.isdigit() and len(before.text) <= len("123") and _THOUSANDS.fullmatch(word.text)
        reaching = [words for words in beside if words[0].left < before.right and words[-1].right > word.left]
        parted = [pair for words in reaching if (pair := _parting(words, before.right, word.left))]
        if is_one and gap < _NARROW * height:
            continue
        if are_figures:
            is_gutter = len(parted) >= max(_MIN_ROWS - 1, (2 * len(reaching) + 2) // 3)
        else:  # Each of the two words must be above or below a figure.
            over = [_overlap(before, left) and _overlap(word, right) for left, right in parted]
            is_gutter = gap > _WIDER * narrow and len(parted) == len(reaching) and sum(over) >= _MIN_ROWS - 1
        if is_gutter:
            yield (before.right + word.left) / 2


def _parting(words: Sequence[Word], left: float, right: float) -> tuple[Word, Word] | None:
    """The words of a row on both sides of a gap; None if a word is in the gap."""
    return next(
        ((one, other) for one, other in itertools.pairwise(words) if one.right < right and other.left > left), None
    )
