"""What a copied store loses before it is published: foreign records, deleted vectors, other collections' indexes."""

from __future__ import annotations

import os
import shutil
import time
import uuid
from dataclasses import dataclass

from corpus.errors import SnapshotInvalid
from corpus.settings import CorpusSettings
from corpus.snapshot.manifest import SQLITE
from corpus.store import MAX_DEAD, blank_free_places, holds_only, open_store, remake_index, settle_store
from corpus.store.chunk_file import FOLDER as CHUNKS
from corpus.store.mapped import FOLDER as VECTORS
from corpus.store.sketch import FOLDER as SKETCH

# The files that publishing adds to Chroma's.
LAID_OUT = tuple(f"{each}/" for each in (CHUNKS, SKETCH, VECTORS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """A vector index that was rebuilt, because so large a share of its places held deleted vectors."""

    dead_share: float
    seconds: float


def leave_out_foreign(copy: CorpusSettings) -> int:
    """Remove the records that ingest did not write; returns how many there were."""
    with open_store(copy) as store:
        if holds_only(store.rows, store.documents()):
            return 0
        found = store.survey()
        if found.incomplete:
            raise SnapshotInvalid(
                f"{len(found.incomplete)} documents of collection {copy.chroma_collection!r} lack chunks, the first is "
                f"{found.incomplete[0].source}. Bring them in again by `ingest add`, or run `ingest repair --yes`."
            )
        store.rows.delete(found.foreign)
        return len(found.foreign)


def remake_where_dead(copy: CorpusSettings) -> Remade | None:
    """Rebuild the index if too many of its vectors are deleted: readers would fetch them, and hold them in memory."""
    started = time.monotonic()
    with open_store(copy) as store:
        share = store.dead_share() or 0.0
    if share <= MAX_DEAD:
        return None
    remake_index(copy)
    settle_store(copy)
    return Remade(dead_share=share, seconds=time.monotonic() - started)


def drop_remnants(copy: CorpusSettings) -> None:
    """Remove what Chroma leaves behind: indexes of deleted collections, and in ours what its process's memory held."""
    with open_store(copy) as store:
        ours = store.index_folder
    if ours is None:
        return
    for path in copy.chroma_path.iterdir():
        if path.is_dir() and path != ours and is_chromas(f"{path.name}/"):
            shutil.rmtree(path)
    blank_free_places(ours)


def is_chromas(path: str) -> bool:
    """Whether it is one of Chroma's files, or made from one."""
    if path == SQLITE or path.startswith(LAID_OUT):
        return True
    try:
        uuid.UUID(path.split("/", 1)[0])
    except ValueError:
        return False
    return os.sep in path or "/" in path
