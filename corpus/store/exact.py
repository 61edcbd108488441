"""The cosines of vectors that are in memory or mapped, by matrix products; of many, by a sketch which are worth it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.model import Vectors
from corpus.filters import Where
from corpus.lexical.forward import find, highest
from corpus.store.sketch import Sketch

# Of so many numbers together a product takes no longer than Chroma's search, which misses some besides and has all of
# its index in memory: 10,000 vectors of 1,536 dimensions.
EXACT_NUMBERS = 16_000_000
# With a sketch, up to so many: as large as SnapStart lets a snapshot be.
MAX_SKETCHED_NUMBERS = 128_000_000
# So many vectors are compared at least, so many times as many as are asked for, and one in so many of all: what that
# finds is measured by `python -m benchmarks.sketch`.
MIN_GUESSED, GUESSED, SHARE = 600, 6, 64
# What a look at the sketch of a vector costs beside a product with it.
LOOK = 0.25
# Records that do not follow each other are copied together, so many at a time; a copy takes as long as so many
# products with what lies in a row: where much is asked for, all of it is read.
_BLOCK = 256
COPYING = 1.5


class ExactVectors:
    """`ids` are sorted, UTF-8; the vector of the chunk `ids[i]`, of length 1, is `vectors[rows[i]]`. For any number of
    threads.
    """

    def __init__(
        self, ids: NDArray[np.bytes_], vectors: Vectors, rows: NDArray[np.intp], *, sketch: Sketch | None = None
    ) -> None:
        self.ids = ids
        self._vectors = vectors
        self._rows = rows
        self._sketch = sketch

    def __len__(self) -> int:
        """How many chunks there are."""
        return len(self._rows)

    @property
    def few(self) -> int:
        """Among so many chunks the nearest are found here, and not by Chroma's search."""
        return int((MAX_SKETCHED_NUMBERS if self._sketch else EXACT_NUMBERS) // self._vectors.shape[1])

    @property
    def compares_all(self) -> bool:
        """Whether all cosines are computed for each question."""
        return self._sketch is None and len(self) <= self.few

    def between(self, start: int, end: int) -> Vectors:
        """The vectors of the chunks at these places in `ids`, of length 1, shape (end - start, dimensions)."""
        return np.asarray(self._vectors[self._rows[start:end]])

    def cosines(self, vector: Vectors, chunk_ids: Sequence[str]) -> dict[str, float]:
        """The cosine of each of those chunks that are there to a vector of shape (dimensions,)."""
        places, known = self._find(chunk_ids)
        rows = self._vectors[self._rows[places[known]]]
        found = (rows @ _unit(vector)).tolist()
        return dict(
            zip([each for each, is_known in zip(chunk_ids, known, strict=True) if is_known], found, strict=True)
        )

    def nearest_of_few(
        self, vectors: Vectors, *, count: int, where: Where | None, among: Sequence[str] | None
    ) -> list[dict[str, float]] | None:
        """As `nearest`; None too where that would take longer than Chroma's search, or only Chroma knows the filter."""
        if where or (len(self) if among is None else len(among)) > self.few:
            return None
        return self.nearest(vectors, count=count, among=among)

    def nearest(
        self, vectors: Vectors, *, count: int, among: Sequence[str] | None = None
    ) -> list[dict[str, float]] | None:
        """For each vector, the cosines of the `count` nearest of those ids, or of all, by id, nearest first.

        Exact. None where one of the ids is not known.
        """
        places = None
        if among is not None:
            places, known = self._find(among)
            if not known.all():
                return None
        return [self.named(*found) for found in self.nearest_places(vectors, count=count, among=places)]

    def named(self, places: NDArray[np.intp], cosines: Vectors) -> dict[str, float]:
        """The cosines by the ids at these places, in this order."""
        return dict(zip([each.decode() for each in self.ids[places].tolist()], cosines.tolist(), strict=True))

    def nearest_places(
        self, vectors: Vectors, *, count: int, among: NDArray[np.intp] | None = None
    ) -> list[tuple[NDArray[np.intp], Vectors]]:
        """For each vector, where in `ids` the `count` nearest are, or of those places, nearest first; their cosines."""
        size = len(self) if among is None else len(among)
        guesses = max(MIN_GUESSED, GUESSED * count, size // SHARE)
        copied = size if among is None else COPYING * size
        if self._sketch is not None and LOOK * len(self) + COPYING * guesses < copied:
            seem = [self._sketch.nearest(_unit(vector), guesses, among) for vector in vectors]
            return [
                best_of(self.cosines_at(vector, places), count, places)
                for vector, places in zip(vectors, seem, strict=True)
            ]
        if among is None:
            return [best_of(self.all_cosines(vector), count) for vector in vectors]
        if len(among) * (COPYING + len(vectors)) > len(self) * len(vectors):
            return [best_of(self.all_cosines(vector)[among], count, among) for vector in vectors]
        units = np.stack([_unit(vector) for vector in vectors])
        return [best_of(cosines, count, among) for cosines in self._of_rows(self._rows[among], units)]

    def all_cosines(self, vector: Vectors) -> Vectors:
        """The cosines to a vector of shape (dimensions,) of all chunks, in the order of `ids`."""
        # In the order of the file, which is read once and not copied.
        return np.asarray((self._vectors @ _unit(vector))[self._rows])

    def cosines_at(self, vector: Vectors, places: NDArray[np.intp]) -> Vectors:
        """The cosines to a vector of shape (dimensions,) of the chunks at these places in `ids`."""
        return np.asarray(self._of_rows(self._rows[places], _unit(vector)[np.newaxis])[0])

    def places_of(self, chunk_ids: Sequence[str]) -> NDArray[np.intp]:
        """The places in `ids` of those chunks that are there."""
        places, known = self._find(chunk_ids)
        return places[known]

    def _of_rows(self, rows: NDArray[np.intp], vectors: Vectors) -> Vectors:
        """The cosine of each of the rows to each of the vectors, which have length 1; a row for each vector."""
        cosines = np.empty((len(vectors), len(rows)), dtype=np.float32)
        for start in range(0, len(rows), _BLOCK):
            cosines[:, start : start + _BLOCK] = vectors @ self._vectors[rows[start : start + _BLOCK]].T
        return cosines

    def _find(self, chunk_ids: Sequence[str]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        return find(self.ids, np.array([each.encode() for each in chunk_ids], dtype=np.bytes_))


def _unit(vector: Vectors) -> Vectors:
    return vector / np.float32(max(math.sqrt(float(vector @ vector)), 1e-12))


def best_of(cosines: Vectors, count: int, places: NDArray[np.intp] | None = None) -> tuple[NDArray[np.intp], Vectors]:
    """The places of the highest `count`, and these; equal ones in the order of their places. None: all, in order."""
    found = highest(cosines, count)
    places = np.arange(len(cosines)) if places is None else places
    best = found[np.lexsort((places[found], -cosines[found]))[:count]]
    return places[best], cosines[best]
