"""Where the vectors lie in the files of Chroma's index: hnswlib's own format, one record for each vector.

A record of data_level0.bin consists of a vector's links to its neighbours, the vector as float32, and its label;
header.bin gives their lengths (saveIndex in hnswlib's hnswalg.h). In cosine space vectors are stored at length 1. The
ids of the labels are in a pickle, of which only plain values are read.
"""

from __future__ import annotations

import io
import os
import pickle
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import StoreError

DATA_FILE, HEADER_FILE, LABELS_FILE = "data_level0.bin", "header.bin", "index_metadata.pickle"
LENGTHS_FILE = "length.bin"  # Every index on disk has this file.
_VERSION = 1
# Version; offset of level 0, maximum and current number of records, bytes of a record, offsets of label and vector in
# it.
_HEADER = struct.Struct("<i6Q")
_LABEL_BYTES = 8
_LENGTH_BYTES = 4
_BLANKED_AT_ONCE = 2**20  # Bytes.


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """In bytes: the length of a record, and where in it the vector begins. `records` includes deleted ones."""

    record: int
    vector: int
    records: int
    dimensions: int

    def check(self) -> None:
        """Raises ValueError if these cannot describe such a file."""
        if self.vector < 4 or self.vector % 4 or self.records < 0 or self.dimensions < 1:
            raise ValueError(f"no layout of an index: {self}")
        if self.record != self.vector + 4 * self.dimensions + _LABEL_BYTES:
            raise ValueError(f"a record of {self.record} bytes has no room for {self.dimensions} dimensions")


def _header(folder: Path) -> tuple[int, int, int, int, int, int, int]:
    """What header.bin says. Raises OSError, struct.error."""
    return _HEADER.unpack_from((folder / HEADER_FILE).read_bytes())


def read_layout(folder: Path, *, dimensions: int) -> Layout:
    """The layout in header.bin. Raises StoreError if it is not one that this version reads."""
    try:
        version, start, _, records, record, label, vector = _header(folder)
        layout = Layout(record=record, vector=vector, records=records, dimensions=dimensions)
        layout.check()
        if version != _VERSION or start or label != record - _LABEL_BYTES:
            raise ValueError(f"version {version}, start {start}, label at {label}")  # noqa: TRY301 - told alike
    except (OSError, struct.error, ValueError) as error:
        raise StoreError(f"{folder / HEADER_FILE} is not that of an index which this version reads: {error}.") from None
    return layout


def places_in(folder: Path) -> int:
    """How many records an index has on disk, deleted ones included; 0 if there is none."""
    try:
        return _header(folder)[3]
    except (OSError, struct.error):
        return 0


def blank_free_places(folder: Path) -> None:
    """Overwrite the free places of an index on disk with zeros. Raises OSError.

    Chroma reserves more places than there are records and writes all of them, the free ones as its process's memory
    happened to be: with parts of other documents, or of keys.
    """
    try:
        _, _, _, records, record, _, _ = _header(folder)
    except (FileNotFoundError, struct.error):  # Nothing is on disk yet, or readers refuse it.
        return
    for name, size in ((DATA_FILE, record), (LENGTHS_FILE, _LENGTH_BYTES)):
        with (folder / name).open("r+b") as file:
            free = file.seek(0, os.SEEK_END) - records * size
            file.seek(-max(free, 0), os.SEEK_END)
            for start in range(0, free, _BLANKED_AT_ONCE):
                file.write(bytes(min(_BLANKED_AT_ONCE, free - start)))


def map_vectors(file: Path, layout: Layout) -> NDArray[np.float32]:
    """All records' vectors, shape (records, dimensions), memory-mapped. Raises ValueError, OSError."""
    if file.stat().st_size < layout.records * layout.record:
        raise ValueError(f"{file.name} is cut off")
    return np.ndarray(
        (layout.records, layout.dimensions),
        dtype="<f4",
        buffer=np.memmap(file, mode="r") if layout.records else b"",
        offset=layout.vector if layout.records else 0,
        strides=(layout.record, 4),
    )


def read_ids(folder: Path, layout: Layout) -> list[tuple[bytes, int]]:
    """Each stored id, in UTF-8, and its record's place in the file. Raises StoreError."""
    try:
        known = _PlainValues(io.BytesIO((folder / LABELS_FILE).read_bytes())).load()["id_to_label"]
        labels = np.ndarray(
            (layout.records,),
            dtype="<u8",
            buffer=np.memmap(folder / DATA_FILE, mode="r"),
            offset=layout.record - _LABEL_BYTES,
            strides=(layout.record,),
        )
        place_of = {label: place for place, label in enumerate(labels.tolist())}
        return [(each.encode(), place_of[label]) for each, label in known.items()]
    except (OSError, EOFError, pickle.UnpicklingError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise StoreError(f"{folder} holds an index that this version cannot read: {error!r}. Publish again.") from None


class _PlainValues(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")
