"""Text that is printed a second time at its place, as for a shadow or to look bold: whole, or in other pieces."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from ingest.reading.readers.pdf.boxes import Boxes

Run = tuple[float, float, float, float]  # Left, top, right and bottom.

_BACK = 0.5  # Heights that a run reaches back over another, at least.
_LEVEL = 0.15  # Of the height, between the tops or the bottoms of the two, at most.
_FALL = 3.0  # Points: a run so much lower is of the next line.
_GRID = 2.0  # Points.
_WINDOW = 200  # Signs of one kind that begin at one place, one below the other.
_OFF, _OF_WIDTH = 0.12, 0.6  # Heights, and widths of the letter, that the second printing is off the first.


def is_overprinted(runs: Sequence[Run]) -> bool:
    """True where a run of text stands over another, given all in the order of the text: over the one before it, or at
    the place of any where the text goes up again."""
    is_rising = False
    for before, run in itertools.pairwise(runs):
        if run[3] < before[3] - _FALL:
            continue
        if run[0] < before[2] and _are_over(before, run):
            return True
        is_rising |= run[3] > before[1]
    return is_rising and _is_printed_again(runs)


def _is_printed_again(runs: Sequence[Run]) -> bool:
    known: dict[tuple[int, int], Run] = {}
    for run in runs:
        before = known.setdefault((round(run[0] / _GRID), round(run[3] / _GRID)), run)
        if before is not run and _are_over(before, run):
            return True
    return False


def _are_over(one: Run, other: Run) -> bool:
    """True where they share more of a line than their ends."""
    height = min(one[1] - one[3], other[1] - other[3])
    shared = min(one[2], other[2]) - max(one[0], other[0])
    edge = min(abs(one[1] - other[1]), abs(one[3] - other[3]))
    return height > 0 and shared > _BACK * height and edge < _LEVEL * height and one != other


def each_sign_once(units: str, boxes: Boxes) -> str:
    """The code units of a page, given their boxes, with blanks in place of signs that are printed a second time."""
    signs = list(units)
    ordered = sorted(zip(units, boxes.lefts, range(len(units)), boxes.rights, boxes.bottoms, boxes.tops, strict=True))
    for at, (sign, left, number, right, bottom, top) in enumerate(ordered):
        if sign.isspace():
            continue
        near, level = min(_OFF * (top - bottom), _OF_WIDTH * (right - left)), _OFF * (top - bottom)
        for other, start, later, _, low, _ in ordered[at + 1 : at + 1 + _WINDOW]:
            if other != sign or start - left >= near:
                break
            # A ligature is two signs at one place, which follow each other.
            if abs(low - bottom) < level and abs(later - number) > 1:
                signs[max(number, later)] = " "
    return "".join(signs)
