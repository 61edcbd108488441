"""Part what pdfium gives as one line: cells with wide gaps between them, and signs set higher. Pure functions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from ingest.readers.pdflines import Line, with_raised

# In heights of the line.
_GAP = 0.75
_DOUBT = 0.5  # From here on a gap between two runs of text is looked at closer.
_SMALL, _RAISED = 0.85, 0.15
_REACH = 4  # Lines further on where a run may belong.


class Box(NamedTuple):
    """In points from the page's lower left corner."""

    left: float
    right: float
    bottom: float
    top: float


def uneven_lines(lines: Sequence[Line], runs: Sequence[Box]) -> set[int]:
    """The numbers of the lines whose runs have wide gaps between them or stand at different heights.

    Both are in the order of the text.
    """
    uneven: set[int] = set()
    number = 0
    before: Box | None = None
    for run in runs:
        for ahead in range(number, min(number + _REACH, len(lines))):
            if _holds(lines[ahead], run):
                if ahead != number:
                    number, before = ahead, None
                line = lines[number]
                if before is not None and (_is_apart(before, run, line.height) or _is_small(run, line)):
                    uneven.add(number)
                before = run
                break
    return uneven


def _holds(line: Line, run: Box) -> bool:
    middle = (run.bottom + run.top) / 2
    return (
        line.left - 1 <= (run.left + run.right) / 2 <= line.right + 1
        and line.bottom - 0.3 * line.height <= middle <= line.bottom + 1.3 * line.height
    )


def _is_apart(before: Box, run: Box, height: float) -> bool:
    return run.left - before.right > _DOUBT * height


def _is_small(run: Box, line: Line) -> bool:
    return run.top - run.bottom < 0.55 * line.height and run.bottom > line.bottom + 0.35 * line.height


def parted(line: Line, boxes: Sequence[Box]) -> list[Line]:
    """The line's cells, given the box of each of its characters; the line itself where it has no more than one."""
    if len(boxes) != len(line.text):
        return [line]
    if any(box.left < before.left - line.height for before, box in itertools.pairwise(boxes)):
        return [line]
    cells: list[list[int]] = [[]]
    right = boxes[0].right
    for index, sign in enumerate(line.text):
        if sign == " ":
            continue
        if boxes[index].left - right > _GAP * line.height and cells[-1]:
            cells.append([])
        cells[-1].append(index)
        right = max(boxes[index].right, right) if cells[-1][0] != index else boxes[index].right
    return [_cell(line, boxes, indexes[0], indexes[-1] + 1) for indexes in cells]


def _cell(line: Line, boxes: Sequence[Box], start: int, end: int) -> Line:
    text = ""
    raised = ""
    for index in range(start, end):
        box = boxes[index]
        if line.text[index] != " " and _is_raised(box, line):
            raised += line.text[index]
            continue
        if raised:
            text, raised = with_raised(text, raised) if text else _leading(raised), ""
        text += line.text[index]
    if raised:
        text = with_raised(text, raised) if text else raised
    return line._replace(
        text=" ".join(text.split()),
        left=min(box.left for box in boxes[start:end]),
        right=max(box.right for box in boxes[start:end]),
    )


def _leading(mark: str) -> str:
    """A raised mark before a text, as at the foot of a page."""
    return f"[{mark}] " if mark.isdigit() else mark


def _is_raised(box: Box, line: Line) -> bool:
    return 0 < box.top - box.bottom < _SMALL * line.height and box.bottom > line.bottom + _RAISED * line.height
