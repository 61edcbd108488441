"""Chunks and vectors of an embedded store that were read lately, kept until somebody writes to it.

Chroma's engine answers one request at a time, and of a corpus some passages are found far more often than the rest.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

import numpy as np

from corpus.embedding.model import Vectors
from corpus.records import Chunk
from corpus.store.change_detection import State
from corpus.store.handle import Handle
from corpus.store.rows import Rows, ours_in
from corpus.stored import chunk_from

T = TypeVar("T")
# At 3,072 dimensions so many vectors take 25 MB.
MAX_KEPT = 2000


class Kept(Generic[T]):
    """What `fetch` gives by id, for as long as `state` stays; the one asked for least lately goes first.

    Nothing is kept where there is no state. Safe in threads.
    """

    def __init__(
        self, fetch: Callable[[Sequence[str]], dict[str, T]], state: Callable[[], State | None], *, most: int = MAX_KEPT
    ) -> None:
        self._fetch = fetch
        self._state = state
        self._most = most
        self._lock = threading.Lock()
        self._seen: State | None = None
        self._kept: dict[str, T] = {}

    def read(self, ids: Iterable[str]) -> dict[str, T]:
        """Those of the ids that exist, all from one state of the store."""
        wanted = list(dict.fromkeys(ids))
        before = self._state()
        if before is None:
            return self._fetch(wanted)
        found = self._known(wanted, before)
        missing = [each for each in wanted if each not in found]
        if not missing:
            return found
        fetched = self._fetch(missing)
        if self._state() != before:
            return self._fetch(wanted)
        self._keep(fetched, before)
        return found | fetched

    def _known(self, ids: Sequence[str], state: State) -> dict[str, T]:
        with self._lock:
            if state != self._seen:
                self._seen = state
                self._kept.clear()
            found = {each: self._kept.pop(each) for each in ids if each in self._kept}
            self._kept |= found
            return found

    def _keep(self, fetched: dict[str, T], state: State) -> None:
        with self._lock:
            if state == self._seen:
                self._kept |= fetched
                for each in list(self._kept)[: max(len(self._kept) - self._most, 0)]:
                    del self._kept[each]


class Recent:
    """The chunks and vectors of one collection, by id. Raises StoreError."""

    def __init__(self, rows: Rows, handle: Handle) -> None:
        self._rows = rows
        self._chunks = Kept(self._read_chunks, handle.state)
        self._vectors = Kept(self._read_vectors, handle.indexed)

    def chunks(self, chunk_ids: Iterable[str]) -> dict[str, Chunk]:
        """Those that exist, of whole documents or not."""
        return self._chunks.read(chunk_ids)

    def cosines(self, vector: Vectors, chunk_ids: Iterable[str]) -> dict[str, float]:
        """The cosine of each that exists to a vector of shape (dimensions,)."""
        found = self._vectors.read(chunk_ids)
        if not found:
            return {}
        stored = np.stack(list(found.values()))
        lengths = np.linalg.norm(stored, axis=1) * np.linalg.norm(vector)
        return dict(zip(found, (stored @ vector / np.maximum(lengths, 1e-12)).tolist(), strict=True))

    def _read_chunks(self, chunk_ids: Sequence[str]) -> dict[str, Chunk]:
        return {
            chunk_id: chunk_from(metadata, text)
            for page in self._rows.pages(chunk_ids, ["metadatas", "documents"])
            for chunk_id, metadata, text in ours_in(page)
        }

    def _read_vectors(self, chunk_ids: Sequence[str]) -> dict[str, Vectors]:
        found: dict[str, Vectors] = {}
        for page in self._rows.pages(chunk_ids, ["embeddings"]):
            # Copied: a row would keep the whole array in memory.
            rows = [] if page["embeddings"] is None else page["embeddings"]
            found |= {each: np.array(row, dtype=np.float32) for each, row in zip(page["ids"], rows, strict=True)}
        return found
