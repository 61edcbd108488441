"""Bullets that are drawn and not written, put before the lines that they stand beside. Pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ingest.reading.readers.pdf.boxes import Box
from ingest.reading.readers.pdf.lines import BULLETS, Line

_FARTHEST = 3.0  # Heights from a bullet to its line.
_HIGHEST = 0.8  # Of the line's height, of a bullet.
_NEAR = 2.0  # Points from bullet to bullet of a list, and of what it is set in by.
_LEAST = 2  # Of a list.
_MIN_LETTERS, _LETTERS = 3, 0.4  # Of an item; share of its signs.


def with_bullets(lines: list[Line], marks: Sequence[Box]) -> list[Line]:
    """The lines, those of lists with a bullet where one is drawn: several at one place, each as far from its line."""
    found: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for mark in marks:
        number = _line_beside(lines, mark)
        if number >= 0:
            found[round(mark.left / _NEAR), round((lines[number].left - mark.right) / _NEAR)].add(number)
    bulleted = list(lines)
    for beside in found.values():
        for number in beside if len(beside) >= _LEAST else ():
            bulleted[number] = lines[number]._replace(text=f"• {lines[number].text}")
    return bulleted


def _line_beside(lines: Sequence[Line], mark: Box) -> int:
    """The number of the line that begins right of the mark; -1 where there is none, or the mark stands within one."""
    middle = (mark.bottom + mark.top) / 2
    beside = -1
    for number, line in enumerate(lines):
        if not line.bottom < middle < line.bottom + line.height:
            continue
        if 0 < line.left - mark.right < _FARTHEST * line.height:
            is_item = (
                mark.top - mark.bottom < _HIGHEST * line.height
                and line.text[0] not in BULLETS
                and sum(map(str.isalpha, line.text)) >= max(_MIN_LETTERS, _LETTERS * len(line.text))
            )
            beside = number if is_item and (beside < 0 or line.left < lines[beside].left) else beside
        elif line.left < mark.right and line.right > mark.left - line.height:
            return -1
    return beside
