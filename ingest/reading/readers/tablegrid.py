"""Lay out the cells of a markup table, including cells that span columns or rows. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ingest.reading.readers.composer import one_line
from ingest.reading.readers.tables import SPANNED

_MAX_SPAN = 100
_NARROWEST = 120  # Twentieths of a point: edges nearer to each other are one.
_ENDS = ".,:;!?…。：；！？"


class Cell(NamedTuple):
    """A cell as in the markup: `width` in columns, `height` in rows."""

    text: str
    width: int = 1
    height: int = 1


def laid_out(rows: Iterable[Iterable[Cell]]) -> list[list[str]]:
    """The rows, one cell per column. A cell is repeated in the rows it spans, and SPANNED in the columns it spans."""
    grid: list[list[str]] = []
    spanning: dict[int, tuple[int, str]] = {}  # Column: (rows still to fill, text).
    for row in rows:
        cells: list[str] = []
        for cell in row:
            _fill_spanned(cells, spanning)
            for offset in range(min(max(cell.width, 1), _MAX_SPAN)):
                shown = cell.text if offset == 0 else SPANNED
                if cell.height > 1:
                    spanning[len(cells)] = (cell.height - 1, shown)
                cells.append(shown)
        _fill_spanned(cells, spanning)
        grid.append(cells)
    return grid


def in_one_line(paragraphs: Iterable[tuple[str | None, str]]) -> str:
    """Join a cell's (list marker or None, text) paragraphs. Numbered items keep their numbers, others get commas."""
    shown = ""
    was_item = False
    for mark, paragraph in paragraphs:
        text = one_line(paragraph)
        if not text:
            continue
        is_numbered = mark is not None and any(map(str.isalnum, mark))
        sign = ""
        if mark is not None and not is_numbered and shown and shown[-1] not in _ENDS:
            sign = "," if was_item else ":"
        shown = f"{shown}{sign} {f'{mark} ' if is_numbered else ''}{text}"
        was_item = mark is not None
    return shown.strip()


def _fill_spanned(cells: list[str], spanning: dict[int, tuple[int, str]]) -> None:
    while (column := len(cells)) in spanning:
        left, text = spanning.pop(column)
        cells.append(text)
        if left > 1:
            spanning[column] = (left - 1, text)


def span_of(value: str | None) -> int:
    """The value of a colspan or rowspan attribute."""
    stripped = (value or "").strip()
    return min(max(int(stripped), 1), _MAX_SPAN) if stripped.isdecimal() else 1


def distinct_edges(edges: Iterable[int]) -> list[int]:
    """The edges in order, in twentieths of a point, of those that are all but the same the first."""
    found: list[int] = []
    for edge in sorted(set(edges)):
        if not found or edge - found[-1] >= _NARROWEST:
            found.append(edge)
    return found
