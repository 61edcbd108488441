"""A corpus opened for reading: the store and the embedder it was made with, and the search over both."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Self

from corpus.embedding.choice import embedder_of
from corpus.embedding.model import Embedder
from corpus.records import Chunk, DocumentRecord, Hit
from corpus.settings import CorpusSettings
from corpus.store import Store, open_store


class Corpus:
    """What the handler and `ingest search` ask. Methods raise StoreError and EmbeddingError."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self.store = store
        self.embedder = embedder
        # Set where the corpus comes from a published snapshot, which a newer one may replace.
        self.newest: Callable[[], Corpus] | None = None

    def refreshed(self) -> Corpus:
        """The corpus to answer the next request from: itself, or a newer published version where there is one."""
        return self.newest() if self.newest is not None else self

    def search(
        self,
        query: str,
        *,
        top_k: int,
        source: str | None = None,
        document_id: str | None = None,
        timeout_seconds: float,
    ) -> list[Hit]:
        """The `top_k` best chunks for a plain-text query, best first; `source` and `document_id` must equal."""
        deadline = time.monotonic() + timeout_seconds
        wanted = [
            {name: value} for name, value in (("source", source), ("document_id", document_id)) if value is not None
        ]
        where = {"$and": wanted} if len(wanted) > 1 else wanted[0] if wanted else None
        (vector,) = self.embedder.embed_queries([query], timeout_seconds=deadline - time.monotonic())
        return self.store.nearest(vector, count=top_k, where=where)

    def documents(self, *, offset: int, limit: int) -> tuple[list[DocumentRecord], int]:
        """A page of the documents, sorted by source, and how many there are in all."""
        documents = self.store.documents()
        return documents[offset : offset + limit], len(documents)

    def document(self, document_id: str) -> tuple[DocumentRecord, list[Chunk]] | None:
        """A document and its chunks in order; None where it is not there."""
        return self.store.document(document_id)

    def close(self) -> None:
        """Let go of the store and the embedder."""
        self.embedder.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_corpus(settings: CorpusSettings) -> Corpus:
    """Open what is stored, or what was published. Raises StoreError, EmbeddingError, SettingsError."""
    if settings.snapshot_url is None:
        return _open_store(settings)
    from corpus.snapshot.live import LiveSnapshot

    return LiveSnapshot(settings, _open_store).current()


def _open_store(settings: CorpusSettings) -> Corpus:
    store = open_store(settings)
    try:
        return Corpus(store, embedder_of(store.record, settings))
    except BaseException:
        store.close()
        raise
