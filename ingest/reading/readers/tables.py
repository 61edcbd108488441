"""Turn tables into rows that make sense alone: every cell is preceded by the name of its column. Pure functions."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence

from ingest.reading.readers.composer import one_line
from ingest.reading.readers.tablesymbols import joined_symbols

Row = Sequence[str]

# Fills the columns that the cell before it spans too.
SPANNED = "\ufdd0"
NOTHING = ("", SPANNED)
NO_VALUE = frozenset({"-", "–", "—", "n/a", "N/A"})
MAX_HEADER_ROWS = 4
_MAX_LABEL_CHARACTERS = 80
_COLUMNS_OF_WORDS = 3  # With fewer columns, words far above the first figures may be a key and its value, not names.
_SENTENCE = re.compile(r".{12}[.。]$|\w: +\w*\d")  # Not a column name: a sentence, or a name with its value.
_RANGE = re.compile(r"\d{1,3} ?[-–] ?\d{1,3}$")
_ERROR = re.compile(r"#(?:N/A|NV|[A-Z]+(?:/0)?[!?])$|Err:\d+$")
_NOT_FIGURES = str.maketrans("", "", "()+-−–$€£¥%.,:/' \u00a0\u202f")


def lines(
    rows: Sequence[Row],
    *,
    header_rows: int | None = None,
    has_header_style: bool = False,
    has_keys: bool = False,
    names: Sequence[str] = (),
    is_unnamed: Callable[[Row], bool] = lambda _: False,
) -> list[str]:
    """The table's rows as lines "Header: value; Header 2: value 2", or "value | value 2" if there is no header.

    `header_rows` is the number of header rows, if the format states it; if None, it is judged by the look of the rows.
    Cells covered by the one before them are given as SPANNED. `has_header_style` says that the first row is styled as
    a header, `has_keys` that the first of two columns names the values of the second. `names` are column names from
    elsewhere, for `header_rows` 0. `is_unnamed` tells which rows the column names do not apply to.
    """
    titles, named, body = _split(rows, header_rows, has_header_style=has_header_style or has_keys)
    if has_keys:
        return [*filter(None, titles), *map(_keyed, [*named, *body])]
    if not body:
        return [*filter(None, titles), *map(_plain, named)]
    labels = [*names] or labels_of([repeated(row) for row in named])
    shown = [_plain(row) if _spans_all(row) or is_unnamed(row) else _labelled(labels, row) for row in body]
    shown = shown if labels else _aligned(body)
    used = {label for row in body for label, cell in zip(labels, row, strict=False) if cell not in NOTHING}
    # The names of columns without a value would be lost, so the header is written as a row.
    is_lost = any(not any(label in other for other in used) for label in labels)
    return [*filter(None, titles), *(map(_plain, named) if is_lost else ()), *shown]


def names_and_body(rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    """The column names, judged by the look of the rows (empty if there are none), and the rows below them."""
    _, named, body = _split(rows, None)
    return labels_of([repeated(row) for row in named]), body


def _split(
    rows: Sequence[Row], header_rows: int | None, *, has_header_style: bool = False
) -> tuple[list[str], list[list[str]], list[list[str]]]:
    """The titles above the table, the header rows, and the rows below."""
    titles, cleaned, header_rows = opened(rows, header_rows)
    if header_rows is None:
        header_rows = guess_header_rows(cleaned, has_header_style=has_header_style)
    elif header_rows == 1 and _is_parted(cleaned):
        header_rows = 2
    named = [row for row in cleaned[:header_rows] if is_filled(row)]
    body = [joined for row in cleaned[header_rows:] if is_filled(joined := joined_symbols(row, spanned=SPANNED))]
    return titles, named, body


def opened(rows: Sequence[Row], header_rows: int | None) -> tuple[list[str], list[list[str]], int | None]:
    """The titles above the table, its other rows, and the number of header rows left among them."""
    cleaned = [[cell if cell == SPANNED else one_line(cell) for cell in row] for row in rows]
    titles: list[str] = []
    while (at := len(titles)) < len(cleaned) and (_spans_all if header_rows else _is_title)(cleaned[at]):
        titles.append(_plain(joined_symbols(cleaned[at], spanned=SPANNED)))
        header_rows = header_rows - 1 or None if header_rows else header_rows
    return titles, cleaned[len(titles) :], header_rows


def _is_title(row: Row) -> bool:
    """Whether the row is empty or only its first cell is filled, alone or across others."""
    return not any(cell and cell != SPANNED for cell in row[1:]) and len(row) > 1


def _spans_all(row: Row) -> bool:
    """Whether the row's first cell spans all others: it names the table, not its columns."""
    return len(row) > 1 and bool(row[0]) and all(cell == SPANNED for cell in row[1:])


