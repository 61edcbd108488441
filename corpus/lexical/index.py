"""Search an index of terms, mapped rather than read. Knows chunk ids and texts, and no store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.filters import Where
from corpus.lexical.files import load_bm25, mapped, mapped_bytes, read_about, unusable
from corpus.lexical.filter_mask import FIELDS_FILE, Fields, FilterMask, fields_from
from corpus.lexical.forward import find, hashes_of, ids_as_array
from corpus.lexical.terms import Analyzer

FILTERS_KEPT = 16  # A byte for each chunk and filter.


class Match(NamedTuple):
    """A chunk that shares terms with the query. `score` is BM25: above 0, unbounded; compare it to `ideal` only."""

    chunk_id: str
    score: float


class Scores:
    """What one query finds. `ideal` is the score that no chunk reaches: the sum of the weights of its known terms."""

    def __init__(self, ids: NDArray[np.bytes_], by_row: NDArray[np.float32], ideal: float) -> None:
        self._ids = ids
        self._by_row = by_row
        self.ideal = ideal

    def top(self, k: int, *, passing: FilterMask | None = None) -> list[Match]:
        """The best k chunks, of those that pass if given, best first; equal ones in the order of their ids."""
        scores = self._by_row if passing is None else np.where(passing.rows, self._by_row, np.float32(0))
        found = np.flatnonzero(scores)
        if len(found) > k > 0:
            least = np.partition(scores[found], len(found) - k)[len(found) - k]
            found = found[scores[found] >= least]
        best = found[np.lexsort((found, -scores[found]))][:k]
        named = zip(self._ids[best].tolist(), scores[best].tolist(), strict=True)
        return [Match(chunk_id.decode("utf-8"), score) for chunk_id, score in named]

    def of(self, chunk_ids: Sequence[str]) -> NDArray[np.float32]:
        """The scores of those chunks, in that order; 0 for a chunk that the index does not know."""
        rows, known = find(self._ids, ids_as_array(chunk_ids))
        scores = np.zeros(len(rows), dtype=np.float32)
        scores[known] = self._by_row[rows[known]]
        return scores


class LexicalIndex:
    """An open index. Opening maps the files; a search reads only the postings of its terms."""

    def __init__(self, directory: Path) -> None:
        """Raises LexicalIndexUnusable where there is none, or one that this version did not write."""
        about = read_about(directory)
        try:
            self._map(directory / about["generation"])
        except FileNotFoundError as error:
            again = read_about(directory)
            if again == about:
                raise unusable(directory, f"a file of it is missing ({error})") from error
            # It was rewritten between the two looks.
            about = again
            self._map(directory / about["generation"])
        except (OSError, ValueError) as error:
            raise unusable(directory, f"a file of it is damaged ({error})") from error
        self.stamp: str = about["stamp"]
        self.languages: list[str] = about["languages"]
        self._cutter = Analyzer()

    def _map(self, files: Path) -> None:
        self._ids: NDArray[np.bytes_] = mapped(files / "ids.npy")
        self._terms: NDArray[np.uint64] = mapped(files / "terms.npy")
        self._bm25 = load_bm25(files) if len(self._terms) else None
        self._files = files
        # Mapped now, for a newer generation may have removed the file by the time that a filter asks for it. An index
        # without it still knows its words.
        try:
            self._written_fields = mapped_bytes(files / FIELDS_FILE)
        except (OSError, ValueError):
            self._written_fields = memoryview(b"")
        self._fields: Fields | None = None
        self._passing: dict[str, FilterMask] = {}

    def __len__(self) -> int:
        """How many chunks it knows."""
        return len(self._ids)

    def scores(self, query: str) -> Scores:
        """How well every chunk answers the query by its words."""
        terms = self._known(self._cutter.query(query, self.languages))
        if self._bm25 is None or not len(terms):
            return Scores(self._ids, np.zeros(len(self._ids), dtype=np.float32), 0.0)
        postings = self._bm25.scores["indptr"]
        frequency = postings[terms + 1] - postings[terms]
        # Lucene's idf, as bm25s has it; the other factor of a term's score, of its count and the length, stays below 1.
        ideal = np.log1p((len(self._ids) - frequency + 0.5) / (frequency + 0.5)).sum()
        by_row: NDArray[np.float32] = self._bm25.get_scores_from_ids(terms)
        return Scores(self._ids, by_row, float(ideal))

    def passing(self, where: Where) -> FilterMask:
        """The chunks that the filter lets through.

        Raises LexicalIndexUnusable where the fields are missing or damaged; the words can be searched even so.
        """
        name = json.dumps(dict(where), sort_keys=True)
        passing = self._passing.get(name)
        if passing is None:
            passing = FilterMask.of(self._ids, self._read_fields(), where)
            if len(self._passing) >= FILTERS_KEPT:
                self._passing.clear()
            self._passing[name] = passing
        return passing

    def among(self, chunk_ids: Sequence[str]) -> FilterMask:
        """Those of the chunks that the index knows, where somebody else applied the filter."""
        return FilterMask.among(self._ids, chunk_ids)

    def _read_fields(self) -> Fields:
        # Only a filter needs them, and they are read whole.
        if self._fields is None:
            try:
                self._fields = fields_from(bytes(self._written_fields))
            except ValueError as error:
                raise unusable(self._files.parent, f"{FIELDS_FILE} is missing or damaged ({error})") from error
        return self._fields

    def _known(self, terms: Sequence[str]) -> NDArray[np.int64]:
        places, known = find(self._terms, hashes_of(terms))
        return places[known]
