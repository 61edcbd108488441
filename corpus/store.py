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
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import AuthorizationError, ChromaAuthError, ChromaError, NotFoundError

from corpus.collection import METRIC, CollectionRecord, check_settings, record_from_metadata
from corpus.embedding.model import Vectors
from corpus.errors import CollectionMissing, CorpusError, StoreError, StoreUnavailable
from corpus.records import Chunk, DocumentRecord, Hit, record_id_of
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


class Store:
    """One collection, opened. Its methods raise StoreError."""

    def __init__(self, client: Any, collection: Any, record: CollectionRecord, *, page: int) -> None:
        self.record = record
        self._client = client
        self._collection = collection
        self._page = page

    def close(self) -> None:
        """Let go of the files or the connection."""
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
        hits = self._query(vector, count=count, where=where)
        current = self.records(hit.chunk.document_id for hit in hits)
        whole = [hit for hit in hits if _is_current(hit.chunk, current)]
        if len(whole) == len(hits):
            return hits
        # A document is being replaced right now: what is half in or half out made room for others.
        hits = self._query(vector, count=count * 4, where=where)
        current = self.records(hit.chunk.document_id for hit in hits)
        return [hit for hit in hits if _is_current(hit.chunk, current)][:count]

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

    def count(self) -> int:
        """How many chunks are stored."""
        with _translated():
            return int(self._collection.count())

    def _query(self, vector: Vectors, *, count: int, where: Where | None) -> list[Hit]:
        with _translated():
            result = self._collection.query(
                query_embeddings=[vector],
                n_results=count,
                where=dict(where) if where else None,
                include=["documents", "metadatas", "distances"],
            )
        rows = zip(result["metadatas"][0], result["documents"][0], result["distances"][0], strict=True)
        return [
            Hit(chunk=chunk_from(metadata, text), score=min(1.0, max(0.0, 1.0 - distance)))
            for metadata, text, distance in rows
        ]

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
    return Store(client, collection, record, page=CLOUD_PAGE if target_kind(settings) == "cloud" else PAGE)


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
            url = urlsplit(settings.chroma_url or "")
            client = chromadb.HttpClient(
                host=settings.chroma_url or "",
                port=url.port or (443 if url.scheme == "https" else 80),
                ssl=url.scheme == "https",
                headers={"x-chroma-token": key} if key else None,
                settings=chroma,
                **names,
            )
    # Chroma's own client waits for ever.
    client._server._session.timeout = SERVER_SECONDS
    return client


def _close(client: Any) -> None:
    sessions = [getattr(part._server, "_session", None) for part in (client, client._admin_client)]
    with _translated():
        client.close()
        # Chroma's own close leaves the connections of its two HTTP clients open.
        for session in filter(None, sessions):
            session.close()


def _is_current(chunk: Chunk, records: Mapping[str, DocumentRecord]) -> bool:
    record = records.get(chunk.document_id)
    return record is not None and record.digest == chunk.digest


def _missing(settings: CorpusSettings) -> CollectionMissing:
    return CollectionMissing(
        f"Nothing is stored in {settings.target}. Run `ingest add PATH` first, or check CHROMA_PATH, CHROMA_URL and "
        "CHROMA_COLLECTION."
    )


@contextlib.contextmanager
def _translated(settings: CorpusSettings | None = None) -> Iterator[None]:
    where = settings.target if settings else "the store"
    try:
        yield
    except CorpusError:
        raise
    except NotFoundError as error:
        raise CollectionMissing(f"The collection or database in {where} is gone. Ingest again.") from error
    except (ChromaAuthError, AuthorizationError) as error:
        raise StoreError(f"Chroma refused the key for {where}. Set CHROMA_API_KEY to one that may use it.") from error
    except ChromaError as error:
        raise StoreUnavailable(f"Chroma cannot use {where}: {error}") from error
    except OSError as error:
        raise StoreUnavailable(f"Chroma cannot use {where}: {error.strerror or error}") from error
    except Exception as error:
        # chromadb raises bare Exception, and httpx's own, from its HTTP client.
        raise StoreUnavailable(f"Chroma cannot be reached at {where}. Check that it runs and CHROMA_URL.") from error


def _batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part