def looks_like_header(row: Row) -> bool:
    """Whether the cells are short, distinct and not figures, and at most the corner is empty."""
    names = [cell for cell in row if cell]
    return (
        len(row) > 1
        and len(names) >= max(len(row) - 1, 1)
        and not row[0].endswith(":")
        and all(row[1:])
        and len(set(names)) == len(names)
        and all(len(name) <= _MAX_LABEL_CHARACTERS and not is_figure(name) for name in names)
        and not any(_SENTENCE.search(name) or _ERROR.match(name) for name in names)
    )


def guess_header_rows(rows: Sequence[Row], *, has_header_style: bool = False) -> int:
    """The number of header rows: those above a column of figures, or else a first row that looks like names."""
    top = next((index for index, row in enumerate(rows) if any(row)), len(rows))
    body = [row for row in rows[top + 1 :] if any(row)]
    if body and _is_matrix(rows[top], body):
        return top + 1
    first = next((index for index, row in enumerate(rows[top:], top) if has_values(row)), None)
    if first is not None:
        # The header ends with the lowest row that names a column of figures. A row with one cell is a subheading.
        above = range(first, top, -1)
        count = next((index for index in above if _names_figures(rows[index - 1], rows[first])), 0)
        count = count or next((index for index in above if is_filled(rows[index - 1][1:])), 0)
        header = rows[top:count]
        # Rows above it may only name groups of columns, with gaps between the names.
        pairs = itertools.pairwise(header)
        has_layers = all("" in row or SPANNED in row or not below[0] for row, below in pairs)
        is_header = 0 < len(header) <= MAX_HEADER_ROWS and has_layers and _columns_of_figures(header, rows[count:]) > 0
        is_header = is_header and not _has_some_keys(header[-1])
        is_header = is_header and not _numbers_rows(header[-1], rows[count:])
        if is_header or first < top + 2 or len(rows[top]) < _COLUMNS_OF_WORDS:
            return count if is_header else 0
    if any(cell and cell == below for row in body for cell, below in zip(rows[top], row, strict=False)):
        return 0  # A column is never named like a value in it.
    # With a single row of words below, nothing tells which of the two holds names.
    tells = len(body) > 1 or (has_header_style and bool(body))
    return top + 1 if tells and SPANNED not in rows[top] and looks_like_header(rows[top]) else 0


def _has_some_keys(row: Row) -> bool:
    """Whether a cell but the last ends with a colon, and another does not: where all do, they are names of columns."""
    keys = [cell.endswith(":") for cell in row if cell not in NOTHING]
    return any(cell.endswith(":") for cell in row[:-1]) and not (len(keys) > 1 and all(keys))


def _is_parted(rows: Sequence[Row]) -> bool:
    """Whether the first row names groups of columns, and the second, with the same corner, the columns themselves."""
    if len(rows) < 3 or SPANNED not in rows[0] or len(rows[0]) != len(rows[1]):
        return False
    return rows[0][0] == rows[1][0] != SPANNED and any(rows[1][1:]) and not any(map(is_figure, rows[1][1:]))


def _is_matrix(first: Row, body: Sequence[Row]) -> bool:
    """Whether only the corner is empty and each row has a name, such as 3.11 and 3.12 above ticks."""
    names = [cell for cell in first[1:] if cell != SPANNED]
    keys = [row[0] for row in body if row]
    is_top = len(first) > 2 and not first[0] and all(names) and len(set(names)) == len(names)
    are_keys = len(keys) > 1 and all(keys) and len(set(keys)) == len(keys) and not any(map(is_figure, keys))
    return is_top and are_keys and (SPANNED not in first or _is_above_words(first, body))


