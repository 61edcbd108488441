"""A published collection's vectors, memory-mapped from the file that Chroma's engine searches.

VECTORS/index.json    which file that is, and its layout
VECTORS/ids.npy       the chunks' ids, sorted
VECTORS/rows.npy      for each of these ids its record in the file

Reading a cosine then takes no request and creates no Python number. If few chunks may answer, exact search over all of
them is one matrix product; if many may, a sketch (sketch.py) tells which ones are worth comparing.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.model import Vectors
from corpus.errors import SnapshotInvalid, StoreError
from corpus.lexical.index_segment import mapped
from corpus.store.exact import MAX_SKETCHED_NUMBERS, ExactVectors
from corpus.store.hnsw_files import DATA_FILE, Layout, map_vectors, read_ids, read_layout
from corpus.store.sketch import MAX_DIMENSIONS, MIN_DIMENSIONS, open_sketch, write_sketch

FOLDER = "vectors"
# Of so many numbers and fewer a product takes no longer than a look at a sketch.
SKETCHED_NUMBERS = 4_000_000
_FORMAT = 1
_ABOUT, _IDS, _ROWS = "index.json", "ids.npy", "rows.npy"
# How many vectors' lengths are checked before all are taken to have length 1.
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
    written = MappedVectors(store, dimensions=dimensions, chunks=chunks)
    is_between = SKETCHED_NUMBERS < chunks * dimensions <= MAX_SKETCHED_NUMBERS
    if is_between and MIN_DIMENSIONS <= dimensions <= MAX_DIMENSIONS:
        write_sketch(store, written.between, chunks=chunks, dimensions=dimensions)


def _data_file(name: str) -> str:
    """The name, if it is that of an index's own file in a folder of the store. Raises ValueError."""
    folder, _, file = name.partition("/")
    if file != DATA_FILE or folder in {"", ".", ".."}:
        raise ValueError(f"{name!r} is not a file of an index")
    return name


def open_map(store: Path, *, dimensions: int, chunks: int) -> MappedVectors | None:
    """The vectors of a published store; None if it was published without a map. Raises SnapshotInvalid."""
    if not (store / FOLDER / _ABOUT).is_file():
        return None
    return MappedVectors(store, dimensions=dimensions, chunks=chunks)


class MappedVectors(ExactVectors):
    """Those of a published store."""

    def __init__(self, store: Path, *, dimensions: int, chunks: int) -> None:
        """Raises SnapshotInvalid if a file does not agree with the others."""
        folder = store / FOLDER
        try:
            about = json.loads((folder / _ABOUT).read_text("utf-8"))
            if about.pop("format") != _FORMAT:
                raise ValueError("another format")  # noqa: TRY301 - all that is wrong is told alike
            vectors = map_vectors(store / _data_file(about.pop("file")), layout := Layout(**about))
            layout.check()
            ids, rows = mapped(folder / _IDS), mapped(folder / _ROWS)
            _check(layout, vectors, ids, rows, dimensions=dimensions, chunks=chunks)
            sketch = open_sketch(store, chunks=chunks, dimensions=dimensions)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise SnapshotInvalid(
                f"The vectors in {store} are not laid out as this version reads them ({error}). Publish again."
            ) from None
        super().__init__(ids, vectors, rows.astype(np.intp), sketch=sketch)


def _check(
    layout: Layout,
    vectors: Vectors,
    ids: NDArray[np.bytes_],
    rows: NDArray[np.uint32],
    *,
    dimensions: int,
    chunks: int,
) -> None:
    """Raises ValueError where these do not belong together."""
    if layout.dimensions != dimensions:
        raise ValueError(f"{layout.dimensions} dimensions, and the collection has {dimensions}")
    if ids.dtype.kind != "S" or rows.dtype != np.uint32 or not len(ids) == len(rows) == chunks:
        raise ValueError(f"{len(ids)} ids and {len(rows)} rows of {chunks} chunks")
    if len(rows) and bool((np.ascontiguousarray(ids).view(np.uint8) >= 0x80).any()):
        raise ValueError("ids that are none of ours")
    if len(rows) and int(rows.max()) >= layout.records:
        raise ValueError(f"row {int(rows.max())} of {layout.records}")
    with np.errstate(over="ignore", invalid="ignore"):  # What is not a vector is told below, and by no warning besides.
        lengths = np.linalg.norm(vectors[rows[:: max(1, len(rows) // _SAMPLE)]], axis=1)
    if not (np.abs(lengths - 1) < _TOLERANCE).all():
        raise ValueError("vectors that are not of length 1")
