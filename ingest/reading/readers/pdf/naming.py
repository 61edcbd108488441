"""Write a page's table as lines. Only rows that match the column names get them: a wrong name is worse than none.
Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.reading.readers.tables import (
    NOTHING,
    Row,
    guess_header_rows,
    is_figure,
    is_filled,
    labels_of,
    lines,
    opened,
    repeated,
)

_MIN_NAMED = 0.5  # Share of the columns in use.
_MAX_NAME = 120  # Characters of a name that is repeated before each value.
_MIN_NAMES = 3  # Names above a table within a table.
_MAX_INNER_NAME = 40
_RECENT = 12  # Rows examined above it.
_MOSTLY, _NEARLY = 0.6, 0.8
_FEW_FIGURES = 0.3
_MIN_COLUMNS_OF_TOTALS = 4
_CODE = re.compile(r'\d{5}|[<>{}]|="|\w \|')
_WORD = re.compile(r"[^\W\d_]{3}")
_SYMBOLS = frozenset("$€£¥%()-–—")


def named_lines(rows: Sequence[Row], header_rows: int | None) -> list[str]:
    """The rows as lines of text. If `header_rows` is None, the number of header rows is judged by their look."""
    return [line for part, count in _tables_in(rows, header_rows) for line in _lines(part, count)]


def are_named(rows: Sequence[Row], header_rows: int | None) -> bool:
    """Whether the columns have names that match most rows."""
    _, header, body = _parted(*_with_groups(rows, header_rows))
    return bool(header) and not _are_in_doubt(header, body)


def _lines(rows: Sequence[Row], header_rows: int | None) -> list[str]:
    titles, header, body = _parted(*_with_groups(rows, header_rows))
    titles = [title for title in titles if title]
    if not header or _are_in_doubt(header, body):
        return [*titles, *lines([*header, *body], header_rows=0)]
    figures = _columns_of_figures(body)
    width = max(map(len, [*header, *body]))
    used = [column for column in range(width) if any(_is_filled(row, column) for row in body)]
    last = {tuple(row) for row in _sums_below(body)} if len(used) >= _MIN_COLUMNS_OF_TOTALS else set()
    named = lines(
        [*header, *body],
        header_rows=len(header),
        is_unnamed=lambda row: tuple(row) in last or _is_total(row, figures, len(used)),
    )
    return [*titles, *named]


def _parted(rows: Sequence[Row], header_rows: int | None) -> tuple[list[str], list[list[str]], list[list[str]]]:
    """The titles above the table, the header rows, and the rows below them."""
    titles, cleaned, count = opened(rows, header_rows)
    count = guess_header_rows(cleaned) if count is None else count
    return titles, cleaned[:count], cleaned[count:]


def _with_groups(rows: Sequence[Row], header_rows: int | None) -> tuple[Sequence[Row], int | None]:
    """Repeat group headings over each of their columns, if every group has the same column names. Returns the rows and
    the number of header rows, which is 2 if the second row names more columns than the first."""
    if header_rows not in (None, 1, 2) or len(rows) < 3:
        return rows, header_rows
    groups, names = ([at for at, cell in enumerate(row) if at and cell not in NOTHING] for row in rows[:2])
    width = len(names) // len(groups) if groups else 0
    texts = [rows[1][at] for at in names]
    is_words = not any(is_figure(cell) and not _is_year(cell) for row in rows[:2] for cell in row[1:])
    has_figures = any(is_figure(rows[2][at]) for at in names if at < len(rows[2]))
    if header_rows == 1 and len(names) > len(groups) and is_words and has_figures:
        header_rows = 2
    if width < 2 or len(groups) < 2 or width * len(groups) != len(names) or not is_words:
        return rows, header_rows
    slices = [names[start : start + width] for start in range(0, len(names), width)]
    if texts != texts[:width] * len(groups) or len(set(texts[:width])) < width or not has_figures:
        return rows, header_rows
    if not all(inside[0] <= at <= inside[-1] for at, inside in zip(groups, slices, strict=True)):
        return rows, header_rows
    above = ["" if at else cell for at, cell in enumerate(rows[0])]
    for at, inside in zip(groups, slices, strict=True):
        for column in inside:
            above[column] = rows[0][at]
    return [above, *rows[1:]], 2


def _is_year(text: str) -> bool:
    return text.isdigit() and len(text) == len("1900")


def _tables_in(rows: Sequence[Row], header_rows: int | None) -> Iterator[tuple[Sequence[Row], int | None]]:
    """Split the table above each row that names the columns of the rows below it, but not of those above."""
    start, count = 0, header_rows
    for number in range(max(header_rows or 0, 1) + 1, len(rows) - 1):
        above = rows[max(start + (count or 0), number - _RECENT) : number]
        if above and is_filled(rows[number - 1]) and _names_others(rows[number], rows[number + 1], above):
            yield rows[start:number], count
            start, count = number, None
    yield rows[start:], count


def _names_others(row: Row, below: Row, above: Sequence[Row]) -> bool:
    """Whether the row names columns that hold figures below it, while there is hardly a figure above it."""
    names = [column for column, cell in enumerate(row) if cell not in NOTHING]
    texts = [row[column] for column in names]
    if len(names) < _MIN_NAMES or len(set(texts)) < len(texts):
        return False
    if not all(map(_is_name, texts)):
        return False
    filled = [column for column in names if column < len(below) and _is_filled(below, column)]
    if len(filled) < _MOSTLY * len(names) or not any(is_figure(below[column]) for column in filled[1:]):
        return False
    others = [cell for other in above for cell in other[1:] if cell not in NOTHING and cell not in _SYMBOLS]
    return sum(map(is_figure, others)) <= _FEW_FIGURES * len(others)


def _is_name(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    return 2 <= letters >= _NEARLY * len(text.replace(" ", "")) and len(text) <= _MAX_INNER_NAME


def _are_in_doubt(header: Sequence[Row], body: Sequence[Row]) -> bool:
    """Whether the names are doubtful: many columns have none, one is as long as a sentence or holds a code, or a colon
    marks it as a label followed by a value."""
    names = labels_of([repeated(row) for row in header])
    width = max((len(row) for row in body), default=0)
    used = [
        column
        for column in range(width)
        if any(_is_filled(row, column) and row[column] not in _SYMBOLS for row in body)
    ]
    found = [names[column] if column < len(names) else "" for column in used]
    if any(len(name) > _MAX_NAME for name in found) or any(map(_has_value, header)):
        return True
    if any(_is_label(name, column, body) for column, name in enumerate(header[-1])):
        return True
    if any(
        _CODE.search(name) and not _is_repeated_in(name, column, body) for name, column in zip(found, used, strict=True)
    ):
        return True
    # A name shared by neighbouring columns counts against the header.
    own = sum((1 if name != before else -1) for before, name in zip(["", *found], found, strict=False) if name)
    own += bool(found) and not found[0]
    return len(used) >= _MIN_NAMES and own < _MIN_NAMED * len(used)


def _has_value(row: Row) -> bool:
    """Whether a colon marks one cell as the label of the next."""
    filled = [cell for cell in row if cell not in NOTHING]
    ends = [cell.endswith(":") for cell in filled]
    return any(ends[1:-1]) and not all(ends[1:])


def _is_label(name: str, column: int, body: Sequence[Row]) -> bool:
    """Whether the name ends in a colon, as a cell below it does."""
    return name.endswith(":") and any(cell.endswith(":") for row in body for cell in row[column : column + 1])


def _is_repeated_in(name: str, column: int, body: Sequence[Row]) -> bool:
    """Whether the column repeats the name in every row, as a tall cell does."""
    return all(row[column : column + 1] in ([name], [""], []) for row in body)


def _columns_of_figures(body: Sequence[Row]) -> set[int]:
    """The columns after the first that hold hardly any words in rows with a first cell."""
    found = set()
    body = [row for row in body if _is_filled(row, 0)] or body
    for column in range(1, max((len(row) for row in body), default=0)):
        cells = [row[column] for row in body if _is_filled(row, column)]
        if sum(not _WORD.search(cell) for cell in cells) >= _MOSTLY * len(cells) and len(cells) > 1:
            found.add(column)
    return found


def _is_total(row: Row, figures: set[int], width: int) -> bool:
    """Whether the row holds a sum and its label, which the column names do not describe."""
    filled = [column for column, cell in enumerate(row) if cell not in NOTHING]
    if not filled:
        return False
    if any(row[column].endswith(":") for column in filled[:-1] if column > 0) and len(filled) <= _MOSTLY * width:
        return True
    return filled[0] > 0 and any(column in figures and _WORD.search(row[column]) for column in filled)


def _sums_below(body: Sequence[Row]) -> Iterator[Row]:
    """The last rows that hold only a label after the first column, and a figure."""
    for row in reversed(body):
        filled = [column for column, cell in enumerate(row) if cell not in NOTHING]
        if len(filled) != 2 or filled[0] == 0 or is_figure(row[filled[0]]) or not is_figure(row[filled[1]]):
            return
        yield row


def _is_filled(row: Row, column: int) -> bool:
    return column < len(row) and row[column] not in NOTHING
