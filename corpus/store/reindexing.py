"""Rebuilds a vector index. Chroma never reuses the place of a deleted vector, so an index only ever grows.

The collection is written again under another name and then replaces the old one. If the run is killed before the old
one is deleted, the old one is there; if after, the new one is whole, and is found under either name (chroma_client.py).
"""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from corpus.errors import StoreUnavailable
from corpus.settings import CorpusSettings
from corpus.store.change_detection import has_collection, index_names
from corpus.store.chroma_client import collection_of, connect, disconnect, remade_name
from corpus.store.errors import translated
from corpus.store.hnsw_files import LENGTHS_FILE, places_in
from corpus.store.index_lock import index_lock
from corpus.store.rows import PAGE

# The share of deleted places from which a rebuild is worth it: it takes as long as writing the index did.
MAX_DEAD = 0.05
FREE_PLACES = 100  # Chroma's files have room for so many from the start, so a small index gains nothing.
PATIENCE_SECONDS = 20.0


def dead_share(index: Path, *, live: int) -> float:
    """The share of an index's places that hold nothing live; 0 if it is small, or not all on disk yet."""
    places = places_in(index)
    return max(0, places - live) / places if places > FREE_PLACES else 0.0


def remake_index(settings: CorpusSettings) -> float:
    """Write the collection of an embedded store, to which nobody else writes, once more in its place.

    Others may read meanwhile. Returns the seconds that it took. Raises StoreError; then the old one stays.
    """
    started = time.monotonic()
    finish_remaking(settings)
    client = connect(settings)
    old = collection_of(client, settings)
    try:
        with translated(settings):
            new = client.create_collection(
                remade_name(settings.chroma_collection),
                embedding_function=None,
                configuration=cast("Any", {"hnsw": old.configuration_json["hnsw"]}),
                metadata=old.metadata,
            )
            for page in _pages(old, settings.chroma_path):
                new.upsert(**page)
            if new.count() != old.count():
                raise StoreUnavailable(f"{settings.target} was written to by another program. Nothing was changed.")
            with index_lock(settings.chroma_path, patience_seconds=PATIENCE_SECONDS):
                client.delete_collection(old.name)
                new.modify(name=settings.chroma_collection)
    finally:
        disconnect(client)
    drop_orphans(settings.chroma_path)
    return time.monotonic() - started


def finish_remaking(settings: CorpusSettings) -> None:
    """Clean up after a killed run: an incomplete copy is deleted, a complete one replaces the original.

    Raises StoreError. Nobody else may write to the store.
    """
    name = settings.chroma_collection
    if not has_collection(settings.chroma_path, remade_name(name)):
        return
    client = connect(settings)
    try:
        with translated(settings):
            found = {each.name: each for each in client.list_collections()}
            with index_lock(settings.chroma_path, patience_seconds=PATIENCE_SECONDS):
                if name in found and remade_name(name) in found:
                    client.delete_collection(remade_name(name))
                elif remade_name(name) in found:
                    found[remade_name(name)].modify(name=name)
    finally:
        disconnect(client)
    drop_orphans(settings.chroma_path)


def drop_orphans(folder: Path) -> None:
    """Delete the indexes of collections that are gone: Chroma leaves them where they are."""
    kept = index_names(folder)
    if not kept:  # Cannot be determined now.
        return
    with index_lock(folder, patience_seconds=PATIENCE_SECONDS):
        for path in folder.iterdir():
            if path.is_dir() and path.name not in kept and _is_an_index(path):
                shutil.rmtree(path, ignore_errors=True)


def _is_an_index(path: Path) -> bool:
    try:
        uuid.UUID(path.name)
    except ValueError:
        return False
    return (path / LENGTHS_FILE).is_file()


def _pages(collection: Any, folder: Path) -> Iterator[dict[str, Any]]:
    ids = sorted(collection.get(include=[])["ids"])
    for start in range(0, len(ids), PAGE):
        # The first reader of an index may update its files.
        with index_lock(folder, patience_seconds=PATIENCE_SECONDS):
            found = collection.get(ids=ids[start : start + PAGE], include=["embeddings", "documents", "metadatas"])
        yield {name: found[name] for name in ("ids", "embeddings", "documents", "metadatas")}
