"""A published collection's texts and metadata, in one file that is read where it is asked for: no request, no SQLite.

CHUNKS/index.json      of which collection they are, and how it was made
CHUNKS/ids.npy         the chunks' ids, sorted: a document's record comes before its other chunks
CHUNKS/ends.npy        for each of these ids where it ends in chunks.bin
CHUNKS/chunks.bin      a line of JSON and the text of each, compressed one by one
CHUNKS/dictionary.bin  what zlib knows beforehand: some of the chunks

The JSON is the chunk's metadata as Chroma has them, in which a chunk does not repeat what its document's record says.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.collection import CollectionRecord, record_from_metadata
from corpus.errors import CollectionMismatch, SnapshotInvalid
from corpus.lexical.forward import find
from corpus.lexical.index_segment import mapped
from corpus.records import document_id_in, record_id_of
from corpus.stored import RECORD_FIELDS, TEXT_DIGEST, UPDATED

FOLDER = "chunks"
_FORMAT = 1
_ABOUT, _IDS, _ENDS, _CHUNKS, _DICTIONARY = "index.json", "ids.npy", "ends.npy", "chunks.bin", "dictionary.bin"
# Fields that others imply, or that only an ingest needs.
_LEFT_OUT = (UPDATED, TEXT_DIGEST)
_DICTIONARY_BYTES = 32_768  # zlib's window.
_SAMPLES = 40
_LEVEL = 9
MAX_CHUNK_BYTES = 16 << 20  # Uncompressed sizes: of a text, and of a document's shared fields.
_RECORDS_KEPT = 1000  # A kilobyte each; many answers come from few documents.
_RAW = -zlib.MAX_WBITS
_RECORD_ID_LENGTH = len(record_id_of("0" * 16))

Found = tuple[dict[str, Any], str]  # Metadata and text.
Read = Callable[[Sequence[str]], Iterable[tuple[str, Mapping[str, Any], str]]]


def write_chunk_file(store: Path, name: str, record: CollectionRecord, ids: Iterable[str], read: Read) -> None:
    """Write the file of a store's chunks. `read` gives id, metadata and text of those asked for, in their order."""
    folder = store / FOLDER
    folder.mkdir()
    ordered = sorted(ids, key=str.encode)
    samples = [_written({}, metadata, text) for _, metadata, text in read(ordered[:: max(1, len(ordered) // _SAMPLES)])]
    share = _DICTIONARY_BYTES // max(1, len(samples))
    dictionary = b"".join(sample[:share] for sample in samples)
    fresh = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW, zdict=dictionary)
    ends: list[int] = []
    with (folder / _CHUNKS).open("wb") as file:
        of_document: Mapping[str, Any] = {}
        for chunk_id, metadata, text in read(ordered):
            is_record = chunk_id == record_id_of(metadata["document_id"])
            packer = fresh.copy()
            file.write(packer.compress(_written({} if is_record else of_document, metadata, text)) + packer.flush())
            of_document = metadata if is_record else of_document
            ends.append(file.tell())
    (folder / _DICTIONARY).write_bytes(dictionary)
    np.save(folder / _IDS, np.array([each.encode() for each in ordered], dtype=np.bytes_), allow_pickle=False)
    np.save(folder / _ENDS, np.array(ends, dtype="<u8"), allow_pickle=False)
    about = {"format": _FORMAT, "collection": name, "record": record.to_metadata()}
    (folder / _ABOUT).write_text(json.dumps(about, indent=1, sort_keys=True) + "\n", "utf-8")


def _written(of_document: Mapping[str, Any], metadata: Mapping[str, Any], text: str) -> bytes:
    kept = {each: value for each, value in metadata.items() if each not in _LEFT_OUT}
    shared = {each: value for each, value in of_document.items() if each not in RECORD_FIELDS}
    own = {each: value for each, value in kept.items() if each not in shared or shared[each] != value}
    own |= {each: None for each in shared if each not in metadata}
    line = json.dumps(own, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{line}\n{text}".encode()


def _closed(document_id: str) -> dict[str, Any]:
    raise SnapshotInvalid(f"The corpus of {document_id} was closed. Ask again.")


class ChunkFile:
    """`ids` are sorted, UTF-8. For any number of threads."""

    def __init__(self, store: Path) -> None:
        """Raises SnapshotInvalid where a file is not what the others say."""
        folder = store / FOLDER
        self._place = store
        try:
            about = json.loads((folder / _ABOUT).read_text("utf-8"))
            if about["format"] != _FORMAT:
                raise ValueError("another format")  # noqa: TRY301 - all that is wrong is told alike
            self.collection = str(about["collection"])
            self.record = record_from_metadata(self.collection, about["record"], about["record"]["metric"])
            self.ids: NDArray[np.bytes_] = mapped(folder / _IDS)
            self._ends: NDArray[np.uint64] = mapped(folder / _ENDS)
            self._dictionary = (folder / _DICTIONARY).read_bytes()
            self._check((folder / _CHUNKS).stat().st_size)
            self._shared: Callable[[str], dict[str, Any]] = lru_cache(_RECORDS_KEPT)(self._read_shared)
            self._file = os.open(folder / _CHUNKS, os.O_RDONLY | os.O_CLOEXEC)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, CollectionMismatch) as error:
            raise self.damaged(error) from None

    def _check(self, size: int) -> None:
        if self.ids.dtype.kind != "S" or self._ends.dtype != np.uint64 or len(self.ids) != len(self._ends):
            raise ValueError(f"{len(self.ids)} ids and {len(self._ends)} ends")
        if size != (int(self._ends[-1]) if len(self._ends) else 0):
            raise ValueError(f"chunks.bin has {size} bytes")

    def __len__(self) -> int:
        """How many chunks there are."""
        return len(self.ids)

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
            # It refers to this object, whose mapped files would otherwise stay open until garbage is collected.
            self._shared = _closed

    def read(self, chunk_ids: Sequence[str]) -> dict[str, Found]:
        """Metadata and text of those of the chunks that exist. Raises SnapshotInvalid if one is damaged."""
        places, known = find(self.ids, np.array([each.encode() for each in chunk_ids], dtype=np.bytes_))
        found: dict[str, Found] = {}
        for chunk_id, place, is_there in zip(chunk_ids, places.tolist(), known.tolist(), strict=True):
            if not is_there:
                continue
            own, text = self._read(place)
            document_id = document_id_in(chunk_id)
            if chunk_id != record_id_of(document_id):
                own = self._shared(document_id) | own
                if None in own.values():
                    own = {each: value for each, value in own.items() if value is not None}
            found[chunk_id] = own, text
        return found

    def document_ids(self) -> list[str]:
        """The ids of all documents."""
        # A record's id is the document's plus two characters; any other chunk's is longer.
        longest = self.ids.dtype.itemsize
        if longest <= _RECORD_ID_LENGTH:
            records = self.ids
        else:
            letters = np.ascontiguousarray(self.ids).view(np.uint8).reshape(len(self.ids), longest)
            records = self.ids[letters[:, _RECORD_ID_LENGTH] == 0]
        try:
            return [document_id_in(each.decode()) for each in records.tolist()]
        except UnicodeDecodeError as error:
            raise self.damaged(error) from None

    def _read_shared(self, document_id: str) -> dict[str, Any]:
        """The fields that a document's chunks take from its record."""
        places, known = find(self.ids, np.array([record_id_of(document_id).encode()]))
        if not known[0]:
            raise self.damaged(f"document {document_id} has no record")
        return {each: value for each, value in self._read(int(places[0]))[0].items() if each not in RECORD_FIELDS}

    def _read(self, place: int) -> tuple[dict[str, Any], str]:
        start, end = int(self._ends[place - 1]) if place else 0, int(self._ends[place])
        try:
            if not 0 <= end - start <= MAX_CHUNK_BYTES:
                raise ValueError(f"a chunk of {end - start} bytes")  # noqa: TRY301 - as in __init__
            packed = os.pread(self._file, end - start, start)
            unpacking = zlib.decompressobj(_RAW, zdict=self._dictionary)
            unpacked = unpacking.decompress(packed, MAX_CHUNK_BYTES + 1)
            if len(unpacked) > MAX_CHUNK_BYTES:
                raise ValueError(f"a chunk of more than {MAX_CHUNK_BYTES >> 20} MB")  # noqa: TRY301 - as above
            written = unpacked.decode()
            line, _, text = written.partition("\n")
            own: dict[str, Any] = json.loads(line)
            if not isinstance(own, dict):
                raise ValueError("no fields")  # noqa: TRY301, TRY004 - as above
        except (OSError, OverflowError, ValueError, RecursionError, zlib.error) as error:
            raise self.damaged(error) from None
        return own, text

    def damaged(self, why: object) -> SnapshotInvalid:
        """The error for damaged content."""
        return SnapshotInvalid(
            f"The chunks in {self._place} are not laid out as this version reads ({why}). Publish again."
        )
