"""Chunks in Chroma, and the only module that imports it. Chroma is the one source of truth: no side ledger.

A document is there once its first chunk, its record, is there: that chunk is written last and deleted first.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Self, TypeVar, cast
from urllib.parse import urlsplit

import chromadb
import httpx
import numpy as np
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError, NotFoundError

from corpus.chromaerrors import translated as _translated
from corpus.collection import METRIC, CollectionRecord, check_settings, record_from_metadata
from corpus.companion import Companion
from corpus.embedding.model import Vectors
from corpus.errors import CollectionMissing, CorpusError
from corpus.lexical.keeper import CompanionKeeper, FolderKeeper, Keeper, index_folder
from corpus.records import Chunk, DocumentRecord, Hit, document_id_in, record_id_of
from corpus.settings import CorpusSettings, target_kind
from corpus.stored import TEXT_DIGEST, chunk_from, metadata_of, record_from

T = TypeVar("T")
Where = Mapping[str, Any]  # Chroma's own filter language.

SERVER_SECONDS = 15.0
PAGE = 1000  # Records a request when reading; Chroma Cloud allows 300.
CLOUD_PAGE = 300
DIGESTS_PER_REQUEST = 100
LEASE = ".ingest-lease"
SMALLEST_SYNC = 2  # Chroma takes no smaller sync_threshold.
# Of the lexical index's files, a record; in Base64 below what one field of Chroma Cloud may hold, 4,096 bytes.
PIECE_BYTES = 12_000
CLOUD_PIECE_BYTES = 3_000


class Store:
    """One collection, opened. Its methods raise StoreError."""

    def __init__(self, client: Any, collection: Any, record: CollectionRecord, *, words: Keeper, page: int) -> None:
        self.record = record
        self.words = words
        self._client = client
        self._collection = collection
        self._page = page

    def close(self) -> None:
        """Let go of the files or the connection."""
        self.words.close()
        _close(self._client)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, documents: Sequence[tuple[DocumentRecord, Sequence[Chunk], Vectors]]) -> None:
        """Store whole documents: their chunks first, their records next, then drop what older versions left."""
        rows = [
            (record, chunk, vector)
            for record, chunks, vectors in documents
            for chunk, vector in zip(chunks, vectors, strict=True)
        ]
        self._upsert([row for row in rows if row[1].index != 0])
        self._upsert([row for row in rows if row[1].index == 0])
        # Last, so that a crash leaves stale text behind rather than a hole.
        for record, _, _ in documents:
            self._delete_where({"$and": [{"document_id": record.document_id}, {"digest": {"$ne": record.digest}}]})

    def remove(self, document_ids: Iterable[str]) -> None:
        """Remove documents; ids that are not there are passed over. The record goes first: no half document shows."""
        for document_id in document_ids:
            with _translated():
                self._collection.delete(ids=[record_id_of(document_id)])
            self._delete_where({"document_id": document_id})

    def restamp(self, stamps: Mapping[str, str]) -> None:
        """Note by document id that the document's file was looked at again and holds the same."""
        for part in _batched(stamps.items(), self._batch()):
            with _translated():
                self._collection.update(
                    ids=[record_id_of(document_id) for document_id, _ in part],
                    metadatas=[{"stamp": stamp} for _, stamp in part],
                )

    def sweep(self, records: Sequence[DocumentRecord]) -> None:
        """Delete what a run that was killed left: chunks that no record in `records` (all there are) speaks for."""
        if self.count() == sum(record.chunks for record in records):
            return
        digests = {record.document_id: record.digest for record in records}
        stray = [
            chunk_id
            for chunk_id, metadata, _ in self._read(None, texts=False)
            if digests.get(metadata["document_id"]) != metadata["digest"]
        ]
        for part in _batched(stray, self._batch()):
            with _translated():
                self._collection.delete(ids=part)

    def vectors_of(self, text_digests: Iterable[str]) -> dict[str, Vectors]:
        """The vectors that are stored already, by what `text_digest_of` calls the texts that they stand for."""
        found: dict[str, Vectors] = {}
        for part in _batched(dict.fromkeys(text_digests), DIGESTS_PER_REQUEST):
            where = {TEXT_DIGEST: {"$in": part}}
            with _translated():
                result = self._collection.get(where=where, include=["embeddings", "metadatas"])
            for metadata, vector in zip(result["metadatas"], result["embeddings"], strict=True):
                found[metadata[TEXT_DIGEST]] = vector
        return found

    def documents(self) -> list[DocumentRecord]:
        """Every document's record, sorted by source."""
        records = [record_from(metadata) for _, metadata, _ in self._read({"index": 0}, texts=False)]
        return sorted(records, key=lambda record: record.source)

    def records(self, document_ids: Iterable[str]) -> dict[str, DocumentRecord]:
        """The records of those documents that are there, by id."""
        ids = [record_id_of(document_id) for document_id in dict.fromkeys(document_ids)]
        found: dict[str, DocumentRecord] = {}
        for part in _batched(ids, self._page):
            with _translated():
                result = self._collection.get(ids=part, include=["metadatas"])
            for metadata in result["metadatas"]:
                record = record_from(metadata)
                found[record.document_id] = record
        return found

    def document(self, document_id: str) -> tuple[DocumentRecord, list[Chunk]] | None:
        """A document's record and its chunks in order; None where it is not there."""
        record = self.records([document_id]).get(document_id)
        if record is None:
            return None
        where = {"$and": [{"document_id": document_id}, {"digest": record.digest}]}
        chunks = [chunk_from(metadata, text) for _, metadata, text in self._read(where, texts=True)]
        return record, sorted(chunks, key=lambda chunk: chunk.index)

    def chunks(self, chunk_ids: Iterable[str]) -> list[Chunk]:
        """Those of the chunks that are there, by document and in order."""
        chunks: list[Chunk] = []
        for part in _batched(dict.fromkeys(chunk_ids), self._page):
            with _translated():
                found = self._collection.get(ids=part, include=["metadatas", "documents"])
            chunks += map(chunk_from, found["metadatas"], found["documents"])
        return sorted(chunks, key=lambda chunk: (chunk.document_id, chunk.index))

    def chunk_at(self, record: DocumentRecord, offset: int) -> Chunk | None:
        """The first chunk of the document that reaches beyond the character offset; None after its end."""
        where = {
            "$and": [
                {"document_id": record.document_id},
                {"digest": record.digest},
                {"end": {"$gt": offset}},
                {"start": {"$lte": offset}},
            ]
        }
        covering = [chunk_from(metadata, text) for _, metadata, text in self._read(where, texts=True)]
        if covering:
            return min(covering, key=lambda chunk: chunk.index)
        # Between two chunks, or after the last.
        where["$and"].pop()
        later = [chunk_from(metadata, "") for _, metadata, _ in self._read(where, texts=False)]
        return min(later, key=lambda chunk: chunk.index, default=None)

    def nearest(self, vector: Vectors, *, count: int, where: Where | None = None) -> list[Hit]:
        """The chunks nearest to a vector of shape (dimensions,), best first, of whole documents only.

        `score` is the cosine similarity, negative ones as 0: same direction 1.0, 45 degrees 0.71, unrelated 0.0.
        """
        hits: list[Hit] = []
        # Again, where a document is being replaced right now: what is half in or half out made room for others.
        for depth in (count, 4 * count):
            (cosines,) = self.similar(vector[np.newaxis], count=depth, where=where)
            chunks = self.whole(list(cosines))
            hits = [Hit(chunk=chunk, score=min(1.0, max(0.0, cosines[each]))) for each, chunk in chunks.items()][:count]
            if len(chunks) == len(cosines):
                break
        return hits

    def similar(self, vectors: Vectors, *, count: int, where: Where | None = None) -> list[dict[str, float]]:
        """For each vector, the `count` nearest chunks' ids, nearest first, with their cosines, -1 to 1.

        Some may be of documents that are half written: `whole` tells.
        """
        with _translated():
            result = self._collection.query(
                query_embeddings=list(vectors),
                n_results=count,
                where=dict(where) if where else None,
                include=["distances"],
            )
        return [
            {chunk_id: 1.0 - distance for chunk_id, distance in zip(ids, distances, strict=True)}
            for ids, distances in zip(result["ids"], result["distances"], strict=True)
        ]

    def cosines(self, vector: Vectors, chunk_ids: Sequence[str]) -> dict[str, float]:
        """The cosine of each of those chunks that are there to a vector of shape (dimensions,)."""
        found: dict[str, float] = {}
        for part in _batched(chunk_ids, self._page):
            with _translated():
                result = self._collection.get(ids=part, include=["embeddings"])
            if result["ids"]:
                stored = np.asarray(result["embeddings"], dtype=np.float32)
                lengths = np.linalg.norm(stored, axis=1) * np.linalg.norm(vector)
                found |= dict(zip(result["ids"], (stored @ vector / np.maximum(lengths, 1e-12)).tolist(), strict=True))
        return found

    def ids(self, where: Where) -> list[str]:
        """The ids of all chunks that pass the filter."""
        with _translated():
            if self._page > CLOUD_PAGE:
                return list(self._collection.get(where=dict(where), include=[])["ids"])
        return [chunk_id for chunk_id, _, _ in self._read(where, texts=False)]

    def whole(self, chunk_ids: Sequence[str]) -> dict[str, Chunk]:
        """Those of the chunks that are there and belong to a whole document, by id, in one request for most."""
        wanted = dict.fromkeys(chunk_ids) | dict.fromkeys(record_id_of(document_id_in(each)) for each in chunk_ids)
        found: dict[str, Chunk] = {}
        for part in _batched(wanted, self._page):
            with _translated():
                result = self._collection.get(ids=part, include=["metadatas", "documents"])
            found |= dict(zip(result["ids"], map(chunk_from, result["metadatas"], result["documents"]), strict=True))
        # A document that is being replaced right now has chunks of two versions; its record says which one is whole.
        return {
            chunk_id: chunk
            for chunk_id in chunk_ids
            if (chunk := found.get(chunk_id))
            and (record := found.get(record_id_of(chunk.document_id)))
            and record.digest == chunk.digest
        }

    def all_chunks(self, records: Iterable[DocumentRecord]) -> Iterator[Chunk]:
        """Every chunk of those documents, read as it is asked for."""
        digests = {record.document_id: record.digest for record in records}
        for _, metadata, text in self._read(None, texts=True):
            if digests.get(metadata["document_id"]) == metadata["digest"]:
                yield chunk_from(metadata, text)

    def claim(self, holder: str, *, until: float) -> tuple[str, float] | None:
        """Take the collection's lease, a collection beside it that only one can make.

        None where it is ours now; else who holds it, and until when, in seconds since 1970.
        """
        with _translated():
            name = f"{self._collection.name}{LEASE}"
            try:
                self._client.create_collection(
                    name, metadata={"holder": holder, "until": until}, embedding_function=None
                )
            except ChromaError:
                metadata = self._client.get_collection(name, embedding_function=None).metadata
                return str(metadata["holder"]), float(metadata["until"])
            return None

    def renew(self, holder: str, *, until: float) -> None:
        """Hold the lease for longer."""
        with _translated():
            lease = self._client.get_collection(f"{self._collection.name}{LEASE}", embedding_function=None)
            lease.modify(metadata={"holder": holder, "until": until})

    def release(self) -> None:
        """Give the lease back; also takes away one whose holder has died."""
        with _translated(), contextlib.suppress(NotFoundError):
            self._client.delete_collection(f"{self._collection.name}{LEASE}")

    def drop(self) -> None:
        """Delete the collection, with all that is in it."""
        with _translated():
            self._client.delete_collection(self._collection.name)

    def count(self) -> int:
        """How many chunks are stored."""
        with _translated():
            return int(self._collection.count())

    def _read(self, where: Where | None, *, texts: bool) -> Iterator[tuple[str, dict[str, Any], str]]:
        include = ["metadatas", "documents"] if texts else ["metadatas"]
        offset = 0
        while True:
            with _translated():
                found = self._collection.get(
                    where=dict(where) if where else None, include=include, limit=self._page, offset=offset
                )
            documents = found["documents"] or [""] * len(found["ids"])
            yield from zip(found["ids"], found["metadatas"], documents, strict=True)
            if len(found["ids"]) < self._page:
                return
            offset += self._page

    def _upsert(self, rows: Sequence[tuple[DocumentRecord, Chunk, Any]]) -> None:
        for part in _batched(rows, self._batch()):
            with _translated():
                self._collection.upsert(
                    ids=[chunk.chunk_id for _, chunk, _ in part],
                    embeddings=[vector for _, _, vector in part],
                    documents=[chunk.text for _, chunk, _ in part],
                    metadatas=[metadata_of(chunk, record) for record, chunk, _ in part],
                )

    def _delete_where(self, where: Where) -> None:
        with _translated():
            stale = self._collection.get(where=dict(where), include=[])["ids"]
            for part in _batched(stale, self._batch()):
                self._collection.delete(ids=part)

    def _batch(self) -> int:
        return min(self._page, int(self._client.get_max_batch_size()))


