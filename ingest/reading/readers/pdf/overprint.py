"""Text that is printed a second time at its place, as for a shadow or to look bold: whole, or in other pieces."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from ingest.reading.readers.pdf.boxes import Boxes

Run = tuple[float, float, float, float]  # Left, top, right and bottom.

_BACK = 0.5  # Heights that a run reaches back over another, at least.
_FLAT = 0.06  # Times the height of a run beside it.
_LEVEL = 0.5  # Of the height, between the middles of the two, at most.
_OFF, _OF_WIDTH = 0.12, 0.6  # Heights, and widths of the letter, that the second printing is off the first.


def is_overprinted(runs: Sequence[Run]) -> bool:
    """True where a run of text stands over another, given all in the order of the text: over the one before it, or over
    any where the text goes up again."""
    is_rising = False
    for before, run in itertools.pairwise(runs):
        if run[0] < before[2] and run[3] < before[1] and run[1] > before[3] and _are_over(before, run):
            return True
        is_rising |= run[3] > before[1]
    if not is_rising:
        return False
    ordered = sorted(runs, key=lambda run: (round(run[3]), run[0]))
    # Most stand below each other, which a look at two edges tells.
    return any(
        other[3] < one[1] and other[0] < one[2] and _are_over(one, other) for one, other in itertools.pairwise(ordered)
    )


def _are_over(one: Run, other: Run) -> bool:
    """True where they share more of a line than their ends."""
    least, most = sorted((one[1] - one[3], other[1] - other[3]))
    shared = min(one[2], other[2]) - max(one[0], other[0])
    apart = abs(one[1] + one[3] - other[1] - other[3])
    # A dash is flat, and the word behind it may touch it.
    return shared > _BACK * least and apart < 2 * _LEVEL * least and least > _FLAT * most and one != other


def each_sign_once(units: str, boxes: Boxes) -> str:
    """The code units of a page, given their boxes, with blanks in place of signs that are printed a second time."""
    signs = list(units)
    known: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for number, (sign, left, right, bottom, top) in enumerate(zip(units, *boxes, strict=True)):
        height = top - bottom
        if height <= 0 or sign.isspace():
            continue
        level = _OFF * height
        near = min(level, _OF_WIDTH * (right - left))
        place = round(left / height)
        around = [spot for step in (-1, 0, 1) for spot in known.get((sign, place + step), ())]
        if any(abs(left - other) < near and abs(bottom - low) < level for other, low in around):
            signs[number] = " "
        else:
            known.setdefault((sign, place), []).append((left, bottom))
    return "".join(signs)
