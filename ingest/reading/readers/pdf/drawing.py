"""Correct the order in which a page's lines were drawn where it contradicts their positions. Pure functions."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.rules import Drawn, Upright

_MOSTLY = 0.6
_OVERLAP = 0.5  # Share of the narrower one: they are in the same column.
_TOUCH = 0.3  # Line heights by which blocks may overlap.
_FARTHEST = 4.0  # Heights between lines of one block.
_MAX_BLOCKS = 150
_PARTING = 0.4  # Share of the height of the page's text.
_MIN_BESIDE = 5  # Lines on each side.
_NEAR = 3.0  # Points between lines that meet.


def as_read(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines in reading order: a block drawn after one below it is moved before that one, and a page that was
    mostly drawn upwards in one column is reversed."""
    pairs = list(itertools.pairwise(lines))
    rising = sum(line.bottom > before.bottom + 0.5 * before.height and _overlap(before, line) for before, line in pairs)
    if pairs and rising > _MOSTLY * len(pairs):
        return sorted(lines, key=lambda line: -line.bottom)
    if rising == 0 and not _goes_up(pairs):
        return lines
    blocks = _blocks(lines)
    if len(blocks) <= _MAX_BLOCKS:
        blocks = _opened(blocks)
    if len(blocks) > _MAX_BLOCKS or not any(_is_above(later, one) for one, later in itertools.combinations(blocks, 2)):
        return lines
    return [line for block in _sorted(blocks) for line in block.lines]


def parted_by_line(lines: Sequence[Line], drawn: Drawn) -> list[list[Line]] | None:
    """The lines above, left of, right of and below a vertical line that stands alone and divides much of the page; None
    if there is no such line."""
    if not drawn.upright or len(lines) < 2 * _MIN_BESIDE:
        return None
    height = max(line.bottom + line.height for line in lines) - min(line.bottom for line in lines)
    for upright in drawn.upright:
        if upright.is_edge or upright.top - upright.bottom < _PARTING * height or _is_met(upright, drawn):
            continue
        inside = [line for line in lines if upright.bottom < line.bottom + line.height / 2 < upright.top]
        left = [line for line in inside if line.right < upright.place + _TOUCH * line.height]
        right = [line for line in inside if line.left > upright.place - _TOUCH * line.height]
        if len(left) + len(right) == len(inside) and min(len(left), len(right)) >= _MIN_BESIDE:
            above = [line for line in lines if line.bottom + line.height / 2 >= upright.top]
            below = [line for line in lines if line.bottom + line.height / 2 <= upright.bottom]
            return [above, left, right, below]
    return None


def _is_met(upright: Upright, drawn: Drawn) -> bool:
    """Whether a horizontal line meets it: both belong to a table."""
    return any(
        rule.left - _NEAR < upright.place < rule.right + _NEAR
        and upright.bottom - _NEAR < rule.height < upright.top + _NEAR
        for rule in drawn.level
    )


def _overlap(one: Line, other: Line) -> bool:
    return one.left < other.right and other.left < one.right


@dataclass(slots=True)
class _Block:
    """Lines drawn one below the other, and the box around them."""

    lines: list[Line]
    left: float
    right: float
    bottom: float
    top: float

    def takes(self, line: Line) -> bool:
        """Whether the line continues the block downwards, or beside its last line."""
        last = self.lines[-1]
        if abs(last.bottom - line.bottom) < 0.5 * max(last.height, line.height):
            return True
        if last.bottom - line.bottom > _FARTHEST * max(last.height, line.height):
            return False
        return line.bottom < last.bottom and line.left < self.right and self.left < line.right

    def add(self, line: Line) -> None:
        self.lines.append(line)
        self.left, self.right = min(self.left, line.left), max(self.right, line.right)
        self.bottom, self.top = min(self.bottom, line.bottom), max(self.top, line.bottom + line.height)


def _goes_up(pairs: Sequence[tuple[Line, Line]]) -> bool:
    return any(line.bottom > before.bottom + before.height for before, line in pairs)


def _blocks(lines: Sequence[Line]) -> list[_Block]:
    blocks: list[_Block] = []
    for line in lines:
        if blocks and blocks[-1].takes(line):
            blocks[-1].add(line)
        else:
            blocks.append(_Block([line], line.left, line.right, line.bottom, line.bottom + line.height))
    return blocks


def _opened(blocks: Sequence[_Block]) -> list[_Block]:
    """The blocks, split where a block drawn later belongs between two of their lines."""
    opened: list[_Block] = []
    for number, block in enumerate(blocks):
        start = 0
        for at, (above, below) in enumerate(itertools.pairwise(block.lines), 1):
            if any(_fits(later, above, below) for later in blocks[number + 1 :]):
                opened.extend(_blocks(block.lines[start:at]))
                start = at
        opened.extend(_blocks(block.lines[start:]) if start else [block])
    return opened


def _fits(block: _Block, above: Line, below: Line) -> bool:
    """Whether the block is between two lines of the same column."""
    near = _TOUCH * block.lines[0].height
    if not (block.top < above.bottom + near and block.bottom > below.bottom + below.height - near):
        return False
    left, right = max(above.left, below.left, block.left), min(above.right, below.right, block.right)
    return right - left > _OVERLAP * min(above.right - above.left, below.right - below.left, block.right - block.left)


def _is_above(one: _Block, other: _Block) -> bool:
    """Whether all of the first block is above the second, in the same column."""
    shared = min(one.right, other.right) - max(one.left, other.left)
    if shared < _OVERLAP * min(one.right - one.left, other.right - other.left):
        return False
    return one.bottom > other.top - _TOUCH * other.lines[0].height


def _sorted(blocks: Sequence[_Block]) -> list[_Block]:
    """The blocks in drawing order, except that each follows all blocks above it."""
    below: list[list[int]] = [[] for _ in blocks]
    waiting = [0] * len(blocks)
    for one, other in itertools.permutations(range(len(blocks)), 2):
        if _is_above(blocks[one], blocks[other]):
            below[one].append(other)
            waiting[other] += 1
    ready = [number for number, count in enumerate(waiting) if count == 0]
    ordered = []
    while ready:
        number = heapq.heappop(ready)
        ordered.append(blocks[number])
        for other in below[number]:
            waiting[other] -= 1
            if waiting[other] == 0:
                heapq.heappush(ready, other)
    return ordered
