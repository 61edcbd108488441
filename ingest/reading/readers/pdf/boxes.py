"""Where characters stand: their boxes, one by one or many side by side."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

from ingest.reading.readers.pdf.lines import Line


class Box(NamedTuple):
    """In points from the page's lower left corner."""

    left: float
    right: float
    bottom: float
    top: float


class Boxes(NamedTuple):
    """The boxes of many characters, side by side: their left sides, their right sides and so on."""

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
        """Those from number `start` to before number `end`."""
        return Boxes(self.lefts[start:end], self.rights[start:end], self.bottoms[start:end], self.tops[start:end])

    def highest(self) -> float:
        return max(map(operator.sub, self.tops, self.bottoms), default=0.0)

    def as_high_as(self, line: Line, numbers: Iterable[int]) -> Boxes:
        """The boxes with some of them as high as the line."""
        bottoms, tops = list(self.bottoms), list(self.tops)
        for number in numbers:
            bottoms[number], tops[number] = line.bottom, line.bottom + line.height
        return self._replace(bottoms=bottoms, tops=tops)
