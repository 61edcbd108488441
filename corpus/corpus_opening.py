"""Open a corpus for reading, wherever the settings say that it lives: a store, or a published version."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from corpus.collection import CollectionRecord, Prompt
from corpus.embedding.choice import query_embedder_of
from corpus.embedding.model import QueryEmbedder
from corpus.embedding.shared import SharedEmbedder
from corpus.searching.corpus import Corpus
from corpus.searching.rerank import reranker_of
from corpus.settings import CorpusSettings
from corpus.snapshot.cache import Cache
from corpus.snapshot.live import LiveSnapshot
from corpus.snapshot.manifest import CANARY
from corpus.store import Store, read_store

EmbedderOf = Callable[[CollectionRecord, CorpusSettings], QueryEmbedder]
_Kind = tuple[str, int, bool, Prompt, Prompt]


def open_corpus(settings: CorpusSettings) -> Corpus:
    """Open what is stored, or what was published. Raises StoreError, EmbeddingError, SettingsError."""
    return _opened_anywhere(settings, query_embedder_of, None)


def open_published(settings: CorpusSettings, *, embedder_of: EmbedderOf = query_embedder_of) -> Corpus:
    """Open a version's files, which CHROMA_PATH names. Raises StoreError, EmbeddingError, SettingsError."""
    return _opened(read_store(settings, is_published=True), settings, embedder_of)


class Opener:
    """Opens several corpora in one process, which share their models and the space for what was published.

    Safe in threads. `make_room`, once set, closes a corpus where that space is used up, and says whether it could.
    """

    def __init__(self) -> None:
        self.make_room: Callable[[], bool] = lambda: False
        self._lock = threading.Lock()
        self._embedders: dict[_Kind, SharedEmbedder] = {}
        self._cache: Cache | None = None

    def __call__(self, settings: CorpusSettings) -> Corpus:
        """As `open_corpus`."""
        cache = self._shared_cache(settings) if settings.snapshot_url is not None else None
        return _opened_anywhere(settings, self._embedder_of, cache)

    def _embedder_of(self, record: CollectionRecord, settings: CorpusSettings) -> QueryEmbedder:
        kind = (record.embedding_model, record.dimensions, record.shortened, record.question, record.passage)
        with self._lock:
            if kind not in self._embedders:
                self._embedders[kind] = SharedEmbedder(query_embedder_of(record, settings))
            return self._embedders[kind]

    def _shared_cache(self, settings: CorpusSettings) -> Cache:
        with self._lock:
            if self._cache is None:
                limit_mb = settings.snapshot_cache_mb
                self._cache = Cache(settings.snapshot_cache, limit_mb=limit_mb, make_room=lambda: self.make_room())
            return self._cache


def _opened_anywhere(settings: CorpusSettings, embedder_of: EmbedderOf, cache: Cache | None) -> Corpus:
    if settings.snapshot_url is None:
        return _opened(read_store(settings), settings, embedder_of)
    published = partial(open_published, embedder_of=embedder_of)
    live = LiveSnapshot(settings, published, cache=cache)
    if settings.snapshot_canary is not None:
        live.canary = LiveSnapshot(settings, published, pointer=CANARY, cache=cache).current_or_none
    return live.current()


def _opened(store: Store, settings: CorpusSettings, embedder_of: EmbedderOf) -> Corpus:
    try:
        return Corpus(
            store,
            embedder_of(store.record, settings),
            mode=settings.search_mode,
            max_per_document=settings.max_per_document,
            reranker=reranker_of(settings),
            rerank_candidates=settings.rerank_candidates,
        )
    except BaseException:
        store.close()
        raise
