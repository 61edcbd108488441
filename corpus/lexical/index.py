"""Search a memory-mapped index of terms. Knows chunk ids and texts, but no store.

A term's score is Lucene's BM25 over the chunks that are not deleted, whichever segments they lie in:

    log(1 + (n - df + 0.5) / (df + 0.5)) * tf / (tf + k1 * (1 - b + b * length / mean)).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.filters import Where, parted
from corpus.lexical.bm25 import Frequencies, length_weights, weight_of
from corpus.lexical.filter_mask import FilterMask, visibility_of
from corpus.lexical.forward import Hashes, find, hashes_of
from corpus.lexical.index_files import read_about, unusable
from corpus.lexical.index_segment import FIELDS_FILE, Counts, Fields, Rows, fields_from
from corpus.lexical.languages import stop_words
from corpus.lexical.scores import Scores
from corpus.lexical.segment_rows import open_table
from corpus.lexical.terms import Analyzer
from corpus.visibility import Visibility

# Scores of frequent terms, four bytes for each chunk that holds one, are cached up to so many.
MAX_KEPT = 2_000_000
RARE = 200
SPARSE = 8  # Adding the scores of one in so many rows takes as long as adding those of all.
FILTERS_KEPT = 16  # A byte for each chunk and filter.


class Term(NamedTuple):
    """A term's weight, and by segment its first row in the table, the rows that hold the term, and their scores; None,
    and the scores of all rows, where many hold it. `size` is how many scores that are.
    """

    weight: float
    parts: list[tuple[int, Rows | None, NDArray[np.float32]]]
    size: int


class LexicalIndex:
    """An open index. Opening maps the files; a search reads only the postings of its terms."""

    def __init__(self, directory: Path) -> None:
        """Raises LexicalIndexUnusable where there is none, or one that this version did not write."""
        stop_words()  # Read when the index is opened, not at the first question.
        about = read_about(directory)
        while True:
            try:
                self._table = open_table(directory, about["segments"])
                break
            except (OSError, ValueError, KeyError, TypeError) as error:
                again = read_about(directory)
                if again == about:
                    raise unusable(directory, f"a file of it is missing or damaged ({error})") from error
                # It was rewritten between the two reads.
                about = again
        self.stamp: str = about["stamp"]
        self.languages: list[str] = about["languages"]
        # How many chunks are clearly in each language; unknown for older indexes.
        self.spoken: dict[str, int] = about.get("spoken", {})
        self._directory = directory
        self._analyzer = Analyzer()
        self._masks: dict[str, FilterMask] = {}
        self._fields: list[Fields] | None = None
        self._visibility: Visibility | None = None
        self._length_weights = length_weights(self._table)
        self._known: dict[int, Term] = {}
        self._kept = 0

    def __len__(self) -> int:
        """How many chunks it holds."""
        return self._table.count

    def lists(self, ids: NDArray[np.bytes_]) -> bool:
        """Whether its rows are the chunks of these ids, in this order."""
        return self._table.lists(ids)

    def knows_fields(self) -> bool:
        """Whether it can evaluate filters without the store, as far as a quick look tells."""
        return all(bytes(each.written_fields[-1:]) == b"}" for each in self._table.segments)

    def frequencies(self, query: str) -> Frequencies:
        """How frequent the query's terms are, so that another index can weigh them too. Raises LexicalIndexUnusable."""
        hashes = hashes_of(Counter(self._analyzer.query(query, self.languages)))
        try:
            return Frequencies.told_by(len(self), hashes.tolist(), [each.weight for each in self._terms(hashes)])
        except (IndexError, ValueError) as error:
            raise unusable(self._directory, f"a file of it is damaged ({error})") from error

    def scores(self, query: str, *, among: Frequencies | None = None) -> Scores:
        """How well every chunk answers the query by its words; `among` says how frequent those are in several indexes
        together, this one with them. Raises LexicalIndexUnusable.
        """
        times = Counter(self._analyzer.query(query, self.languages))
        by_row = np.zeros(self._table.rows, dtype=np.float32)
        max_bm25 = 0.0
        try:
            hashes = hashes_of(times)
            for each, term, count in zip(hashes.tolist(), self._terms(hashes), times.values(), strict=True):
                weight = term.weight if among is None else weight_of(among.chunks, among.of.get(each, 0))
                max_bm25 += count * weight
                times_more = count if among is None else count * weight / (term.weight or 1.0)
                for start, rows, scores in term.parts:
                    more = scores if times_more == 1 else np.float32(times_more) * scores
                    if rows is None:
                        by_row[start : start + len(more)] += more
                    else:
                        np.add.at(by_row[start:], rows, more)
            for each in self._table.segments:
                by_row[each.start :][each.dead] = 0
        except (IndexError, ValueError) as error:
            raise unusable(self._directory, f"a file of it is damaged ({error})") from error
        return Scores(self._table, by_row, max_bm25)

    def _terms(self, hashes: Hashes) -> list[Term]:
        names = hashes.tolist()
        found = {each: self._known[each] for each in names if each in self._known}
        if len(found) < len(names):
            missing = np.array([each for each in names if each not in found], dtype=hashes.dtype)
            weighed = dict(zip(missing.tolist(), self._weighed(missing), strict=True))
            found |= weighed
            # Rare terms are weighed faster than they are cached.
            frequent = {each: term for each, term in weighed.items() if term.size > RARE}
            self._kept += sum(term.size for term in frequent.values())
            if self._kept > MAX_KEPT:
                self._known, self._kept = {}, 0
            self._known |= frequent
        return [found[each] for each in names]

    def _weighed(self, hashes: Hashes) -> list[Term]:
        """The terms that the index knows, weighed."""
        postings: list[list[tuple[int, Rows, Counts]]] = [[] for _ in hashes]
        frequencies = [0] * len(hashes)
        for segment, start, dead, _ in self._table.segments:
            places, known = find(segment.terms, hashes)
            numbers = np.flatnonzero(known)
            bounds = segment.postings[places[numbers]].tolist(), segment.postings[places[numbers] + 1].tolist()
            for number, first, end in zip(numbers.tolist(), *bounds, strict=True):
                rows = segment.rows[first:end]
                postings[number].append((start, rows, segment.counts[first:end]))
                frequencies[number] += end - first
                if len(dead):
                    frequencies[number] -= int(np.count_nonzero(find(rows, dead)[1]))
        return [self._term(frequency, parts) for frequency, parts in zip(frequencies, postings, strict=True)]

    def _term(self, frequency: int, postings: list[tuple[int, Rows, Counts]]) -> Term:
        weight = weight_of(len(self), frequency)
        parts = [(start, *self._scores(start, rows, counts, weight)) for start, rows, counts in postings]
        return Term(weight, parts, sum(len(scores) for _, _, scores in parts))

    def _scores(self, start: int, rows: Rows, counts: Counts, weight: float) -> tuple[Rows | None, NDArray[np.float32]]:
        high = counts.astype(np.float32)
        scores = high / (high + self._length_weights[start:][rows]) * np.float32(weight)
        if not len(rows) or SPARSE * len(rows) < (end := int(rows[-1]) + 1):
            return rows, scores
        everywhere = np.zeros(end, dtype=np.float32)
        everywhere[rows] = scores
        return None, everywhere

    def passing(self, where: Where) -> FilterMask:
        """The chunks that the filter lets through.

        Raises LexicalIndexUnusable where the fields are missing or damaged; the words can be searched even so.
        """
        asked, principals = parted(where)
        if principals is None:
            return self._passing(where)
        rows = self._visible().seen_by(principals)
        return FilterMask(self._table, rows if asked is None else rows & self._passing(asked).rows)

    def _passing(self, where: Where) -> FilterMask:
        name = json.dumps(dict(where), sort_keys=True)
        passing = self._masks.get(name)
        if passing is None:
            passing = FilterMask.of(self._table, self._read_fields(), where)
            if len(self._masks) >= FILTERS_KEPT:
                self._masks.clear()
            self._masks[name] = passing
        return passing

    def shows(self, chunk_id: str, principals: frozenset[str]) -> tuple[bool, bool]:
        """Whether it holds the chunk, and whether the principals see it. Raises LexicalIndexUnusable like `passing`."""
        rows, known = self._table.rows_of([chunk_id])
        visible = self._visible()
        # Some row is checked in any case: the time taken must not reveal what is there.
        return bool(known[0]), len(self) > 0 and visible.is_seen(int(rows[0]), principals) and bool(known[0])

    def among(self, chunk_ids: Sequence[str]) -> FilterMask:
        """Those of the chunks that the index holds, where another filter was applied."""
        return FilterMask.among(self._table, chunk_ids)

    def _visible(self) -> Visibility:
        if self._visibility is None:
            self._visibility = visibility_of(self._table, self._read_fields())
        return self._visibility

    def _read_fields(self) -> list[Fields]:
        # Only a filter needs the fields, and they are read whole.
        if self._fields is None:
            try:
                self._fields = [fields_from(bytes(each.written_fields)) for each in self._table.segments]
            except (ValueError, RecursionError) as error:
                raise unusable(self._directory, f"{FIELDS_FILE} is missing or damaged ({error})") from error
        return self._fields
