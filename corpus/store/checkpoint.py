"""Prepare an embedded store to be copied."""

from __future__ import annotations

from typing import Any, cast

from corpus.collection import METRIC, record_from_metadata
from corpus.settings import CorpusSettings
from corpus.store.change_detection import pending_writes
from corpus.store.chroma_client import collection_of, connect, disconnect
from corpus.store.errors import translated
from corpus.store.index_lock import index_lock

MIN_SYNC = 2  # Chroma accepts no smaller sync_threshold.
WORTH_WRITING = 100  # Fewer are indexed again in no time.
PATIENCE_SECONDS = 20.0


def settle_store(settings: CorpusSettings) -> None:
    """Make an embedded store that nobody else uses ready to be copied: other collections go, the index is on disk.

    Chroma writes its vector index after every `sync_threshold` records and until then keeps, in its queue, a second
    copy of their vectors, from which whoever opens the store builds that part of the index again.
    """
    client = connect(settings)
    with translated(settings):
        for other in client.list_collections():
            if other.name != settings.chroma_collection:
                client.delete_collection(other.name)
    disconnect(client)
    before = _retuned(settings, {"sync_threshold": MIN_SYNC})
    client = connect(settings)
    collection = collection_of(client, settings)
    with translated(settings):
        some = collection.get(limit=MIN_SYNC, include=["metadatas"])
        if some["ids"]:
            collection.update(ids=some["ids"], metadatas=some["metadatas"])
            dimensions = record_from_metadata(settings.chroma_collection, collection.metadata, METRIC).dimensions
            # Chroma catches up when it is queried.
            collection.query(query_embeddings=[[1.0] * dimensions], n_results=1, include=[])
    disconnect(client)
    _retuned(settings, {"sync_threshold": before})


def write_index_out(settings: CorpusSettings) -> None:
    """Have Chroma write an index in use to disk, so that whoever opens it next need not build the newest part again.

    It does so after every `sync_threshold` writes: as many as lack are made, which change nothing. Raises StoreError.
    """
    client = connect(settings)
    try:
        with translated(settings):
            collection = collection_of(client, settings)
            threshold = int(collection.configuration_json["hnsw"]["sync_threshold"])
            pending = pending_writes(settings.chroma_path, str(collection.id))
            if pending < WORTH_WRITING or collection.count() < threshold:
                return
            some = collection.get(where={"index": {"$gte": 0}}, limit=threshold, include=["metadatas"])
            missing = max(MIN_SYNC, threshold - pending)
            same = {each: {"index": about["index"]} for each, about in zip(some["ids"], some["metadatas"], strict=True)}
            ids = list(same)[:missing]
            if not ids:
                return
            dimensions = record_from_metadata(settings.chroma_collection, collection.metadata, METRIC).dimensions
            with index_lock(settings.chroma_path, patience_seconds=PATIENCE_SECONDS):
                collection.update(ids=ids, metadatas=[same[each] for each in ids])
                collection.query(query_embeddings=[[1.0] * dimensions], n_results=1, include=[])
    finally:
        disconnect(client)


def _retuned(settings: CorpusSettings, hnsw: dict[str, int]) -> int:
    """Change the index's settings, which take effect when it is next opened. Returns the previous sync_threshold."""
    client = connect(settings)
    collection = collection_of(client, settings)
    with translated(settings):
        before = int(collection.configuration_json["hnsw"]["sync_threshold"])
        collection.modify(configuration=cast("Any", {"hnsw": hnsw}))
    disconnect(client)
    return before
