"""AsciiDoc tables as rows of cells, including spanning and repeated cells. Pure functions."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator, Sequence

from ingest.reading.readers.composer import one_line
from ingest.reading.readers.tablegrid import Cell, laid_out, span_of

# What may come before the bar that opens a cell: repetition or span, alignment, style.
_CELL = re.compile(
    r"(?:^|(?<=\s))(?:(?P<count>\d+)\*|(?P<across>\d+)?(?:\.(?P<down>\d+))?\+)?[<^>]?(?:\.[<^>])?(?P<style>[aehlmsd]?)\|",
    re.MULTILINE,
)
# Within a cell: the end of a line that is broken there, options of a block and the lines around it.
_SIGNS = re.compile(r" \+$|^\[[\w,%. -]+\]$|^(?:-{4}|\.{4})$", re.MULTILINE)
_MAX_REPEATED = 100


def rows_of(inside: Sequence[str], sign: str, options: str) -> tuple[list[list[str]], int | None]:
    """The rows between the fences of a table, and the number of header rows if the table declares them."""
    written = [line for line in inside if line.strip()]
    has_gap = len(inside) > 1 and bool(inside[0].strip()) and not inside[1].strip()
    heads = 1 if (has_gap and "noheader" not in options) or re.search(r"(?<!no)header", options) else None
    separator = re.search(r"separator=\"?(\S?)", options)
    named = re.search(r"format=\"?([cdt]sv)", options)
    if sign != "|" or named:
        delimiter = "\t" if named and named.group(1) == "tsv" else ":" if sign == ":" else ","
        delimiter = separator.group(1) if separator and separator.group(1) else delimiter
        rows = csv.reader(written, delimiter=delimiter, skipinitialspace=True)
        return [[one_line(cell) for cell in row] for row in rows], heads
    text = "\n".join(written)
    if separator and separator.group(1) in ("!", "¦"):
        text = text.replace(separator.group(1), "|")
    if text and not _CELL.match(text):
        text = f"|{text}"  # As Asciidoctor recovers from a missing mark.
    wanted = re.search(r'cols="?([^"\]]+)', options)
    first = list(_cells(text.partition("\n")[0]))
    width = _columns(wanted.group(1)) if wanted else sum(cell.width for cell, _ in first)
    if heads is None and first and all(style == "h" for _, style in first) and len(written) > 1:
        heads = 1
    return laid_out(_in_rows([cell for cell, _ in _cells(text)], max(width, 1))), heads


def _cells(text: str) -> Iterator[tuple[Cell, str]]:
    """The cells, each with its style letter."""
    matches = [*_CELL.finditer(text)]
    for match, following in itertools.zip_longest(matches, matches[1:]):
        content = _SIGNS.sub(" ", text[match.end() : following.start() if following else len(text)])
        cell = Cell(one_line(content.replace("\\]", "]")), span_of(match["across"]), span_of(match["down"]))
        for _ in range(min(int(match["count"] or 1), _MAX_REPEATED)):
            yield cell, match["style"]


def _in_rows(cells: Sequence[Cell], width: int) -> Iterator[list[Cell]]:
    """The cells by row: each row has the width that cells from above leave."""
    taken: dict[int, int] = {}  # Row: columns that cells from above take.
    row: list[Cell] = []
    number = filled = 0
    for cell in cells:
        row.append(cell)
        filled += cell.width
        for below in range(1, cell.height):
            taken[number + below] = taken.get(number + below, 0) + cell.width
        if filled + taken.get(number, 0) >= width:
            yield row
            row = []
            number, filled = number + 1, 0
    if row:
        yield row


def _columns(wanted: str) -> int:
    """The number of columns in a cols value such as "1,2", "3*" or "1,2*"."""
    repeated = (re.match(r"\s*(\d+)\*", part) for part in re.split(r"[,;]", wanted))
    return sum(int(match.group(1)) if match else 1 for match in repeated)
