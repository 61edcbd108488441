"""Open the settings' collection, or make it."""

from __future__ import annotations

from typing import Any, cast

from corpus.collection import METRIC, CollectionRecord, check_settings, record_from_metadata
from corpus.errors import CorpusError
from corpus.lexical.index_store import FolderKeeper, LexicalIndexStore, index_folder
from corpus.settings import CorpusSettings, target_kind
from corpus.store.client import collection_of, connect, disconnect, missing
from corpus.store.errors import translated
from corpus.store.handle import Handle
from corpus.store.rows import CLOUD_PAGE, PAGE
from corpus.store.store import Store

# Of the 100 nearest, Chroma's own 100 miss 3 in 100 (SciFact, 5,183 chunks), which costs 0.003 nDCG@10; 200 miss 0.6.
HNSW = {"space": METRIC, "ef_search": 200}
# Of the lexical index's files, a record; in Base64 below what one field of Chroma Cloud may hold, 4,096 bytes.
PIECE_BYTES = 12_000
CLOUD_PIECE_BYTES = 3_000


def open_store(settings: CorpusSettings) -> Store:
    """Open the collection that is there. Raises CollectionMissing, CollectionMismatch, StoreUnavailable."""
    return _open(settings)


def read_store(settings: CorpusSettings, *, is_published: bool = False) -> Store:
    """Open it only to read: an embedded one by Chroma's engine alone, which starts at once. Raises as `open_store`.

    To what `is_published` nobody writes: it holds whole documents and never changes.
    """
    return _open(settings, only_reads=True, is_published=is_published)


def _open(settings: CorpusSettings, *, only_reads: bool = False, is_published: bool = False) -> Store:
    if target_kind(settings) == "embedded" and not (settings.chroma_path / "chroma.sqlite3").is_file():
        raise missing(settings)
    client = connect(settings, only_reads=only_reads)
    collection = collection_of(client, settings)
    return _opened(client, collection, settings, only_reads=only_reads, is_published=is_published)


def create_store(settings: CorpusSettings, record: CollectionRecord) -> Store:
    """Make the collection; where somebody else just made it, open theirs."""
    client = connect(settings)
    index = {"spann": {"space": METRIC}} if target_kind(settings) == "cloud" else {"hnsw": HNSW}
    with translated(settings):
        collection = client.get_or_create_collection(
            settings.chroma_collection,
            embedding_function=None,
            configuration=cast("Any", index),
            metadata=record.to_metadata(),
        )
    return _opened(client, collection, settings)


def _opened(
    client: Any,
    collection: Any,
    settings: CorpusSettings,
    *,
    only_reads: bool = False,
    is_published: bool = False,
) -> Store:
    # Not `configuration`, which would build the collection's embedding function and warn that it has none.
    configuration = collection.configuration_json
    space = (configuration.get("hnsw") or configuration.get("spann") or {}).get("space")
    try:
        record = record_from_metadata(settings.chroma_collection, collection.metadata, space)
        check_settings(record, settings)
    except CorpusError:
        disconnect(client)
        raise
    page = CLOUD_PAGE if target_kind(settings) == "cloud" else PAGE
    handle = Handle(client, collection, settings, only_reads=only_reads, is_published=is_published)
    return Store(handle, record, words=_words(client, settings, page), page=page)


def _words(client: Any, settings: CorpusSettings, page: int) -> LexicalIndexStore:
    """Where the collection's lexical index is kept: a folder of the embedded store, or a collection beside it."""
    name = settings.chroma_collection
    if target_kind(settings) == "embedded":
        return FolderKeeper(index_folder(settings.chroma_path, name))
    from corpus.lexical.remote_index_store import RemoteIndexStore
    from corpus.store.blob_collection import BlobCollection

    piece_bytes = CLOUD_PIECE_BYTES if target_kind(settings) == "cloud" else PIECE_BYTES
    return RemoteIndexStore(BlobCollection(client, f"{name[:500]}.words", page=page, piece_bytes=piece_bytes))
