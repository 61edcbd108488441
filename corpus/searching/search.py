"""Search by vectors, by words, or by both: which chunks to ask the store for, and in what order they answer.

As few requests to Chroma as the ranking allows: one for the vectors' candidates of all queries, mostly one for the
cosines of those that words alone brought, one for the texts of what is returned.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np

from corpus.embedding.model import Vectors
from corpus.errors import LexicalIndexUnusable
from corpus.filters import parted, passes
from corpus.lexical.filter_mask import FilterMask
from corpus.lexical.index import LexicalIndex, Scores
from corpus.lexical.scripts import latin_share
from corpus.records import Hit
from corpus.searching.diversity import diverse
from corpus.searching.excerpts import first_passages
from corpus.searching.filtered import filtered_nearest
from corpus.searching.fusion import DEPTH, LEADERS, Ranked, dense_shares, fuse, lexical_shares, rank
from corpus.searching.scale import scale_of
from corpus.settings import LOCAL_MODEL, SearchMode
from corpus.store import Store, Where
from corpus.stored import fields_of

logger = logging.getLogger("corpus")

# A request takes as long as the vectors of five chunks, at a server of many more: so many times what is needed is read
# with it, and each time so many times more.
READ_AHEAD = 4
GROWTH = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is asked of a search. `depth` is how many candidates each side brings. `join` None: `top_k` counts chunks;
    else passages, into which chunks of one document at most so far apart are joined.
    """

    mode: SearchMode
    top_k: int
    where: Where | None = None
    min_score: float = 0.0
    max_per_document: int | None = None
    join: int | None = None
    depth: int = DEPTH


class Candidates(Protocol):
    def best(self, count: int) -> list[Ranked]:
        """The best `count`, or all there are, best first."""
        ...


def language_fit(model: str, query: str) -> float:
    """How well the model reads the query's language: the local one reads English."""
    return latin_share(query) if model == LOCAL_MODEL else 1.0


def search(
    store: Store, queries: Sequence[str], vectors: Vectors | None, trusts: Sequence[float], plan: Plan
) -> list[list[Hit]]:
    """The best chunks for each query, best first. `vectors` has a row for each query; lexical search needs none.

    Without a usable index of words, hybrid search is dense search, and lexical search raises LexicalIndexUnusable.
    """
    limit = plan.top_k if plan.join is None else plan.depth
    return [
        counted(diverse(_hits(store, candidates, plan), limit=limit, max_per_document=_most(plan)), plan)
        for candidates in rank_each(store, queries, vectors, trusts, plan)
    ]


def counted(hits: Iterable[Hit], plan: Plan) -> list[Hit]:
    """As many of the hits, best first, as the plan's `top_k` asks for."""
    if plan.join is None:
        return list(islice(hits, plan.top_k))
    return first_passages(hits, count=plan.top_k, distance=plan.join)


def rank_each(
    store: Store, queries: Sequence[str], vectors: Vectors | None, trusts: Sequence[float], plan: Plan
) -> list[Candidates]:
    """For each query its candidates, to be ranked as far as they are asked for."""
    index = _index(store, plan)
    passing = _passing(store, index, plan) if index is not None and plan.where else None
    near = [{}] * len(queries) if vectors is None else _near(store, vectors, plan, passing)
    ranked: list[Candidates] = []
    for place, query in enumerate(queries):
        scores = index.scores(query) if index is not None and plan.mode != "dense" else None
        if vectors is None and scores is not None:
            ranked.append(_Lexical(scores, passing, plan.depth))
        elif vectors is not None and scores is not None:
            matches = [match.chunk_id for match in scores.top(plan.depth, passing=passing)]
            ranked.append(_Hybrid(store, vectors[place], near[place], matches, scores, trusts[place], plan.depth))
        else:
            ranked.append(_Dense(near[place]))
    return ranked


def _most(plan: Plan) -> int | None:
    """Somebody who asks for one document alone wants all that it has."""
    asked = parted(plan.where)[0] if plan.where else None
    return None if asked and "document_id" in asked else plan.max_per_document


def _near(store: Store, vectors: Vectors, plan: Plan, passing: FilterMask | None) -> list[dict[str, float]]:
    """For each query its candidates' cosines, nearest first, on the common scale."""
    if plan.where:
        near = filtered_nearest(store, vectors, count=plan.depth, where=plan.where, passing=passing)
    else:
        near = store.similar(vectors, count=plan.depth)
    return [scale_of(store.record.embedding_model).of(each) for each in near]


def _index(store: Store, plan: Plan) -> LexicalIndex | None:
    """The index of words, which knows as well what a filter lets through; None where that does without."""
    if plan.mode == "dense" and not plan.where:
        return None
    try:
        return store.words.index()
    except LexicalIndexUnusable as error:
        if plan.mode == "lexical":
            raise
        if plan.mode == "dense":
            return None
        logger.warning("lexical_index_unusable", extra={"fields": {"detail": str(error)}})
        return None


