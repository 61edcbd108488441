"""Search by vectors, by words, or by both: which chunks to request from the store, and how they are ranked.

Makes as few requests to Chroma as the ranking allows: one for the vectors' candidates of all queries, usually one for
the cosines of those that only words found, one for the texts of what is returned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from corpus.collection import check_dimensions
from corpus.embedding.model import Vectors
from corpus.errors import LexicalIndexUnusable
from corpus.filters import parted
from corpus.lexical.bm25 import Frequencies
from corpus.lexical.filter_mask import FilterMask
from corpus.records import Hit
from corpus.searching.candidates import Candidates, Dense, Hybrid, InRows, Lexical
from corpus.searching.diversity import diverse
from corpus.searching.excerpts import first_passages
from corpus.searching.filtered import filtered_nearest
from corpus.searching.fusion import DEPTH
from corpus.searching.language_fit import Fit, fit_of
from corpus.searching.lexical_candidates import index_of, passing_of, scores_of
from corpus.searching.scale import scale_of
from corpus.settings import SearchMode
from corpus.store import Store, Where
from corpus.store.exact import ExactVectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is asked of a search. `depth` is how many candidates each side brings. `join` None: `top_k` counts chunks;
    else passages, into which chunks of one document at most so far apart are joined. `among` says for each query how
    frequent its words are in all corpora that are asked with this one.
    """

    mode: SearchMode
    top_k: int
    where: Where | None = None
    min_score: float = 0.0
    max_per_document: int | None = None
    join: int | None = None
    among: Sequence[Frequencies] | None = None
    depth: int = DEPTH


def fits_of(store: Store, model: str, queries: Sequence[str]) -> list[Fit]:
    """How much vectors and words count for each query."""
    try:
        index = store.lexical_index.index()
        spoken, chunks = index.spoken, len(index)
    except LexicalIndexUnusable:
        spoken, chunks = {}, 0
    return [fit_of(model, query, spoken, chunks=chunks) for query in queries]


def search(
    store: Store, queries: Sequence[str], vectors: Vectors | None, fits: Sequence[Fit], plan: Plan
) -> list[list[Hit]]:
    """The best chunks for each query, best first. `vectors` has a row for each query; lexical search needs none.

    Without a usable lexical index, hybrid search is dense search, and lexical search raises LexicalIndexUnusable.
    """
    limit = plan.top_k if plan.join is None else plan.depth
    return [
        counted(diverse(_hits(store, candidates, plan), limit=limit, max_per_document=_most(plan)), plan)
        for candidates in rank_each(store, queries, vectors, fits, plan)
    ]


def counted(hits: Iterable[Hit], plan: Plan) -> list[Hit]:
    """As many of the hits, best first, as the plan's `top_k` asks for."""
    if plan.join is None:
        return list(islice(hits, plan.top_k))
    return first_passages(hits, count=plan.top_k, distance=plan.join)


def rank_each(
    store: Store, queries: Sequence[str], vectors: Vectors | None, fits: Sequence[Fit], plan: Plan
) -> list[Candidates]:
    """For each query its candidates, to be ranked as far as they are asked for."""
    scale = scale_of(store.record.embedding_model)
    index = index_of(store, mode=plan.mode, where=plan.where)
    passing = passing_of(store, index, mode=plan.mode, where=plan.where) if index is not None and plan.where else None
    among: Sequence[Frequencies | None] = plan.among or [None] * len(queries)
    said = [
        scores_of(index, query, mode=plan.mode, among=words) if index is not None else None
        for query, words in zip(queries, among, strict=True)
    ]
    scored = [scores for scores in said if scores is not None]
    exact = store.exact
    exact = exact if index is not None and exact is not None and index.lists(exact.ids) else None
    if vectors is not None and exact is not None and len(scored) == len(queries):
        places = _near_places(store, exact, vectors, plan, passing)
        return [
            InRows(exact, vector, near, scores, passing, scale=scale, fit=fit, depth=plan.depth)
            for scores, vector, near, fit in zip(scored, vectors, places, fits, strict=True)
        ]
    near = [{}] * len(queries) if vectors is None else _near(store, vectors, plan, passing)
    ranked: list[Candidates] = []
    for place, scores in enumerate(said):
        if vectors is None and scores is not None:
            ranked.append(Lexical(scores, passing, plan.depth))
        elif vectors is not None and scores is not None:
            matches = [match.chunk_id for match in scores.top(plan.depth, passing=passing)]
            ranked.append(Hybrid(store, vectors[place], near[place], matches, scores, fits[place], plan.depth))
        else:
            ranked.append(Dense(near[place], scale))
    return ranked


def _most(plan: Plan) -> int | None:
    """A search within a single document gets everything that it has."""
    asked = parted(plan.where)[0] if plan.where else None
    return None if asked and "document_id" in asked else plan.max_per_document


def _near(store: Store, vectors: Vectors, plan: Plan, passing: FilterMask | None) -> list[dict[str, float]]:
    if not plan.where:
        return store.similar(vectors, count=plan.depth)
    return filtered_nearest(store, vectors, count=plan.depth, where=plan.where, passing=passing)


def _near_places(
    store: Store, exact: ExactVectors, vectors: Vectors, plan: Plan, passing: FilterMask | None
) -> Sequence[tuple[NDArray[np.intp], Vectors] | None]:
    """The same by their places in their ids, with exact cosines; None where all of them are to be compared."""
    check_dimensions(store.record, vectors.shape[1])
    if passing is None and exact.compares_all:
        return [None] * len(vectors)
    if (len(exact) if passing is None else passing.count) <= exact.few:
        among = None if passing is None else np.flatnonzero(passing.rows)
        return exact.nearest_places(vectors, count=plan.depth, among=among)
    places = [exact.places_of(list(near)) for near in _near(store, vectors, plan, passing)]
    return [(each, exact.cosines_at(vector, each)) for each, vector in zip(places, vectors, strict=True)]


def _hits(store: Store, candidates: Candidates, plan: Plan) -> Iterator[Hit]:
    """The candidates that exist, with their texts, best first, read lazily."""
    done, step = 0, plan.top_k
    versions: dict[str, str] = {}
    who = parted(plan.where)[1] if plan.where else None
    while ranked := candidates.best(done + step)[done:]:
        done += len(ranked)
        good = [each for each in ranked if each.score >= plan.min_score]
        chunks = store.whole([each.chunk_id for each in good]) if good else {}
        for each in good:
            # The index may still know chunks that are gone from the store, or no longer visible to the caller, or whose
            # document was replaced between two reads.
            chunk = chunks.get(each.chunk_id)
            if chunk is None or not (who is None or who.intersection(chunk.access)):
                continue
            if versions.setdefault(chunk.document_id, chunk.digest) == chunk.digest:
                yield Hit(chunk=chunk, score=min(1.0, max(0.0, each.score)))
        if len(good) < len(ranked):
            return
        step *= 2
