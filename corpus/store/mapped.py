"""A published collection's vectors, read where they lie in the file that Chroma's engine searches.

VECTORS/index.json   which file that is, and its layout
VECTORS/ids.npy      the chunks' ids, sorted
VECTORS/rows.npy     for each of these ids its record in the file

A cosine is then a read, without a request and without a number of Python's; and where few chunks may answer, exact
search over all of them is one matrix product.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.model import Vectors
from corpus.errors import SnapshotInvalid, StoreError
from corpus.filters import Where
from corpus.store.hnsw_files import DATA_FILE, Layout, map_vectors, read_ids, read_layout

FOLDER = "vectors"
# Of so many numbers together a matrix product takes less than Chroma's search, which misses some besides.
EXACT_NUMBERS = 2_000_000
_FORMAT = 1
_ABOUT, _IDS, _ROWS = "index.json", "ids.npy", "rows.npy"
# Of vectors whose length is looked at, before they are taken for ones of length 1.
_SAMPLE = 256
_TOLERANCE = 1e-3


def write_map(store: Path, segment: str, *, dimensions: int, chunks: int) -> None:
    """Write the map of the index in the folder `segment` of a settled store. Raises StoreError.

    Without an index on disk, as of a single chunk, nothing is written, and readers ask the engine.
    """
    if not (store / segment / DATA_FILE).is_file() or not chunks:
        return
    layout = read_layout(store / segment, dimensions=dimensions)
    found = sorted(read_ids(store / segment, layout))
    if len(found) != chunks:
        if len(found) < chunks:  # The rest is in the queue.
            return
        raise StoreError(f"The index has {len(found)} vectors for {chunks} chunks. Run `ingest add`, then publish.")
    folder = store / FOLDER
    folder.mkdir()
    np.save(folder / _IDS, np.array([each for each, _ in found], dtype=np.bytes_), allow_pickle=False)
    np.save(folder / _ROWS, np.array([row for _, row in found], dtype="<u4"), allow_pickle=False)
    about = {"format": _FORMAT, "file": f"{segment}/{DATA_FILE}", **asdict(layout)}
    (folder / _ABOUT).write_text(json.dumps(about, indent=1, sort_keys=True) + "\n", "utf-8")
    MappedVectors(store, dimensions=dimensions, chunks=chunks)


def open_map(store: Path, *, dimensions: int, chunks: int) -> MappedVectors | None:
    """The vectors of a published store; None where it was published without a map. Raises SnapshotInvalid."""
    if not (store / FOLDER / _ABOUT).is_file():
        return None
    return MappedVectors(store, dimensions=dimensions, chunks=chunks)


class MappedVectors:
    """`ids` are sorted, UTF-8. For any number of threads."""

    def __init__(self, store: Path, *, dimensions: int, chunks: int) -> None:
        """Raises SnapshotInvalid where a file is not what the others say."""
        folder = store / FOLDER
        try:
            about = json.loads((folder / _ABOUT).read_text("utf-8"))
            if about.pop("format") != _FORMAT:
                raise ValueError("another format")  # noqa: TRY301 - all that is wrong is told alike
            vectors = map_vectors(store / about.pop("file"), layout := Layout(**about))
            layout.check()
            self.ids: NDArray[np.bytes_] = np.load(folder / _IDS, mmap_mode="r", allow_pickle=False)
            rows = np.load(folder / _ROWS, allow_pickle=False)
            self._check(layout, vectors, rows, dimensions, chunks)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise SnapshotInvalid(
                f"The vectors in {store} are not laid out as this version reads them ({error}). Publish again."
            ) from None
        self._vectors = vectors
        self._rows: NDArray[np.intp] = rows.astype(np.intp)

    def _check(self, layout: Layout, vectors: Vectors, rows: NDArray[np.uint32], dimensions: int, chunks: int) -> None:
        if layout.dimensions != dimensions:
            raise ValueError(f"{layout.dimensions} dimensions, and the collection has {dimensions}")
        if self.ids.dtype.kind != "S" or rows.dtype != np.uint32 or not len(self.ids) == len(rows) == chunks:
            raise ValueError(f"{len(self.ids)} ids and {len(rows)} rows of {chunks} chunks")
        if len(rows) and int(rows.max()) >= layout.records:
            raise ValueError(f"row {int(rows.max())} of {layout.records}")
        lengths = np.linalg.norm(vectors[rows[:: max(1, len(rows) // _SAMPLE)]], axis=1)
        if not (np.abs(lengths - 1) < _TOLERANCE).all():
            raise ValueError("vectors that are not of length 1")

    def __len__(self) -> int:
        """How many chunks there are."""
        return len(self._rows)

    @property
    def few(self) -> int:
        """So many chunks are compared exactly."""
        return int(EXACT_NUMBERS // self._vectors.shape[1])

    def cosines(self, vector: Vectors, chunk_ids: Sequence[str]) -> dict[str, float]:
        """The cosine of each of those chunks that are there to a vector of shape (dimensions,)."""
        places, known = self._find(chunk_ids)
        rows = self._vectors[self._rows[places[known]]]
        found = (rows @ (vector / max(float(np.linalg.norm(vector)), 1e-12))).tolist()
        return dict(
            zip([each for each, is_known in zip(chunk_ids, known, strict=True) if is_known], found, strict=True)
        )

    def exact(
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
        rows = self._rows
        ids = self.ids
        if among is not None:
            places, known = self._find(among)
            if not known.all():
                return None
            rows, ids = rows[places], ids[places]
        lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return [_best(ids, scores, count) for scores in (vectors / lengths) @ self._vectors[rows].T]

    def _find(self, chunk_ids: Sequence[str]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        wanted = np.array([each.encode() for each in chunk_ids], dtype=np.bytes_)
        if not len(self.ids) or not len(wanted):
            return np.zeros(len(wanted), dtype=np.intp), np.zeros(len(wanted), dtype=bool)
        places = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        return places, np.asarray(self.ids[places] == wanted)


def _best(ids: NDArray[np.bytes_], cosines: Vectors, count: int) -> dict[str, float]:
    if len(cosines) > count:
        found = np.argpartition(-cosines, count - 1)[:count]
        # Equal ones in the order of their ids, whichever the partition took.
        least = cosines[found].min()
        found = np.flatnonzero(cosines >= least)
    else:
        found = np.arange(len(cosines))
    best = found[np.lexsort((ids[found], -cosines[found]))][:count]
    return dict(zip([each.decode() for each in ids[best].tolist()], cosines[best].tolist(), strict=True))
