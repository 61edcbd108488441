"""On a worker: what was read goes straight to the server that the run writes to.

A document is there whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from corpus.embedding.model import Embedder, Vectors
from corpus.errors import EmbeddingError
from ingest.sync.outcome import Added, Change, Failed, Sent, Stored
from ingest.sync.run import CHUNKS_PER_WRITE
from ingest.sync.vectors import VectorSource
from ingest.sync.writer import Writing


def stored(read: Sequence[Sequence[Change]], writing: Writing, embedder: Callable[[], Embedder]) -> list[list[Change]]:
    """The changes by item, with Stored or Failed in place of Added. Idempotent.

    Raises EmbeddingError and StoreError; documents whose vectors are complete by then are stored.
    """
    added = [change for changes in read for change in changes if isinstance(change, Added)]
    if not added:
        return [list(changes) for changes in read]
    # A worker that was lost may have stored some of it already, with vectors that were paid for.
    source = VectorSource(writing, embedder, reusable=True, is_stopped=lambda: False)
    became: dict[str, Change] = {}
    group: list[tuple[Added, Vectors]] = []
    try:
        for change, vectors in source.vectors_for(iter(added)):
            if isinstance(vectors, EmbeddingError):
                became[change.record.document_id] = Failed(change.record.source, str(vectors))
                continue
            group.append((change, vectors))
            if sum(len(each) for _, each in group) >= CHUNKS_PER_WRITE:
                became |= _written(group, writing, source)
                group = []
    finally:
        became |= _written(group, writing, source)
    told = [[became[each.record.document_id] if isinstance(each, Added) else each for each in part] for part in read]
    told[-1].append(Sent(source.embedded))
    return told


def _written(group: Sequence[tuple[Added, Vectors]], writing: Writing, source: VectorSource) -> Mapping[str, Change]:
    """The outcome by document."""
    refusals: dict[str, str] = {}
    if group:
        documents = [(change.record, change.prepared.chunks, vectors) for change, vectors in group]
        writing.write(documents, then=refusals.update)
    became: dict[str, Change] = {}
    for change, _ in group:
        source.note_written(change)
        record = change.record
        why = refusals.get(record.document_id)
        kept = Stored(record, change.words, change.replaces, change.notes)
        became[record.document_id] = kept if why is None else Failed(record.source, why)
    return became
