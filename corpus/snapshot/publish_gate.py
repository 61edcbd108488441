"""Compare a finished version with the one that is served, before any of it is published.

Errors on the way are raised: a version that could not be judged is not published.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import SnapshotInvalid
from corpus.quality.figures import Figures
from corpus.settings import CorpusSettings
from corpus.snapshot.cache import Cache
from corpus.snapshot.manifest import POINTER, Manifest
from corpus.snapshot.snapshot_store import SnapshotStore
from corpus.snapshot.staging import Staged, read_view

NO_LIMIT_MB = 2**40
# What a collection's own record specifies; the settings are those of the new version.
OF_THE_RECORD = (
    "embedding_model",
    "embedding_dimensions",
    "embedding_query_prefix",
    "embedding_passage_prefix",
    "embedding_input_types",
    "chunk_tokens",
    "chunk_overlap",
    "snapshot_url",
)
Judge = Callable[[CorpusSettings, CorpusSettings | None], Figures]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """`questions` is the file that the version keeps. `judge` is given settings that open the new version and the
    served one (None before the first), and raises what refuses the new one.
    """

    questions: bytes
    judge: Judge


def judged(
    gate: Gate, settings: CorpusSettings, staged: Staged, *, place: SnapshotStore, served: Manifest | None, folder: Path
) -> Figures:
    """The new version's figures. `folder` is for files; raises what `judge` does, and StoreError."""
    with read_view(staged.folder) as view:
        new = settings.model_copy(update={"chroma_path": view, "snapshot_url": None})
        if served is None:
            if place.read(POINTER) is not None:
                raise SnapshotInvalid(
                    f"What is served from {place.name} cannot be read, so that nothing can be compared with it. Roll "
                    "back to a version that is whole, or publish without --gate."
                )
            return gate.judge(new, None)
        cache = Cache(folder, limit_mb=NO_LIMIT_MB)
        opened = cache.open(place, served)
        try:
            own = {"chroma_path": opened, "chroma_collection": served.collection, **dict.fromkeys(OF_THE_RECORD)}
            return gate.judge(new, settings.model_copy(update=own))
        finally:
            cache.drop(opened)
