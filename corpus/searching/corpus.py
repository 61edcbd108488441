"""A corpus opened for reading: the store and the embedder it was made with, and the search over both."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from dataclasses import replace
from typing import Self

from corpus.embedding.model import QueryEmbedder
from corpus.errors import LexicalIndexUnusable
from corpus.filters import Filter
from corpus.lexical.bm25 import Frequencies
from corpus.records import Chunk, DocumentRecord, Hit, chunk_id_of, record_id_of
from corpus.searching.document_listing import Listing
from corpus.searching.excerpts import neighbour_ids
from corpus.searching.rerank import Reranker, reranked_each
from corpus.searching.search import Plan, counted, fits_of, search
from corpus.settings import SearchMode
from corpus.store import Store

EVERYTHING = Filter()
READ_AHEAD = 50
Spent = MutableMapping[str, float]


class Corpus:
    """What the handler and `ingest search` ask. Methods raise StoreError and EmbeddingError.

    Nothing here checks who is asking: `corpus/searching/view.py` does.
    """

    def __init__(
        self,
        store: Store,
        embedder: QueryEmbedder,
        *,
        mode: SearchMode = "hybrid",
        max_per_document: int | None = None,
        reranker: Reranker | None = None,
        rerank_candidates: int = 30,
    ) -> None:
        self.store = store
        self._listing = Listing(store)
        self.embedder = embedder
        self._mode: SearchMode = mode
        self._max_per_document = max_per_document
        self._reranker = reranker
        self._rerank_candidates = rerank_candidates
        # Set if the corpus comes from a published snapshot, which a newer one may replace.
        self.newest: Callable[[], Corpus] | None = None
        self.version: str | None = None  # The snapshot's.
        # Another version, for those who get it first; None if there is none.
        self.canary: Callable[[], Corpus | None] | None = None
        # Called on a fault of the store; None if whoever holds the corpus opens it anew.
        self.on_fault: Callable[[], None] | None = None
        # Called when it is closed.
        self.on_close: Callable[[], None] | None = None

    def refreshed(self) -> Corpus:
        """The corpus for the next request: this one, or a newer published version if there is one."""
        return self.newest() if self.newest is not None else self

    def search(
        self,
        query: str,
        *,
        top_k: int,
        within: Filter = EVERYTHING,
        mode: SearchMode | None = None,
        min_score: float = 0.0,
        timeout_seconds: float,
        spent: Spent | None = None,
    ) -> list[Hit]:
        """The `top_k` best chunks for a plain-text query, best first, of those that pass the filter."""
        (hits,) = self.search_each(
            [query],
            top_k=top_k,
            within=within,
            mode=mode,
            min_score=min_score,
            timeout_seconds=timeout_seconds,
            spent=spent,
        )
        return hits

    def search_each(
        self,
        queries: Sequence[str],
        *,
        top_k: int,
        within: Filter = EVERYTHING,
        mode: SearchMode | None = None,
        min_score: float = 0.0,
        join: int | None = None,
        among: Sequence[Frequencies] | None = None,
        timeout_seconds: float,
        spent: Spent | None = None,
    ) -> list[list[Hit]]:
        """The `top_k` best chunks for each of the queries, which are embedded in one request; with `join` the chunks of
        the `top_k` best passages, into which those of one document at most so far apart are joined.

        `among` are the `frequencies` of several corpora together, where this is asked as one of them.
        `mode` is SEARCH_MODE unless given; `min_score` leaves out what scores below. For the vectors, what of a query
        lies beyond the model's window is left out (see `fitting`). `spent` is told the seconds spent in "embedding"
        and in "search". `timeout_seconds` is for all of it together.
        """
        deadline = time.monotonic() + timeout_seconds
        plan = Plan(
            mode=mode or self._mode,
            top_k=top_k,
            where=within.to_where(),
            min_score=min_score,
            max_per_document=self._max_per_document,
            join=join,
            among=among,
        )
        vectors = None
        if plan.mode != "lexical":
            with _measured(spent, "embedding"):
                fitting = [self.fitting(query) for query in queries]
                vectors = self.embedder.embed_queries(fitting, timeout_seconds=timeout_seconds)
        with _measured(spent, "search"):
            fits = fits_of(self.store, self.embedder.model, queries)
            if self._reranker is None:
                return search(self.store, queries, vectors, fits, plan)
            wide = replace(plan, top_k=max(top_k, self._rerank_candidates), min_score=0.0, join=None)
            found = search(self.store, queries, vectors, fits, wide)
        with _measured(spent, "reranking"):
            left = max(0.0, deadline - time.monotonic())
            reranked = reranked_each(found, queries, self._reranker, timeout_seconds=left)
        return [counted((hit for hit in hits if hit.score >= min_score), plan) for hits in reranked]

    def frequencies(self, queries: Sequence[str], *, mode: SearchMode | None = None) -> list[Frequencies] | None:
        """How frequent the words of each query are here; None if words are not searched, or cannot be."""
        if (mode or self._mode) == "dense":
            return None
        try:
            index = self.store.lexical_index.index()
            return [index.frequencies(query) for query in queries]
        except LexicalIndexUnusable:
            return None

    def fitting(self, query: str) -> str:
        """The start of the query that the model can read, cut between two tokens; usually all of it."""
        # A token has at least one byte, so short queries need no count.
        if len(query.encode()) <= self.embedder.max_tokens:
            return query
        ends = self.embedder.tokenizer.ends(query)
        return query if len(ends) <= self.embedder.max_tokens else query[: ends[self.embedder.max_tokens - 1]]

    def shortens(self, queries: Sequence[str], *, mode: SearchMode | None = None) -> bool:
        """Whether the model is used and cannot read the end of one of the queries."""
        return (mode or self._mode) != "lexical" and any(self.fitting(query) != query for query in queries)

    def neighbours(self, hits: Iterable[Hit], *, distance: int) -> list[Chunk]:
        """The chunks at most `distance` before and after the hits in their documents; not the hits themselves."""
        wanted = neighbour_ids(list(hits), distance=distance)
        return self.store.chunks(wanted) if wanted else []

    def documents(
        self, *, offset: int, limit: int, visible_to: frozenset[str] | None = None
    ) -> tuple[list[DocumentRecord], int]:
        """A page of the documents that the principals see, sorted by source, and the number of all those."""
        return self._listing.page(offset=offset, limit=limit, visible_to=visible_to)

    def shows(self, document_id: str, principals: frozenset[str]) -> tuple[bool, bool] | None:
        """Whether the lexical index knows the document, and whether the principals see it; None if it cannot tell."""
        try:
            return self.store.lexical_index.index().shows(record_id_of(document_id), principals)
        except LexicalIndexUnusable:
            return None

    def record(self, document_id: str) -> DocumentRecord | None:
        """A document's record; None if there is none."""
        return self.store.records([document_id]).get(document_id)

    def chunk(self, chunk_id: str) -> Chunk | None:
        """A chunk; None if there is none."""
        return next(iter(self.store.chunks([chunk_id])), None)

    def chars(self, record: DocumentRecord) -> int:
        """How many characters the document has, up to the end of its last chunk."""
        last = self.store.chunks([chunk_id_of(record.document_id, record.digest, record.chunks - 1)])
        return last[0].end if last else 0

    def chunks_from(self, record: DocumentRecord, *, offset: int) -> Iterator[Chunk]:
        """The document's chunks that reach beyond the character `offset`, in order, read lazily."""
        first = self.store.chunk_at(record, offset) if offset else None
        if offset and first is None:
            return
        start = first.index if first else 0
        for index in range(start, record.chunks, READ_AHEAD):
            stop = min(index + READ_AHEAD, record.chunks)
            yield from self.store.chunks(
                chunk_id_of(record.document_id, record.digest, number) for number in range(index, stop)
            )

    def close(self) -> None:
        """Close the store and the embedder."""
        self.embedder.close()
        self.store.close()
        if self.on_close is not None:
            self.on_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextlib.contextmanager
def _measured(spent: Spent | None, name: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        if spent is not None:
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - started
