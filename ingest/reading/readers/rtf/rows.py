"""The tables of an RTF file: cells end with a word, and rows say where the right edges of their cells lie."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ingest.reading.readers.tablegrid import distinct_edges, in_one_line
from ingest.reading.readers.tables import SPANNED, lines

Paragraph = tuple[str | None, str]  # Its mark in a list, and its text.
ACROSS, DOWN = "clmrg", "clvmrg"  # A cell that continues the one before it, or the one above it.


class Edge(NamedTuple):
    """The right edge of a cell, in twentieths of a point, and the words that say how it is merged."""

    place: int
    words: frozenset[str]


@dataclass(slots=True)
class Definition:
    """What \\trowd begins: the edges of the row's cells."""

    edges: list[Edge] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    left: int = 0
    is_header: bool = False

    def add(self, place: int) -> None:
        self.edges.append(Edge(place, frozenset(self.words)))
        self.words.clear()


@dataclass(slots=True)
class Table:
    """`paragraphs` are those of the cell that is open, `cells` those of the row that is."""

    paragraphs: list[Paragraph] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    rows: list[tuple[list[str], Definition]] = field(default_factory=list)

    def end_cell(self) -> None:
        self.cells.append(in_one_line(self.paragraphs))
        self.paragraphs = []

    def end_row(self, definition: Definition) -> None:
        if any(self.cells):
            self.rows.append((self.cells, definition))
        self.cells = []

    def lines(self) -> list[str]:
        """The table as lines, what was left open included."""
        if self.paragraphs:
            self.end_cell()
        self.end_row(Definition())
        edges = distinct_edges(edge.place for _, row in self.rows for edge in row.edges)
        grid: list[list[str]] = []
        for cells, row in self.rows:
            grid.append(_laid_out(cells, row, edges, grid[-1] if grid else ()))
        header = 0
        while header < len(self.rows) and self.rows[header][1].is_header:
            header += 1
        return lines(grid, header_rows=header or None)


def _laid_out(cells: Sequence[str], row: Definition, edges: Sequence[int], above: Sequence[str]) -> list[str]:
    """The cells by column; those that reach across are SPANNED, those that reach down repeat what is above."""
    if len(row.edges) < len(cells):
        return list(cells)
    found: list[str] = []
    for text, edge in zip(cells, row.edges, strict=False):
        width = max(bisect.bisect_right(edges, edge.place) - len(found), 1)
        column = len(found)
        if ACROSS in edge.words and not text:
            text = SPANNED
        elif DOWN in edge.words and not text and column < len(above):
            text = above[column]
        found += [text, *[SPANNED] * (width - 1)]
    return found


def written(tables: Iterable[Table]) -> Iterable[list[str]]:
    """The lines of each table that has some."""
    return filter(None, (table.lines() for table in tables))
