"""Open a corpus for reading, wherever the settings say that it lives: a store, or what was published."""

from __future__ import annotations

from corpus.embedding.choice import query_embedder_of
from corpus.searching.corpus import Corpus
from corpus.searching.rerank import reranker_of
from corpus.settings import CorpusSettings
from corpus.snapshot.live import LiveSnapshot
from corpus.snapshot.manifest import CANARY
from corpus.store import Store, read_store


def open_corpus(settings: CorpusSettings) -> Corpus:
    """Open what is stored, or what was published. Raises StoreError, EmbeddingError, SettingsError."""
    if settings.snapshot_url is None:
        return _opened(read_store(settings), settings)
    live = LiveSnapshot(settings, open_published)
    if settings.snapshot_canary is not None:
        live.canary = LiveSnapshot(settings, open_published, pointer=CANARY).current_or_none
    return live.current()


def open_published(settings: CorpusSettings) -> Corpus:
    """Open a version's files, which CHROMA_PATH names. Raises StoreError, EmbeddingError, SettingsError."""
    return _opened(read_store(settings, is_published=True), settings)


def _opened(store: Store, settings: CorpusSettings) -> Corpus:
    try:
        return Corpus(
            store,
            query_embedder_of(store.record, settings),
            mode=settings.search_mode,
            max_per_document=settings.max_per_document,
            reranker=reranker_of(settings),
            rerank_candidates=settings.rerank_candidates,
        )
    except BaseException:
        store.close()
        raise
