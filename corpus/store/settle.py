"""An embedded store, made ready to be copied."""

from __future__ import annotations

from typing import Any, cast

from corpus.collection import METRIC, record_from_metadata
from corpus.settings import CorpusSettings
from corpus.store.client import collection_of, connect, disconnect
from corpus.store.errors import translated

SMALLEST_SYNC = 2  # Chroma takes no smaller sync_threshold.


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
    before = _retuned(settings, {"sync_threshold": SMALLEST_SYNC})
    client = connect(settings)
    collection = collection_of(client, settings)
    with translated(settings):
        some = collection.get(limit=SMALLEST_SYNC, include=["metadatas"])
        if some["ids"]:
            collection.update(ids=some["ids"], metadatas=some["metadatas"])
            dimensions = record_from_metadata(settings.chroma_collection, collection.metadata, METRIC).dimensions
            # Chroma catches up when it is asked something.
            collection.query(query_embeddings=[[1.0] * dimensions], n_results=1, include=[])
    disconnect(client)
    _retuned(settings, {"sync_threshold": before})


def _retuned(settings: CorpusSettings, hnsw: dict[str, int]) -> int:
    """Change the index's settings, which hold from the next opening on. Returns the sync_threshold before."""
    client = connect(settings)
    collection = collection_of(client, settings)
    with translated(settings):
        before = int(collection.configuration_json["hnsw"]["sync_threshold"])
        collection.modify(configuration=cast("Any", {"hnsw": hnsw}))
    disconnect(client)
    return before
