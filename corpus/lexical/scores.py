"""What one query finds by its words: the score of every chunk of an index, and which come first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.lexical.filter_mask import FilterMask
from corpus.lexical.forward import highest
from corpus.lexical.segment_rows import Table


class Match(NamedTuple):
    """A chunk that shares terms with the query. `score` is BM25: above 0, unbounded; compare it to `max_bm25` only."""

    chunk_id: str
    score: float


class Scores:
    """What one query finds. No chunk's score reaches `max_bm25`, the sum of the weights of the query's known terms."""

    def __init__(self, table: Table, by_row: NDArray[np.float32], max_bm25: float) -> None:
        self._table = table
        self._by_row = by_row
        self.max_bm25 = max_bm25

    def top(self, k: int, *, passing: FilterMask | None = None) -> list[Match]:
        """The k best chunks, among those that pass if given, best first; ties in the order of their ids."""
        found = self._found(k, passing)
        ids = self._table.ids_at(found)
        best = np.lexsort((ids, -self._by_row[found]))[:k]
        named = zip(ids[best].tolist(), self._by_row[found[best]].tolist(), strict=True)
        return [Match(chunk_id.decode("utf-8"), score) for chunk_id, score in named]

    def top_rows(self, k: int, *, passing: FilterMask | None = None) -> NDArray[np.int64]:
        """The rows of the same chunks, if the index `lists` ids: its rows are in their order."""
        found = self._found(k, passing)
        return found[np.argsort(-self._by_row[found], kind="stable")[:k]]

    def _found(self, k: int, passing: FilterMask | None) -> NDArray[np.int64]:
        """The rows of the k best in ascending order, including ties with the last of them."""
        scores = self._by_row if passing is None else np.where(passing.rows, self._by_row, np.float32(0))
        found = np.flatnonzero(scores > 0)  # Of truths, which takes a quarter of the time that numbers take.
        return found[highest(scores[found], k)]

    def at(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The scores of the chunks in these rows."""
        return self._by_row[rows]

    def of(self, chunk_ids: Sequence[str]) -> NDArray[np.float32]:
        """The scores of those chunks, in that order; 0 for a chunk that the index does not know."""
        rows, known = self._table.rows_of(chunk_ids)
        scores = np.zeros(len(rows), dtype=np.float32)
        scores[known] = self._by_row[rows[known]]
        return scores
