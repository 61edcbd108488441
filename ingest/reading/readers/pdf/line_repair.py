"""Repair lines that fonts or programs describe wrongly: false heights, text drawn twice. Pure functions."""

from __future__ import annotations

import itertools
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence

from ingest.reading.readers.pdf.lines import Line

_MIN_LINES = 3
_OF_PITCH = 0.85  # Share of the line distance that a line's height may take.
_SAME_PLACE = 0.35  # Line heights.


def with_true_heights(lines: list[Line]) -> list[Line]:
    """The lines with heights small enough not to overlap the next line: some fonts claim twice their real height."""
    falls: defaultdict[float, list[float]] = defaultdict(list)
    for before, line in itertools.pairwise(lines):
        fall = before.bottom - line.bottom
        if 0.2 * line.height < fall < line.height and abs(before.height - line.height) < 0.05 * line.height:
            falls[round(line.height)].append(fall)
    counts = {
        height: sum(round(line.height) == height for line in lines)
        for height, found in falls.items()
        if len(found) >= _MIN_LINES
    }
    high = {
        height: _OF_PITCH * statistics.median(falls[height])
        for height, count in counts.items()
        if 2 * len(falls[height]) > count and statistics.median(falls[height]) < 0.9 * height
    }
    if not high:
        return lines
    return [
        line._replace(height=height, bottom=line.bottom + (line.height - height) / 4)
        if (height := high.get(round(line.height)))
        else line
        for line in lines
    ]


def each_once(lines: list[Line]) -> list[Line]:
    """The lines without those drawn a second time at the same place, for example as a shadow."""
    texts = [line.text for line in lines]
    if len(set(texts)) == len(texts):
        return lines
    counts = Counter(texts)
    known: defaultdict[str, list[Line]] = defaultdict(list)
    kept = []
    for line in lines:
        if counts[line.text] > 1:
            if any(_is_same_place(line, other) for other in known[line.text]):
                continue
            known[line.text].append(line)
        kept.append(line)
    return kept


def _is_same_place(line: Line, other: Line) -> bool:
    near = _SAME_PLACE * line.height
    return abs(line.left - other.left) < near and abs(line.bottom - other.bottom) < near


def is_one_glyph(boxes: Sequence[tuple[float, float]]) -> bool:
    """Whether all (left, right) pairs are equal: the characters are one glyph of the font."""
    return all(abs(left - boxes[0][0]) < 0.05 and abs(right - boxes[0][1]) < 0.05 for left, right in boxes)
