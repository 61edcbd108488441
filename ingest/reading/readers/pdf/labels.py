"""Labels in a table: column names, and small labels above or before the values in forms. Pure functions."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from ingest.reading.readers.pdf.grid import Cells
from ingest.reading.readers.pdf.lines import MARKER, Line
from ingest.reading.readers.pdf.rules import Rule
from ingest.reading.readers.tables import MAX_HEADER_ROWS, has_values, is_figure

_SMALL = 0.8  # Times the height of the value: a label's height.
_NEARLY = 0.8  # Share of lines in bold.
_MIN_MARKED, _MARKED = 3, 0.3  # Labels followed by lines to be filled in, and their share.
_OVER = 2.0  # Points that a line below the label itself overlaps it, at least.
_NEAR_BASE = 0.4  # Line heights between such a line and the label's baseline.
_MAX_NAME = 48  # Characters of a name.
_MAX_SURE_NAME = 30  # Characters of a name that only its position suggests.


def header_rows(groups: Sequence[Sequence[Cells]], rules: Sequence[Rule]) -> int | None:
    """The number of header rows: bold rows above plain ones, or rows above the first line drawn inside the table.

    0 for two columns of words whose first row does not look like names, as it may be a key and its value; None if this
    does not decide.
    """
    rows = [row for group in groups for row in group]
    bold = [all(line.is_bold or len(line.text) < 2 for row in group for line in row if line) for group in groups]
    names = [" ".join(line.text for row in groups[0] if (line := row[column])) for column in range(len(rows[0]))]
    is_name = not has_values(names) and not MARKER.fullmatch(names[0])
    if (count := _staggered(groups)) and is_name:
        return count
    if len(groups) > 1 and bold[0] and not all(bold[1:]) and is_name:
        return _leading(groups, bold.index(False))
    above = _above_first_rule(groups, rules)
    if above:
        return _leading(groups, above)
    if len(rows[0]) > 2 or any(is_figure(line.text) for row in rows for line in row[1:] if line):
        return None
    first = [line.text for line in rows[0] if line]
    return (
        0
        if any(None in row for group in groups for row in group[:1])
        or any(
            text[0].islower() or not text[0].isalnum() or len(text) > _MAX_SURE_NAME or "," in text for text in first
        )
        else None
    )


def _staggered(groups: Sequence[Sequence[Cells]]) -> int:
    """The number of rows above the first figures if names of several lines stand there, nearly all in bold.

    Then the lines of one name are at other heights than those of the next, and no row has a cell in each column.
    """
    figures = (number for number, group in enumerate(groups) if any(map(is_figure, _texts(group)[1:])))
    count = next(figures, 0)
    lines = [line for group in groups[:count] for row in group for line in row if line]
    if not 1 < count <= MAX_HEADER_ROWS or sum(line.is_bold for line in lines) < _NEARLY * len(lines):
        return 0
    rows = [_texts(group) for group in groups[:count]]
    return count if all(map(any, zip(*rows, strict=True))) and not any(map(all, rows)) else 0


def _texts(group: Sequence[Cells]) -> list[str]:
    return ["".join(line.text for row in group if (line := row[column])) for column in range(len(group[0]))]


def _leading(groups: Sequence[Sequence[Cells]], most: int) -> int:
    """The number of leading rows that name columns: the first, and those after it with several cells and no figures."""
    count = 1
    while count < min(most, MAX_HEADER_ROWS):
        cells = [line.text for row in groups[count] for line in row if line]
        if len(cells) < 2 or any(map(is_figure, cells)):
            break
        count += 1
    return count


def _above_first_rule(groups: Sequence[Sequence[Cells]], rules: Sequence[Rule]) -> int:
    """The number of rows of words above the only line drawn inside the table, near its top; else 0."""
    bottoms = [min(map(bottom_of, group)) for group in groups]
    below = [sum(height < bottom for bottom in bottoms) for height, *_ in rules]
    inside = {count for count in below if 0 < count < len(groups)}
    if len(inside) != 1 or (count := inside.pop()) >= min(MAX_HEADER_ROWS, len(groups) - 1):
        return 0
    names = [
        " ".join(line.text for group in groups[:count] for row in group if (line := row[column]))
        for column in range(len(groups[0][0]))
    ]
    return 0 if any(is_figure(name) or len(name) > _MAX_NAME for name in names) or not all(names[1:]) else count


def are_labels_over_values(rows: Sequence[Cells]) -> bool:
    """Whether this is a form: every second row is set larger than the labels above its values."""
    if len(rows) % 2:
        return False
    return all(
        max(line.height for line in names if line) < _SMALL * min(line.height for line in values if line)
        and all(name is not None for name, value in zip(names, values, strict=True) if value)
        and not any(is_figure(line.text) for line in names if line)
        for names, values in zip(rows[::2], rows[1::2], strict=True)
    )


def is_named(lines: Sequence[Line]) -> bool:
    """Whether the first line is a small label above the other lines in its box."""
    if len(lines) < 2:
        return False
    first, *rest = sorted(lines, key=lambda line: -line.bottom)
    if first.height >= _SMALL * min(line.height for line in rest) or first.left > min(line.right for line in rest):
        return False  # Not smaller, or the mark of a note after the text.
    return len(first.text) <= _MAX_NAME and not first.text.endswith(".") and not rest[0].text[0].islower()


def are_to_fill_in(lines: Sequence[Line], rules: Sequence[Rule]) -> bool:
    """Whether these are the labels of an empty form: a line is drawn right after many of them.

    `rules` are sorted from the top down.
    """
    rules = rules[::-1]
    heights = [rule.height for rule in rules]
    marked = 0
    for line in lines if rules else ():
        near = _NEAR_BASE * line.height
        first, last = bisect_left(heights, line.bottom - near), bisect_right(heights, line.bottom + near)
        beside = rules[first:last]
        is_underlined = any(rule.left < line.right - _OVER and rule.right > line.left + _OVER for rule in beside)
        marked += not is_underlined and any(
            -0.3 * line.height < rule.left - line.right < line.height for rule in beside
        )
    return marked >= max(_MIN_MARKED, _MARKED * len(lines))


def bottom_of(row: Cells) -> float:
    return min(line.bottom for line in row if line)
