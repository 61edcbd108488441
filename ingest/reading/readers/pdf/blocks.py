"""Blocks of text side by side, such as the addresses and dates at the head of an invoice. Each block is read on its
own. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.reading.readers.pdf.grid import Grid
from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.tables import is_figure

_MIN_LINES = 3
_MIN_LIKE = 2
_UNLIKE = 0.7  # Share of the lines of an address that are different.
_NEARLY, _MOSTLY, _SOME = 0.7, 0.6, 0.3
_MAX_LABEL = 30  # Characters of a label.
_MAX_LINE = 42  # Mean length in characters of a block's lines; longer lines are running text.
_WIDE = 2.0  # Heights: the gap between two blocks of labels and values.
_PAIR = re.compile(r"[^\W\d][^:]{0,40}:\s?\S")  # A label followed by its value.
_WORD = re.compile(r"[^\W\d_]{3}")
_DIGIT = re.compile(r"\d")
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}")
_COLONS = (":", "：")


def blocks_in(grid: Grid) -> list[list[Line]]:
    """The lines of each block, from left to right; fewer than two if the columns may not be blocks."""
    columns = [grid.column(number) for number in range(grid.width)]
    if not all(columns):
        return []
    starts = [0, *(number for number in range(1, grid.width) if _begins_block(columns, number))]
    ends = [*starts[1:], grid.width]
    return [
        [line for row in grid.rows for line in row[start:end] if line] for start, end in zip(starts, ends, strict=True)
    ]


def _begins_block(columns: Sequence[Sequence[Line]], number: int) -> bool:
    before, column = columns[number - 1], columns[number]
    if _are_labels(column) and not _are_labels(before):
        return number + 1 < len(columns) or _is_stack(before)
    after = columns[number + 1] if number + 1 < len(columns) else ()
    if _is_stack(before):
        return _is_stack(column) or (_may_be_labels(column) and _are_values(after))
    return (
        number > 1
        and _may_be_labels(columns[number - 2])
        and _are_values(before)
        and _may_be_labels(column)
        and _are_values(after)
        and _gap(before, column) > _WIDE * column[0].height
    )


def _gap(before: Sequence[Line], column: Sequence[Line]) -> float:
    return min(line.left for line in column) - max(line.right for line in before)


def _is_stack(column: Sequence[Line]) -> bool:
    """Whether each line is complete by itself, as in an address: words with digits, or labels with values."""
    texts = [line.text for line in column]
    if len(column) < _MIN_LINES or _are_labels(column) or sum(map(len, texts)) > _MAX_LINE * len(texts):
        return False
    if sum(bool(_PAIR.match(text)) for text in texts) >= _MIN_LIKE:
        return True
    if len(set(texts)) < _UNLIKE * len(texts) or sum(map(is_figure, texts)) > _SOME * len(texts):
        return False
    mixed = sum(bool(_WORD.search(text) and _DIGIT.search(text)) for text in texts)
    return mixed >= _MIN_LIKE and _SOME * len(texts) <= mixed < len(texts)


def _are_labels(column: Sequence[Line]) -> bool:
    """Whether most lines end in a colon."""
    return sum(line.text.endswith(_COLONS) for line in column) >= max(_MIN_LIKE, _MOSTLY * len(column))


def _may_be_labels(column: Sequence[Line]) -> bool:
    """Whether the lines are short, all different, and almost free of digits."""
    texts = [line.text for line in column]
    like = sum(len(text) <= _MAX_LABEL and not _DIGIT.search(text) and bool(_WORD.search(text)) for text in texts)
    return len(texts) >= _MIN_LINES and len(set(texts)) == len(texts) and like >= _NEARLY * len(texts)


def _are_values(column: Sequence[Line]) -> bool:
    """Whether the lines mix dates, codes and words, which the column of a table does not."""
    texts = [line.text for line in column]
    with_digits = sum(bool(_DIGIT.search(text)) for text in texts)
    numbers = sum(is_figure(text) and not _DATE.fullmatch(text) for text in texts)
    return len(texts) >= _MIN_LINES and with_digits >= _SOME * len(texts) and numbers < _MOSTLY * len(texts)
