"""A vector index made anew. Chroma never uses the place of a deleted vector again, so that an index only ever grows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from corpus.settings import CorpusSettings
from corpus.store.client import collection_of, connect, disconnect
from corpus.store.errors import translated
from corpus.store.rows import PAGE

# Of all places, how many may be dead before it is worth making the index anew: that takes as long as writing it did.
MOST_DEAD = 0.05
LENGTHS_FILE = "length.bin"  # Four bytes a place, in use or not.
BYTES_A_PLACE = 4
_SUFFIX = ".remaking"


def dead_share(*, places: int, live: int) -> float:
    """The share of an index's places that nothing live is in; 0 where it is not all on disk yet."""
    return max(0, places - live) / places if places else 0.0


def places_in(index: Path) -> int:
    """How many places an index has on disk; 0 where nothing of it is."""
    try:
        return (index / LENGTHS_FILE).stat().st_size // BYTES_A_PLACE
    except OSError:
        return 0


def remake_index(settings: CorpusSettings) -> None:
    """Write the collection of an embedded store that nobody else uses once more, in its place. Raises StoreError."""
    client = connect(settings)
    old = collection_of(client, settings)
    try:
        with translated(settings):
            new = client.create_collection(
                f"{settings.chroma_collection[:500]}{_SUFFIX}",
                embedding_function=None,
                configuration=cast("Any", {"hnsw": old.configuration_json["hnsw"]}),
                metadata=old.metadata,
            )
            for page in _pages(old):
                new.upsert(**page)
            client.delete_collection(old.name)
            new.modify(name=settings.chroma_collection)
    finally:
        disconnect(client)


def _pages(collection: Any) -> Iterator[dict[str, Any]]:
    ids = sorted(collection.get(include=[])["ids"])
    for start in range(0, len(ids), PAGE):
        found = collection.get(ids=ids[start : start + PAGE], include=["embeddings", "documents", "metadatas"])
        yield {name: found[name] for name in ("ids", "embeddings", "documents", "metadatas")}