def open_store(settings: CorpusSettings) -> Store:
    """Open the collection that is there. Raises CollectionMissing, CollectionMismatch, StoreUnavailable."""
    if target_kind(settings) == "embedded" and not (settings.chroma_path / "chroma.sqlite3").is_file():
        raise _missing(settings)
    client = _client(settings)
    with _translated(settings):
        try:
            collection = client.get_collection(settings.chroma_collection, embedding_function=None)
        except NotFoundError:
            _close(client)
            raise _missing(settings) from None
    return _opened(client, collection, settings)


def create_store(settings: CorpusSettings, record: CollectionRecord) -> Store:
    """Make the collection; where somebody else just made it, open theirs."""
    client = _client(settings)
    index = "spann" if target_kind(settings) == "cloud" else "hnsw"
    with _translated(settings):
        collection = client.get_or_create_collection(
            settings.chroma_collection,
            embedding_function=None,
            configuration=cast("Any", {index: {"space": METRIC}}),
            metadata=record.to_metadata(),
        )
    return _opened(client, collection, settings)


def settle_store(settings: CorpusSettings) -> None:
    """Make an embedded store that nobody else uses ready to be copied: other collections go, the index is on disk.

    Chroma writes its vector index after every `sync_threshold` records and until then keeps, in its queue, a second
    copy of their vectors, from which whoever opens the store builds that part of the index again.
    """
    client = _client(settings)
    with _translated(settings):
        for other in client.list_collections():
            if other.name != settings.chroma_collection:
                client.delete_collection(other.name)
    _close(client)
    before = _retuned(settings, {"sync_threshold": SMALLEST_SYNC})
    client = _client(settings)
    with _translated(settings):
        collection = client.get_collection(settings.chroma_collection, embedding_function=None)
        some = collection.get(limit=SMALLEST_SYNC, include=["metadatas"])
        if some["ids"]:
            collection.update(ids=some["ids"], metadatas=some["metadatas"])
            dimensions = record_from_metadata(settings.chroma_collection, collection.metadata, METRIC).dimensions
            # Chroma catches up when it is asked something.
            collection.query(query_embeddings=[[1.0] * dimensions], n_results=1, include=[])
    _close(client)
    _retuned(settings, {"sync_threshold": before})