def _passing(store: Store, index: LexicalIndex, plan: Plan) -> FilterMask | None:
    """What the filter lets through; None where only Chroma can say, and nobody else needs to know."""
    where = plan.where or {}
    try:
        return index.passing(where)
    except LexicalIndexUnusable as error:
        logger.warning("lexical_index_unusable", extra={"fields": {"detail": str(error)}})
        return None if plan.mode == "dense" else index.among(_ids(store, where))


def _ids(store: Store, where: Where) -> list[str]:
    """The chunks that pass, told by the store alone."""
    if store.rows.understands(where):
        return store.rows.ids(where)
    return [each for record in store.documents() if passes(where, fields_of(record)) for each in record.chunk_ids()]


def _hits(store: Store, candidates: Candidates, plan: Plan) -> Iterator[Hit]:
    """The candidates that are there, with their texts, best first, read as they are asked for."""
    done, step = 0, plan.top_k
    versions: dict[str, str] = {}
    while ranked := candidates.best(done + step)[done:]:
        done += len(ranked)
        good = [each for each in ranked if each.score >= plan.min_score]
        chunks = store.whole([each.chunk_id for each in good]) if good else {}
        for each in good:
            # What the index still knows may be gone from the store, or its document was replaced between two readings.
            chunk = chunks.get(each.chunk_id)
            if chunk is not None and versions.setdefault(chunk.document_id, chunk.digest) == chunk.digest:
                yield Hit(chunk=chunk, score=min(1.0, max(0.0, each.score)))
        if len(good) < len(ranked):
            return
        step *= 2


class _Dense:
    def __init__(self, near: dict[str, float]) -> None:
        self._ranked = rank(list(near), dense_shares(np.array(list(near.values()), dtype=np.float32)))

    def best(self, count: int) -> list[Ranked]:
        return self._ranked[:count]


class _Lexical:
    def __init__(self, scores: Scores, passing: FilterMask | None, depth: int) -> None:
        matches = scores.top(depth, passing=passing)
        bm25 = np.array([match.score for match in matches], dtype=np.float32)
        self._ranked = rank([match.chunk_id for match in matches], lexical_shares(bm25, ideal=scores.ideal))

    def best(self, count: int) -> list[Ranked]:
        return self._ranked[:count]


class _Hybrid:
    """Both sides' candidates by their fused scores.

    A chunk that words alone brought is at most as near as the last that vectors brought. With that in place of its
    cosine it ranks no lower than it should: the true cosine is read only for those that come first even so.
    """

    def __init__(
        self,
        store: Store,
        vector: Vectors,
        near: dict[str, float],
        matches: Sequence[str],
        scores: Scores,
        trust: float,
        depth: int,
    ) -> None:
        self._store = store
        self._vector = vector
        self._ideal = scores.ideal
        self._trust = trust
        self._depth = depth
        self._ids = list(dict.fromkeys([*near, *matches]))
        self._bm25 = scores.of(self._ids)
        furthest = min(near.values()) if len(near) >= depth else 1.0
        self._cosines = np.array([near.get(each, furthest) for each in self._ids], dtype=np.float32)
        self._unread = {each: place for place, each in enumerate(self._ids) if each not in near}

    def best(self, count: int) -> list[Ranked]:
        step = READ_AHEAD * count
        ranked = self._fused(step)
        # How far the vectors are contradicted is told by the cosines of the words' best.
        leaders = [self._ids[row] for row in np.argsort(-self._bm25, kind="stable")[:LEADERS]]
        needed = [*leaders, *(each.chunk_id for each in ranked[:count])]
        while not self._unread.keys().isdisjoint(needed):
            ahead = [*needed, *(each.chunk_id for each in ranked)]
            unread = [each for each in dict.fromkeys(ahead) if each in self._unread]
            found = scale_of(self._store.record.embedding_model).of(self._store.cosines(self._vector, unread))
            gone = [self._unread.pop(each) for each in unread if each not in found]
            for each in found:
                self._cosines[self._unread.pop(each)] = found[each]
            if gone:
                self._forget(gone)
            step *= GROWTH
            ranked = self._fused(step)
            needed = [each.chunk_id for each in ranked[:count]]
        return ranked[:count]

    def _forget(self, places: Sequence[int]) -> None:
        self._ids = [each for place, each in enumerate(self._ids) if place not in places]
        self._bm25 = np.delete(self._bm25, places)
        self._cosines = np.delete(self._cosines, places)
        place_of = {each: place for place, each in enumerate(self._ids)}
        self._unread = {each: place_of[each] for each in self._unread}

    def _fused(self, limit: int) -> list[Ranked]:
        return fuse(
            self._ids, self._cosines, self._bm25, ideal=self._ideal, trust=self._trust, depth=self._depth, limit=limit
        )
