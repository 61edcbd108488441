"""Open the collection that the settings name, or create it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

from corpus.collection import (
    METRIC,
    RECORDS,
    RECORDS_FIELD,
    SUBJECTS,
    SUBJECTS_FIELD,
    CollectionRecord,
    check_settings,
    record_from_metadata,
)
from corpus.errors import CollectionMismatch, CorpusError, StoreUnavailable
from corpus.lexical.index_store import FolderKeeper, LexicalIndexStore, index_folder
from corpus.settings import CorpusSettings, target_kind
from corpus.store.change_detection import SQLITE_FILE, Watch
from corpus.store.chroma_client import Connection, collection_of, connect, missing
from corpus.store.chunk_file import FOLDER as CHUNKS
from corpus.store.chunk_file import ChunkFile
from corpus.store.engine import DEFAULT_DATABASE, DEFAULT_TENANT
from corpus.store.errors import translated
from corpus.store.handle import Handle
from corpus.store.mapped import MappedVectors, open_map
from corpus.store.published import PublishedStore, Unopened
from corpus.store.quotas import COLLECTION_NAME_BYTES, DOCUMENT_BYTES, REQUEST_RECORDS
from corpus.store.rows import PAGE
from corpus.store.sharding import SPREAD_FIELD, spread_of
from corpus.store.store import Store

# Of the 100 nearest, Chroma's own 100 miss 3 in 100 (SciFact, 5,183 chunks), which costs 0.003 nDCG@10; 200 miss 0.6.
HNSW = {"space": METRIC, "ef_search": 200}
# A record's share of the lexical index's files; in Base64 less than one field of Chroma Cloud may hold, 4,096 bytes.
PIECE_BYTES = 12_000
CLOUD_PIECE_BYTES = 3_000
WORDS_SUFFIX = ".words"
MAX_NAME_CHARS = 500


def open_store(settings: CorpusSettings) -> Store:
    """Open the existing collection. Raises CollectionMissing, CollectionMismatch, StoreUnavailable."""
    return _open(settings)


def read_store(settings: CorpusSettings, *, is_published: bool = False) -> Store:
    """Open it only to read: an embedded one by Chroma's engine alone, which starts at once. Raises as `open_store`.

    To what `is_published` nobody writes: it holds whole documents and never changes.
    """
    return _open(settings, only_reads=True, is_published=is_published)


def most_text_bytes(settings: CorpusSettings) -> int | None:
    """How many bytes a chunk's text may have there; None if there is no limit."""
    return DOCUMENT_BYTES if target_kind(settings) == "cloud" else None


def _open(settings: CorpusSettings, *, only_reads: bool = False, is_published: bool = False) -> Store:
    if is_published and (settings.chroma_path / CHUNKS).is_dir():
        return _published(settings)
    connection = _connected(settings, only_reads=only_reads)
    return _opened(connection, settings, only_reads=only_reads, is_published=is_published)


def _connected(settings: CorpusSettings, *, only_reads: bool) -> Connection:
    if target_kind(settings) == "embedded" and not (settings.chroma_path / SQLITE_FILE).is_file():
        raise missing(settings)
    client = connect(settings, only_reads=only_reads)
    return Connection(client, collection_of(client, settings))


def create_store(settings: CorpusSettings, record: CollectionRecord) -> Store:
    """Create the collection; if somebody else just did, open theirs."""
    client = connect(settings)
    spread = {} if settings.chroma_spread is None else {SPREAD_FIELD: settings.chroma_spread}
    index = {"spann": {"space": METRIC}} if target_kind(settings) == "cloud" else {"hnsw": HNSW}
    with translated(settings):
        collection = client.get_or_create_collection(
            settings.chroma_collection,
            embedding_function=None,
            configuration=cast("Any", index),
            metadata={**record.to_metadata(), RECORDS_FIELD: RECORDS, SUBJECTS_FIELD: SUBJECTS, **spread},
        )
    return _opened(Connection(client, collection), settings)


