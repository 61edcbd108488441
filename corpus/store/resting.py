"""All vectors of an embedded store that nobody writes to, so that its chunks are compared without Chroma's engine.

The engine answers one request at a time. A product with a few thousand vectors takes less, and any number of threads
make theirs side by side; and it is exact.
"""

from __future__ import annotations

import contextlib
import math
import threading

import numpy as np

from corpus.embedding.model import Vectors
from corpus.errors import StoreError
from corpus.records import CHUNK_ID
from corpus.store.change_detection import State
from corpus.store.exact import ExactVectors
from corpus.store.handle import Handle
from corpus.store.rows import Rows, batched

# 16 MB. Of more, a product takes as long as the engine's search.
MAX_NUMBERS = 4_000_000
# As long as one search takes the engine to hand out so many vectors: they are read when the searches since the last
# write have taken as long as reading them will.
READ_A_SEARCH = 10
FEWEST_SEARCHES = 5  # Before the chunks are counted, which takes a while too.
# Python's numbers take eight times as much memory as what they become.
_PAGE = 200


class Resting:
    """The vectors of one collection of `dimensions`, for as long as the index's state stays. Safe in threads."""

    def __init__(self, rows: Rows, handle: Handle, *, dimensions: int) -> None:
        self._rows = rows
        self._state = handle.indexed
        self._dimensions = dimensions
        self._lock = threading.Lock()
        self._held: tuple[State, ExactVectors] | None = None
        # The state that searches are counted of, how many there were, and after how many all is read.
        self._counted: tuple[State | None, int, float] = (None, 0, FEWEST_SEARCHES)

    def vectors(self) -> ExactVectors | None:
        """All of them, as of now; None where they are not at hand."""
        held = self._held
        return held[1] if held is not None and held[0] == self._state() else None

    def note_search(self) -> None:
        """The engine was asked for the nearest: where that has been often since the last write, read all vectors."""
        state = self._state()
        if state is None or not self._lock.acquire(blocking=False):
            return
        try:
            with contextlib.suppress(StoreError):  # The search itself has its answer.
                self._count(state)
        finally:
            self._lock.release()

    def _count(self, state: State) -> None:
        seen, searches, enough = self._counted
        if seen != state:
            self._held = None
            searches, enough = 0, FEWEST_SEARCHES
        searches += 1
        if searches == FEWEST_SEARCHES:
            chunks = self._rows.count()
            is_small = 0 < chunks * self._dimensions <= MAX_NUMBERS
            enough = max(chunks / READ_A_SEARCH, searches) if is_small else math.inf
        self._counted = (state, searches, enough)
        if searches >= enough:
            self._counted = (state, searches, math.inf)
            read = self._read()
            if self._state() == state:
                self._held = (state, read)

    def _read(self) -> ExactVectors:
        ids = sorted(each for each in self._rows.ids(None) if CHUNK_ID.fullmatch(each))
        vectors: Vectors = np.zeros((len(ids), self._dimensions), dtype=np.float32)
        row_of = {each: row for row, each in enumerate(ids)}
        for part in batched(ids, _PAGE):
            for page in self._rows.pages(part, ["embeddings"]):
                vectors[[row_of[each] for each in page["ids"]]] = page["embeddings"]
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))
        return ExactVectors(np.array([each.encode() for each in ids], np.bytes_), vectors, np.arange(len(ids)))
