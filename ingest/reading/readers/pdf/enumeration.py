"""Items of numbered lists, found because their numbers or letters count on from item to item. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.reading.readers.pdf.lines import Line

_MARK = re.compile(r"([(\[]?)(\d{1,3}|[A-Za-z]|[ivxlcIVXLC]{2,6})([.)\]])\s+\S")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_FARTHEST = 80  # Lines from item to item.


def counted_items(lines: Sequence[Line]) -> set[int]:
    """The indexes of lines that begin an item and whose marks count on: 1. 2. 3., (a) (b), [9] [10], ii. iii."""
    found: set[int] = set()
    last: dict[tuple[str, str, str], tuple[int, int]] = {}
    marked = [(index, line, match) for index, line in enumerate(lines) if (match := _MARK.match(line.text))]
    for index, line, match in marked:
        for style, value in _marks_of(match):
            before = last.get(style)
            if before is not None and before[0] + 1 == value and _is_next(lines[before[1]], line, index - before[1]):
                found |= {before[1], index}
            last[style] = value, index
    return found


def _is_next(before: Line, line: Line, distance: int) -> bool:
    """Whether the line stands below the other at the same indent, or in the next column."""
    if distance > _FARTHEST:
        return False
    return abs(line.left - before.left) < max(before.height, line.height) or line.bottom > before.bottom + line.height


def _marks_of(match: re.Match[str]) -> Iterator[tuple[tuple[str, str, str], int]]:
    """The styles and values that a mark may have: "i." is a letter, and a Roman number."""
    if (match.group(1) == "[") != (match.group(3) == "]"):
        return
    opening, mark, closing = match.groups()
    if mark.isdigit():
        yield (opening, "1", closing), int(mark)
        return
    case = "a" if mark.islower() else "A"
    if len(mark) == 1:
        yield (opening, case, closing), ord(mark)
    if value := _roman(mark.lower()):
        yield (opening, case + "i", closing), value


def _roman(mark: str) -> int:
    """The value of a Roman number, 0 if it is none."""
    digits = [_ROMAN.get(sign, 0) for sign in mark]
    if not all(digits):
        return 0
    return sum(-one if one < other else one for one, other in zip(digits, [*digits[1:], 0], strict=True))
