"""One collection: whole documents in, documents, chunks and nearest chunks out."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Self

import numpy as np

from corpus.collection import CollectionRecord, check_dimensions
from corpus.embedding.model import Vectors
from corpus.errors import CollectionMismatch, StoreUnavailable
from corpus.filters import Where
from corpus.lexical.index_store import LexicalIndexStore
from corpus.records import CHUNK_ID, Chunk, DocumentRecord, Hit, document_id_in, record_id_of
from corpus.store.access_updates import grant
from corpus.store.chunk_lookup import first_reaching
from corpus.store.document_writes import DOCUMENTS_PER_REQUEST, Written, write_documents
from corpus.store.exact import ExactVectors
from corpus.store.handle import Handle
from corpus.store.lease import Lease
from corpus.store.leftovers import Survey, survey_of, sweep_leftovers
from corpus.store.recent import Recent
from corpus.store.reindexing import dead_share
from corpus.store.resting import Resting
from corpus.store.rows import Rows, batched, ours_in
from corpus.store.stale_keys import heal_records
from corpus.stored import TEXT_DIGEST, chunk_from, record_from

DIGESTS_PER_REQUEST = 100
READ_ATTEMPTS = 3
SERVER_STATE_SECONDS = 5.0


class Store:
    """One collection, opened. Its methods raise StoreError.

    To what `is_published` nobody writes: it holds whole documents and never changes.
    """

    def __init__(
        self, handle: Handle, record: CollectionRecord, *, lexical_index: LexicalIndexStore, is_published: bool
    ) -> None:
        self.record = record
        self.mapped: ExactVectors | None = None  # Of a published one, set by who opens it.
        self.lexical_index = lexical_index
        self.rows = Rows(handle)
        self._recent = Recent(self.rows, handle)
        self._resting = Resting(self.rows, handle, dimensions=record.dimensions)
        self._handle = handle
        handle.before_write = lambda: self.lease.check()
        self.is_published = is_published

    @cached_property
    def lease(self) -> Lease:
        """The right to write to the collection."""
        return Lease(self._handle.client, self.rows.name)

    def close(self) -> None:
        """Close the files or the connection."""
        self.lexical_index.close()
        self._handle.close()
        self._handle.before_write = lambda: None  # Otherwise each would keep the other, and mapped files, alive.

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, documents: Sequence[Written]) -> dict[str, str]:
        """Store whole documents; by id, why Chroma refuses one, which costs that one alone."""
        for record, _, vectors in documents:
            if vectors.shape[1] != self.record.dimensions:
                raise CollectionMismatch(
                    f"The vectors of {record.source} have {vectors.shape[1]} dimensions and the collection has "
                    f"{self.record.dimensions}. Nothing of it is stored."
                )
        return write_documents(self.rows, documents)

    def remove(self, document_ids: Iterable[str]) -> None:
        """Remove documents; unknown ids are ignored. The records go first, so that no half document is seen."""
        for part in batched(document_ids, DOCUMENTS_PER_REQUEST):
            self.rows.delete(map(record_id_of, part))
            self.rows.delete(self.rows.ids({"document_id": {"$in": part}}))

    def restamp(self, stamps: Mapping[str, str]) -> None:
        """Record, by document id, that the document's file was checked again and is unchanged."""
        self.rows.amend({record_id_of(document_id): {"stamp": stamp} for document_id, stamp in stamps.items()})

    def grant(self, records: Sequence[DocumentRecord]) -> None:
        """Note who may see documents, as these records of theirs say; of the rest only their stamps are."""
        grant(self.rows, records)

    def heal(self) -> None:
        """Remove stale keys of earlier versions from the documents' records; once for a collection."""
        heal_records(self.rows)

    def sweep(self, records: Sequence[DocumentRecord]) -> frozenset[str]:
        """Delete what a run that was killed left: chunks that none of `records`, which are all, speaks for.

        Returns the ids of documents that lack chunks, which only bringing them in again can mend.
        """
        return sweep_leftovers(self.rows, records)

    def survey(self) -> Survey:
        """Look through all records. Takes as long as listing them all."""
        return survey_of(self.rows)

    def vectors_of(self, text_digests: Iterable[str]) -> dict[str, Vectors]:
        """The vectors that are stored already, by `text_digest_of` of their texts."""
        found: dict[str, Vectors] = {}
        for part in batched(dict.fromkeys(text_digests), DIGESTS_PER_REQUEST):
            result = self.rows.matching({TEXT_DIGEST: {"$in": part}}, include=["embeddings", "metadatas"])
            vectors = dict(zip(result["ids"], result["embeddings"], strict=True))
            for chunk_id, metadata, _ in ours_in(result):
                found[metadata[TEXT_DIGEST]] = vectors[chunk_id]
        return found

    def state(self) -> object:
        """Another than before where somebody may have written; always the same of what is published. Of a server nobody
        tells: there it changes with the number of chunks, and every few seconds.
        """
        if self.is_published:
            return self.rows  # Unique to this store.
        return self._handle.state() or (self.count(), int(time.monotonic() // SERVER_STATE_SECONDS))

    def versions(self) -> dict[str, int] | None:
        """By document id the number of the write that last changed its record; None if that cannot be determined."""
        return None if (watch := self._handle.watch) is None else watch.versions()

    def documents(self) -> list[DocumentRecord]:
        """Every document's record, sorted by source."""
        return sorted(map(record_from, self.rows.of_documents()), key=lambda record: record.source)

    def records(self, document_ids: Iterable[str]) -> dict[str, DocumentRecord]:
        """The records of those documents that exist, by id."""
        pages = self.rows.pages(map(record_id_of, document_ids), ["metadatas"])
        records = (record_from(metadata) for page in pages for _, metadata, _ in ours_in(page))
        return {record.document_id: record for record in records}

    def document(self, document_id: str) -> tuple[DocumentRecord, list[Chunk]] | None:
        """A document's record and its chunks in order; None if it does not exist."""
        for _ in range(READ_ATTEMPTS):
            if (record := self.records([document_id]).get(document_id)) is None:
                return None
            chunks = [chunk for chunk in self.chunks(record.chunk_ids()) if chunk.digest == record.digest]
            # Fewer, if it was replaced between the two requests.
            if len(chunks) == record.chunks:
                return record, chunks
        raise StoreUnavailable(f"The document {document_id} is being replaced. Ask again.")

    def chunks(self, chunk_ids: Iterable[str]) -> list[Chunk]:
        """Those of the chunks that exist, by document and in order."""
        chunks: list[Chunk] = []
        for page in self.rows.pages(chunk_ids, ["metadatas", "documents"]):
            chunks += (chunk_from(metadata, text) for _, metadata, text in ours_in(page))
        return sorted(chunks, key=lambda chunk: (chunk.document_id, chunk.index))

    def chunk_at(self, record: DocumentRecord, offset: int) -> Chunk | None:
        """The first chunk of the document that reaches beyond the character offset; None after its end."""
        return first_reaching(self.chunks, record, offset)

    def nearest(self, vector: Vectors, *, count: int, where: Where | None = None) -> list[Hit]:
        """The chunks nearest to a vector of shape (dimensions,), best first, of whole documents only.

        `score` is the cosine similarity, negative ones as 0: same direction 1.0, 45 degrees 0.71, unrelated 0.0.
        """
        hits: list[Hit] = []
        # Retried if a document is being replaced right now: its chunks of two versions took the place of others.
        for depth in (count, 4 * count):
            (cosines,) = self.similar(vector[np.newaxis], count=depth, where=where)
            chunks = self.whole(list(cosines))
            hits = [Hit(chunk=chunk, score=min(1.0, max(0.0, cosines[each]))) for each, chunk in chunks.items()][:count]
            if len(chunks) == len(cosines):
                break
        return hits

    def similar(
        self, vectors: Vectors, *, count: int, where: Where | None = None, among: Sequence[str] | None = None
    ) -> list[dict[str, float]]:
        """For each vector, the `count` nearest chunks' ids, nearest first, with their cosines, -1 to 1.

        Of those that pass the filter or are among the ids, if given. Some may be of half a document: `whole` tells.
        """
        check_dimensions(self.record, vectors.shape[1])
        exact = self.exact
        if exact and (near := exact.nearest_of_few(vectors, count=count, where=where, among=among)):
            return near
        self._resting.note_search()
        asked, most_results = count, self.rows.most_results or sys.maxsize
        while True:
            asked = min(asked, most_results)
            result = self.rows.nearest(vectors, count=asked, where=where, among=among)
            pairs = [zip(*each, strict=True) for each in zip(result["ids"], result["distances"], strict=True)]
            found = [{each: 1.0 - far for each, far in near if CHUNK_ID.fullmatch(each)} for near in pairs]
            most = max(map(len, result["ids"]), default=0)
            if most < asked or asked == most_results or all(len(near) >= count for near in found):
                return [dict(islice(near.items(), count)) for near in found]
            # Records of other programs lie in between.
            asked *= 4

    def cosines(self, vector: Vectors, chunk_ids: Sequence[str]) -> dict[str, float]:
        """The cosine of each of those chunks that exist to a vector of shape (dimensions,)."""
        return (self.exact or self._recent).cosines(vector, chunk_ids)

    @property
    def exact(self) -> ExactVectors | None:
        """The vectors of all chunks, to compare with; None where only Chroma has them."""
        return self._resting.vectors() if self.mapped is None else self.mapped

    def whole(self, chunk_ids: Sequence[str]) -> dict[str, Chunk]:
        """Those of the chunks that exist and belong to a whole document, by id; usually with one request."""
        records = [] if self.is_published else [record_id_of(document_id_in(each)) for each in chunk_ids]
        found = self._recent.chunks([*chunk_ids, *records])
        if self.is_published:  # Publishing has ensured it.
            return {chunk_id: found[chunk_id] for chunk_id in chunk_ids if chunk_id in found}
        # A document that is being replaced right now has chunks of two versions; its record names the whole one.
        return {
            chunk_id: chunk
            for chunk_id in chunk_ids
            if (chunk := found.get(chunk_id))
            and (record := found.get(record_id_of(chunk.document_id)))
            and record.digest == chunk.digest
        }

    def all_chunks(self, records: Iterable[DocumentRecord]) -> Iterator[Chunk]:
        """Every chunk of those documents, read lazily."""
        digests = {record.document_id: record.digest for record in records}
        for _, metadata, text in self.rows.read(None, texts=True):
            if digests.get(metadata["document_id"]) == metadata["digest"]:
                yield chunk_from(metadata, text)

    @property
    def index_folder(self) -> Path | None:
        """The folder of an embedded store's vector index; None if it cannot be determined."""
        return self._handle.index

    def dead_share(self) -> float | None:
        """The share of the vector index's places that deleted chunks still occupy; None if it cannot be determined."""
        return dead_share(index, live=self.count()) if (index := self.index_folder) is not None else None

    def count(self) -> int:
        """How many chunks are stored."""
        return self.rows.count()
