"""Lines in rows and columns, not yet known to be a table or prose side by side. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.reading.readers.pdf.lines import BULLETS, MARKER, Line, joined_beside
from ingest.reading.readers.pdf.rules import Rule
from ingest.reading.readers.tables import is_figure

Cells = list[Line | None]

_MIN_RULES = 3
_SPARSE = 0.6


@dataclass(slots=True)
class Grid:
    """Lines in rows and columns; None for an empty cell."""

    rows: list[Cells]

    @property
    def width(self) -> int:
        return len(self.rows[0])

    def column(self, number: int) -> list[Line]:
        return [line for row in self.rows if (line := row[number])]

    def without_markers(self) -> Grid:
        """The grid with columns of bullets joined to the text on their right, and numbers if one column follows."""
        number = 0
        rows = self.rows
        while number < len(rows[0]) - 1:
            column = [line for row in rows if (line := row[number])]
            is_list = number == 0 and len(rows[0]) == 2
            marked = sum(
                line.text in BULLETS or line.text == "o" or (is_list and _is_marker(line.text)) for line in column
            )
            if column and marked >= _SPARSE * len(column):
                rows = [[*row[:number], _beside(row[number], row[number + 1]), *row[number + 2 :]] for row in rows]
            else:
                number += 1
        return Grid(rows)

    def is_even(self) -> bool:
        """Whether most cells are filled and a column after the first holds figures."""
        columns = [self.column(number) for number in range(1, self.width)]
        if sum(map(len, columns)) < _SPARSE * self.width * len(self.rows) - len(self.rows):
            return False
        return any(
            sum(is_figure(line.text) for line in column) >= _SPARSE * len(column) for column in columns if column
        )

    def is_ruled(self, rules: Sequence[Rule]) -> bool:
        """Whether lines are drawn between the rows."""
        bottoms = [line.bottom for row in self.rows for line in row if line]
        return sum(min(bottoms) < height < max(bottoms) for height, *_ in rules) >= _MIN_RULES


def _is_marker(text: str) -> bool:
    """Whether the text is a number or a single symbol."""
    return bool(MARKER.fullmatch(text)) or (len(text) == 1 and not text.isalnum())


def _beside(left: Line | None, right: Line | None) -> Line | None:
    if left is None or right is None:
        return left or right
    return joined_beside(left, right, " ")