def _retuned(settings: CorpusSettings, hnsw: dict[str, int]) -> int:
    """Change the index's settings, which hold from the next opening on. Returns the sync_threshold before."""
    client = _client(settings)
    with _translated(settings):
        try:
            collection = client.get_collection(settings.chroma_collection, embedding_function=None)
        except NotFoundError:
            _close(client)
            raise _missing(settings) from None
        before = int(collection.configuration_json["hnsw"]["sync_threshold"])
        collection.modify(configuration=cast("Any", {"hnsw": hnsw}))
    _close(client)
    return before


def _opened(client: Any, collection: Any, settings: CorpusSettings) -> Store:
    # Not `configuration`, which would build the collection's embedding function and warn that it has none.
    configuration = collection.configuration_json
    space = (configuration.get("hnsw") or configuration.get("spann") or {}).get("space")
    try:
        record = record_from_metadata(settings.chroma_collection, collection.metadata, space)
        check_settings(record, settings)
    except CorpusError:
        _close(client)
        raise
    page = CLOUD_PAGE if target_kind(settings) == "cloud" else PAGE
    return Store(client, collection, record, words=_words(client, settings, page), page=page)


def _words(client: Any, settings: CorpusSettings, page: int) -> Keeper:
    """Where the collection's lexical index is kept: a folder of the embedded store, or a collection beside it."""
    name = settings.chroma_collection
    if target_kind(settings) == "embedded":
        return FolderKeeper(index_folder(settings.chroma_path, name))
    piece_bytes = CLOUD_PIECE_BYTES if target_kind(settings) == "cloud" else PIECE_BYTES
    return CompanionKeeper(Companion(client, f"{name[:500]}.words", page=page, piece_bytes=piece_bytes))


