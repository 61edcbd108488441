"""The content of a sheet in any format: cells by position, merged areas, comments. Data only."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.reading.readers.tables import SPANNED

Place = tuple[int, int]  # Row and column, both from 0.
Area = tuple[int, int, int, int]  # First row, first column, last row, last column; both ends inclusive.

_GAP = 2  # Empty rows or columns between two tables; a wider gap means no more.
_LONG = 40  # Characters; a longer text does not name a group of rows.


@dataclass(slots=True)
class Sheet:
    """`texts` holds the cells that are not empty. `comments` are (position, author, text)."""

    name: str
    texts: dict[Place, str] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    comments: list[tuple[Place, str, str]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    boxes: list[str] = field(default_factory=list)  # Text boxes on the sheet.
    charts: list[tuple[str, list[list[str]]]] = field(default_factory=list)  # Title and rows; first the names.
    unknown_results: list[Place] = field(default_factory=list)
    unshown: int = 0  # Cells whose format shows nothing.

    def rows(self) -> list[list[str]]:
        """The used rows and columns. Wide gaps are shortened, so a distant cell costs nothing."""
        texts = {
            place: text
            for place, text in self.texts.items()
            if place[0] not in self.hidden_rows and place[1] not in self.hidden_columns
        }
        for area in self.merged:
            _spread(texts, area)
        row_of = _shortened({row for row, _ in texts}, self.hidden_rows)
        column_of = _shortened({column for _, column in texts}, self.hidden_columns)
        grid = [[""] * (max(column_of.values(), default=-1) + 1) for _ in range(max(row_of.values(), default=-1) + 1)]
        for (row, column), text in texts.items():
            grid[row_of[row]][column_of[column]] = text
        return grid

    def hidden(self) -> int:
        """The number of cells with text in hidden rows and columns."""
        return sum(row in self.hidden_rows or column in self.hidden_columns for row, column in self.texts)


def _shortened(numbers: Iterable[int], hidden: Iterable[int]) -> dict[int, int]:
    """The new position of each number, with gaps of at most two. Hidden numbers do not count as gaps."""
    away = sorted(hidden)
    new: dict[int, int] = {}
    before, place = -1, -1
    for number in sorted(numbers):
        between = bisect.bisect(away, number) - bisect.bisect(away, before)
        place += min(number - before - between, _GAP + 1)
        new[number] = place
        before = number
    return new


def _spread(texts: dict[Place, str], area: Area) -> None:
    """Fill a merged area: SPANNED across, and the text repeated downwards if it names the rows beside it."""
    top, left, bottom, right = area
    text = texts.get((top, left))
    if not text:
        return
    rows = {row for row, _ in texts if top <= row <= bottom}
    names_rows = len(text) <= _LONG and any(
        top < row <= bottom and not left <= column <= right for row, column in texts
    )
    for row in rows if names_rows else {top}:
        texts[row, left] = text
        for column in range(left + 1, min(right, left + 100) + 1):
            texts[row, column] = SPANNED


def named(place: Place) -> str:
    """The cell reference as people write it, such as C4."""
    row, column = place
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"
