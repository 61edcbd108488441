"""Bounding boxes of characters: one box, or the boxes of many characters as four parallel sequences."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

from ingest.reading.readers.pdf.lines import Line


class Box(NamedTuple):
    """A bounding box in points, measured from the page's lower left corner."""

    left: float
    right: float
    bottom: float
    top: float


class Boxes(NamedTuple):
    """The boxes of many characters as parallel sequences: all left sides, all right sides, and so on."""

    lefts: Sequence[float]
    rights: Sequence[float]
    bottoms: Sequence[float]
    tops: Sequence[float]

    @classmethod
    def of(cls, boxes: Iterable[Box]) -> Self:
        return cls(*zip(*boxes, strict=True))

    def each(self) -> list[Box]:
        return [Box(*edges) for edges in zip(*self, strict=True)]

    def part(self, start: int, end: int) -> Boxes:
        """The boxes from number `start` up to, but not including, number `end`."""
        return Boxes(self.lefts[start:end], self.rights[start:end], self.bottoms[start:end], self.tops[start:end])

    def kept(self, are_kept: Sequence[bool]) -> Boxes:
        """Some of the boxes."""
        return Boxes(*(list(itertools.compress(edges, are_kept)) for edges in self))

    def highest(self) -> float:
        return max(map(operator.sub, self.tops, self.bottoms), default=0.0)

    def as_high_as(self, line: Line, numbers: Iterable[int]) -> Boxes:
        """The boxes, with those of the given numbers made as high as the line."""
        bottoms, tops = list(self.bottoms), list(self.tops)
        for number in numbers:
            bottoms[number], tops[number] = line.bottom, line.bottom + line.height
        return self._replace(bottoms=bottoms, tops=tops)


def reaching(starts: Sequence[float], ends: Sequence[float], start: float, end: float) -> list[bool]:
    """Which of many intervals reach into one; an empty list if all do, or none."""
    if max(starts) < end and min(ends) > start:
        return []
    inside = [first < end and last > start for first, last in zip(starts, ends, strict=True)]
    return inside if any(inside) else []