def _opened(
    connection: Connection, settings: CorpusSettings, *, only_reads: bool = False, is_published: bool = False
) -> Store:
    record = _record(connection, settings)

    def reopened() -> Connection:
        newest = _connected(settings, only_reads=only_reads)
        if _record(newest, settings) != record:
            newest.close()
            raise StoreUnavailable(f"The collection in {settings.target} was made anew, otherwise. Ask again.")
        return newest

    if is_published or target_kind(settings) != "embedded":
        handle = Handle(connection, reopened)
    else:
        watch = Watch(
            settings.chroma_path,
            collection=settings.chroma_collection,
            database=settings.chroma_database or DEFAULT_DATABASE,
            tenant=settings.chroma_tenant or DEFAULT_TENANT,
        )
        handle = Handle(connection, reopened, watch=watch, folder=settings.chroma_path)
    lexical_index = _lexical_index(connection.client, settings, is_published=is_published)
    store = Store(handle, record, lexical_index=lexical_index, is_published=is_published)
    if is_published:
        store.mapped = _mapped(connection, settings, record)
    return store


def _published(settings: CorpusSettings) -> PublishedStore:
    """A snapshot with a chunk file. Chroma's own files are opened when needed."""
    chunks = ChunkFile(settings.chroma_path)
    try:
        if chunks.collection != settings.chroma_collection:
            raise missing(settings)
        check_settings(chunks.record, settings)
        vectors = open_map(settings.chroma_path, dimensions=chunks.record.dimensions, chunks=len(chunks))
    except CorpusError:
        chunks.close()
        raise
    opened = Unopened(partial(_connected, settings, only_reads=True))
    lexical_index = FolderKeeper(index_folder(settings.chroma_path, settings.chroma_collection), is_published=True)
    return PublishedStore(Handle(opened, lambda: opened), chunks, lexical_index=lexical_index, vectors=vectors)


def _mapped(connection: Connection, settings: CorpusSettings, record: CollectionRecord) -> MappedVectors | None:
    try:
        with translated(settings):
            chunks = connection.collection.count()
        return open_map(settings.chroma_path, dimensions=record.dimensions, chunks=chunks)
    except CorpusError:
        connection.close()
        raise


def _record(connection: Connection, settings: CorpusSettings) -> CollectionRecord:
    """How the collection was made. Closes the connection if that is not usable."""
    # Not `configuration`, which would build the collection's embedding function and warn that it has none.
    configuration = connection.collection.configuration_json
    space = (configuration.get("hnsw") or configuration.get("spann") or {}).get("space")
    try:
        record = record_from_metadata(settings.chroma_collection, connection.collection.metadata, space)
        check_settings(record, settings)
        _check_spread(connection.collection.metadata, settings)
    except CorpusError:
        connection.close()
        raise
    return record


def _check_spread(metadata: Mapping[str, object] | None, settings: CorpusSettings) -> None:
    stored = spread_of(metadata)
    if settings.chroma_spread is not None and settings.chroma_spread != stored:
        raise CollectionMismatch(
            f"Collection {settings.chroma_collection!r} was made with CHROMA_SPREAD={stored} but the setting is "
            f"{settings.chroma_spread}. Set CHROMA_SPREAD back or unset it, or ingest into a new collection."
        )


def _lexical_index(client: Any, settings: CorpusSettings, *, is_published: bool = False) -> LexicalIndexStore:
    """Where the collection's lexical index is kept: a folder of the embedded store, or a collection beside it."""
    name = settings.chroma_collection
    if target_kind(settings) == "embedded":
        return FolderKeeper(index_folder(settings.chroma_path, name), is_published=is_published)
    from corpus.lexical.remote_index_store import RemoteIndexStore
    from corpus.store.blob_collection import BlobCollection

    if target_kind(settings) == "cloud":
        name = name[: COLLECTION_NAME_BYTES - len(WORDS_SUFFIX)]
        return RemoteIndexStore(
            BlobCollection(client, name + WORDS_SUFFIX, page=REQUEST_RECORDS, piece_bytes=CLOUD_PIECE_BYTES)
        )
    name = name[:MAX_NAME_CHARS] + WORDS_SUFFIX
    return RemoteIndexStore(BlobCollection(client, name, page=PAGE, piece_bytes=PIECE_BYTES))