def _client(settings: CorpusSettings) -> Any:
    chroma = ChromaSettings(anonymized_telemetry=False)
    key = settings.chroma_api_key.get_secret_value() if settings.chroma_api_key else None
    names: dict[str, Any] = {
        name: value
        for name, value in (("tenant", settings.chroma_tenant), ("database", settings.chroma_database))
        if value is not None
    }
    with _translated(settings):
        if target_kind(settings) == "embedded":
            settings.chroma_path.mkdir(parents=True, exist_ok=True)
            # Absolute, for chromadb shares what it opened among all that name the same path.
            return chromadb.PersistentClient(settings.chroma_path.absolute(), settings=chroma, **names)
        if target_kind(settings) == "cloud":
            client: Any = chromadb.CloudClient(api_key=key, settings=chroma, **names)
        else:
            # First, because chromadb's own client waits for ever.
            httpx.get(f"{settings.chroma_url}/api/v2/heartbeat", timeout=SERVER_SECONDS)
            url = urlsplit(settings.chroma_url or "")
            client = chromadb.HttpClient(
                host=settings.chroma_url or "",
                port=url.port or (443 if url.scheme == "https" else 80),
                ssl=url.scheme == "https",
                headers={"x-chroma-token": key} if key else None,
                settings=chroma,
                **names,
            )
    client._server._session.timeout = SERVER_SECONDS
    return client


def _close(client: Any) -> None:
    sessions = [getattr(part._server, "_session", None) for part in (client, client._admin_client)]
    with _translated():
        client.close()
        # Chroma's own close leaves the connections of its two HTTP clients open.
        for session in filter(None, sessions):
            session.close()


def _missing(settings: CorpusSettings) -> CollectionMissing:
    return CollectionMissing(
        f"Nothing is stored in {settings.target}. Run `ingest add PATH` first, or check CHROMA_PATH, CHROMA_URL and "
        "CHROMA_COLLECTION."
    )


def _batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part
