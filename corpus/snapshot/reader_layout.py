"""A settled copy of a store, laid out for readers: texts and metadata in a file of their own, Chroma's without them."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.settings import CorpusSettings
from corpus.snapshot.manifest import SQLITE
from corpus.store import PAGE, read_store
from corpus.store.chunk_file import write_chunk_file
from corpus.store.mapped import write_map
from corpus.store.rows import batched

# Texts and metadata, which readers have in the chunk file: four fifths of Chroma's SQLite file.
_TEXTS = ("embedding_metadata", "embedding_metadata_array")
_FULL_TEXT = "embedding_fulltext_search"


def rearrange(copy: CorpusSettings) -> None:
    """Lay out the copy that CHROMA_PATH names. Raises StoreError."""
    _leave_out_stamps(copy.chroma_path / SQLITE)
    _write_chunks(copy)
    _compact(copy.chroma_path / SQLITE)
    _map_vectors(copy.chroma_path, copy.chroma_collection)


def _leave_out_stamps(sqlite: Path) -> None:
    """The stamps, by which the next ingest recognises the publisher's own files."""
    with contextlib.closing(sqlite3.connect(sqlite)) as database:
        database.execute("UPDATE embedding_metadata SET string_value = '' WHERE key = 'stamp'")
        database.execute("UPDATE embeddings_queue SET metadata = json_remove(metadata, '$.stamp')")
        database.commit()


def _write_chunks(copy: CorpusSettings) -> None:
    with read_store(copy) as store:

        def read(ids: Sequence[str]) -> Iterator[tuple[str, Mapping[str, Any], str]]:
            for part in batched(ids, PAGE):
                found = {each: (metadata, text) for each, metadata, text in store.rows.records(part)}
                yield from ((each, *found[each]) for each in part)

        write_chunk_file(copy.chroma_path, copy.chroma_collection, store.record, store.rows.ids(None), read)


def _compact(sqlite: Path) -> None:
    with contextlib.closing(sqlite3.connect(sqlite)) as database:
        # A row for each time that the store was opened.
        database.execute("DELETE FROM acquire_write")
        tables = dict(database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        for table in _TEXTS:
            if table in tables:
                database.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        # SQLite may have been built without what this needs; then it stays.
        with contextlib.suppress(sqlite3.OperationalError):
            # Created anew, because deleting its rows would read them all.
            database.execute(f"DROP TABLE {_FULL_TEXT}")
            database.execute(tables[_FULL_TEXT])
        database.commit()
        database.execute("PRAGMA default_cache_size = 0")  # Needed only by writers.
        database.execute("VACUUM")


def _map_vectors(folder: Path, collection: str) -> None:
    """Record where each chunk's vector lies, so that readers need not ask Chroma, nor read its own list."""
    with contextlib.closing(sqlite3.connect(folder / SQLITE)) as database:
        found = database.execute(
            "SELECT segments.id, dimension FROM segments JOIN collections ON segments.collection = collections.id "
            "WHERE collections.name = ? AND segments.scope = 'VECTOR' AND dimension IS NOT NULL",
            (collection,),
        ).fetchall()
        ((chunks,),) = database.execute("SELECT count(*) FROM embeddings")
    if len(found) == 1:
        ((segment, dimensions),) = found
        write_map(folder, segment, dimensions=dimensions, chunks=chunks)