def _is_above_words(first: Row, body: Sequence[Row]) -> bool:
    """Whether a name of one column alone has another text below it, among words: no second row of names follows."""
    alone = zip(first[1:], [*first[2:], ""], body[0][1:], strict=False)
    has_other = any(name != SPANNED != after and cell not in ("", name) for name, after, cell in alone)
    return has_other and len(set(body[0])) == len(body[0]) and not any(map(has_values, body))


def _names_figures(row: Row, figures: Row) -> bool:
    """Whether a cell of the row is above a figure, in any column but the first."""
    return any(name and is_figure(cell) for name, cell in zip(repeated(row)[1:], figures[1:], strict=False))


def _numbers_rows(row: Row, body: Sequence[Row]) -> bool:
    """Whether the first column numbers all rows, this too, and it names at most one column of figures: a list."""
    firsts = [below[0] for below in body if below and below[0]]
    is_counted = is_figure(row[0]) and len(row[0]) < len("1900") and bool(firsts) and all(map(is_figure, firsts))
    return is_counted and (any(map(is_figure, row[1:])) or _columns_of_figures([row], body) < 2)


def has_values(row: Row) -> bool:
    """Whether a figure follows the first cell. Years and age ranges (18 - 24) alone may be column names."""
    figures = [cell for cell in row[1:] if is_figure(cell) and not _RANGE.match(cell)]
    return bool(figures) and not all(len(cell) == 4 and "1900" <= cell < "2100" for cell in figures)


def _columns_of_figures(header: Sequence[Row], body: Sequence[Row]) -> int:
    """How many columns with a name, but the first, mostly hold figures."""
    width, count = max(map(len, body), default=0), 0
    for column in range(1, width):
        cells = [row[column] for row in body if column < len(row) and row[column] not in ("", SPANNED)]
        figures = sum(is_figure(cell) or cell in NO_VALUE for cell in cells)
        if cells and figures >= 0.6 * len(cells) and any(column < len(row) and row[column] for row in header):
            count += 1
    return count


def repeated(row: Row) -> list[str]:
    """The row with the text of a spanning cell in each of its columns."""
    repeated: list[str] = []
    for cell in row:
        repeated.append((repeated[-1] if repeated else "") if cell == SPANNED else cell)
    return repeated


def is_figure(text: str) -> bool:
    """Whether the text is a number as written in tables: 1,234.5, (12), 7 %, € 3."""
    return text.translate(_NOT_FIGURES).isdigit()


def labels_of(header: Sequence[Row]) -> list[str]:
    """For each column its header cells from top to bottom, without repetitions."""
    width = max((len(row) for row in header), default=0)
    columns = ([row[column] for row in header if column < len(row)] for column in range(width))
    return [" ".join(dict.fromkeys(cell for cell in column if cell)).rstrip(":") for column in columns]


def _plain(row: Row) -> str:
    return " | ".join(cell for cell in row if cell not in NOTHING).replace(": | ", ": ")


def _aligned(body: Sequence[Row]) -> list[str]:
    """Rows without column names. Empty cells are kept, so that the others stay in their columns."""
    width = max(map(len, body))
    used = [column for column in range(width) if any(column < len(row) and row[column] not in NOTHING for row in body)]
    shown = []
    for row in body:
        cells = [row[column] for column in used if column < len(row) and row[column] != SPANNED]
        is_alone = sum(map(bool, cells)) == 1
        shown.append(_plain(cells) if is_alone else " | ".join(cells).rstrip(" |").replace(": | ", ": "))
    return shown


def is_filled(row: Row) -> bool:
    """Whether any cell of the row is filled."""
    return any(cell not in NOTHING for cell in row)


def _keyed(row: Row) -> str:
    key, *values = [cell for cell in row if cell and cell != SPANNED] or [""]
    return f"{key.rstrip(':')}: {' '.join(values)}" if values else key


def _labelled(labels: Sequence[str], row: Row) -> str:
    cells = []
    for column, cell in enumerate(row):
        label = labels[column] if column < len(labels) else ""
        if cell not in NOTHING:
            cells.append(f"{label}: {cell}" if label and (label != cell or is_figure(cell)) else cell)
    return "; ".join(cells)
