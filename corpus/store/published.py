"""A published collection, read from its own files; the engine is opened only if nothing else can answer.

Texts and metadata come from the chunk file, and the vectors, unless the corpus is large, from Chroma's own file.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from corpus.embedding.model import Vectors
from corpus.filters import Where, passes
from corpus.lexical.index_store import LexicalIndexStore
from corpus.records import Chunk, DocumentRecord, record_id_of
from corpus.store.chroma_client import Connection
from corpus.store.chunk_file import ChunkFile
from corpus.store.exact import ExactVectors
from corpus.store.handle import Handle
from corpus.store.rows import PAGE, batched
from corpus.store.store import Store
from corpus.stored import chunk_from, fields_of, record_from


class Unopened:
    """A client and its collection, opened when first used. Safe in threads."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._connection: Connection | None = None

    @property
    def client(self) -> Any:
        """The client. Raises StoreError if it cannot be opened."""
        return self._opened().client

    @property
    def collection(self) -> Any:
        """Its collection. Raises StoreError if it cannot be opened."""
        return self._opened().collection

    def close(self) -> None:
        """Close the files, if they were opened."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()

    def _opened(self) -> Connection:
        with self._lock:
            if self._connection is None:
                self._connection = self._connect()
            return self._connection


class PublishedStore(Store):
    """Whole documents that nobody writes to."""

    def __init__(
        self, handle: Handle, chunks: ChunkFile, *, lexical_index: LexicalIndexStore, vectors: ExactVectors | None
    ) -> None:
        super().__init__(handle, chunks.record, lexical_index=lexical_index, is_published=True)
        self.mapped = vectors
        self._chunks = chunks

    def close(self) -> None:
        """Close the files."""
        super().close()
        self._chunks.close()

    def documents(self) -> list[DocumentRecord]:
        """Every document's record, sorted by source."""
        parts = batched(self._chunks.document_ids(), PAGE)
        records = (record for part in parts for record in self.records(part).values())
        return sorted(records, key=lambda record: record.source)

    def records(self, document_ids: Iterable[str]) -> dict[str, DocumentRecord]:
        """The records of those documents that exist, by id."""
        found = self._chunks.read([record_id_of(each) for each in document_ids]).values()
        try:
            records = [record_from(metadata) for metadata, _ in found]
        except (KeyError, TypeError) as error:
            raise self._chunks.damaged(error) from None
        return {record.document_id: record for record in records}

    def chunks(self, chunk_ids: Iterable[str]) -> list[Chunk]:
        """Those of the chunks that exist, by document and in order."""
        chunks = self.whole(list(dict.fromkeys(chunk_ids))).values()
        return sorted(chunks, key=lambda chunk: (chunk.document_id, chunk.index))

    def whole(self, chunk_ids: Sequence[str]) -> dict[str, Chunk]:
        """Those of the chunks that exist, by id: publishing has ensured that their documents are whole."""
        found = self._chunks.read(chunk_ids)
        try:
            return {chunk_id: chunk_from(metadata, text) for chunk_id, (metadata, text) in found.items()}
        except (KeyError, TypeError) as error:
            raise self._chunks.damaged(error) from None

    def all_chunks(self, records: Iterable[DocumentRecord]) -> Iterator[Chunk]:
        """Every chunk of those documents, read lazily."""
        for record in records:
            yield from self.chunks(record.chunk_ids())

    def similar(
        self, vectors: Vectors, *, count: int, where: Where | None = None, among: Sequence[str] | None = None
    ) -> list[dict[str, float]]:
        """See `Store`; the filter is evaluated on documents, because Chroma's files here hold nothing to filter by."""
        if where:
            passing = (each for each in self.documents() if passes(where, fields_of(each)))
            among = [chunk_id for document in passing for chunk_id in document.chunk_ids()]
        return super().similar(vectors, count=count, among=among)

    def count(self) -> int:
        """How many chunks are stored."""
        return len(self._chunks)
