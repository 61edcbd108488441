"""The vectors' candidates that a filter lets through, in the quickest of five ways, which all find the same.

Chroma's own filter reads every match from its database first. The index of words knows as well which chunks pass.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from itertools import islice

import numpy as np

from corpus.embedding.model import Vectors
from corpus.filters import Where, passes
from corpus.lexical.filter_mask import FilterMask
from corpus.records import document_id_in
from corpus.store import Store
from corpus.store.exact import best_of
from corpus.store.rows import batched
from corpus.stored import fields_of

Near = dict[str, float]  # Cosines by chunk id, nearest first.

# Reading so many vectors, of so many numbers together, takes less than Chroma's search among them.
FEW = 500
FEW_NUMBERS = 100_000
# All are read where Chroma finds fewer than there are, or so many that are alike, and others beside them.
MAX_READ, MANY_ALIKE = 5000, 50
# A deeper search takes longer than one among the ids that pass where it goes deeper than there are such ids; but this
# deep it always may, and never deeper than that.
SHALLOW, DEEPEST = 1000, 3000
# Asked for beyond what should do, for what passes is seldom spread evenly.
MARGIN = 1.5
# So many documents are named to Chroma; among more, a search goes deeper and deeper until enough are found.
MAX_NAMED = 100
DEEPER = 4


def filtered_nearest(
    store: Store, vectors: Vectors, *, count: int, where: Where, passing: FilterMask | None
) -> list[Near]:
    """For each vector the `count` nearest chunks that pass. `passing` is what an index knows of it; None: nothing."""
    if passing is None:
        return _by_store(store, vectors, count, where)
    if (near := _in_file(store, vectors, passing, count)) is not None:
        return near
    found = _asked(store, vectors, count, where, passing)
    if passing.count <= MAX_READ and any(_misses_some(near, min(count, passing.count)) for near in found):
        return _read_all(store, vectors, passing, count) or found
    return found


def _misses_some(near: Near, count: int) -> bool:
    """Among vectors that are alike, hundreds of times, Chroma's search loses its way."""
    if len(near) < count:
        return True
    alike = max(Counter(round(cosine, 5) for cosine in near.values()).values(), default=0)
    return MANY_ALIKE <= alike < len(near)


def _asked(store: Store, vectors: Vectors, count: int, where: Where, passing: FilterMask) -> list[Near]:
    found: list[Near] | None
    if passing.count <= min(FEW, FEW_NUMBERS // store.record.dimensions):
        found = _read_all(store, vectors, passing, count)
    elif (depth := _depth(passing, count)) <= min(store.rows.most_results or DEEPEST, max(SHALLOW, passing.count)):
        found = _deeper(store, vectors, passing, count, depth)
    elif passing.count <= store.rows.most_ids and store.count() == passing.chunks:
        found = store.similar(vectors, count=count, among=passing.ids())
    else:
        found = None
    if found is None and not store.rows.understands(where):
        found = _by_mask(store, vectors, passing, count)
    return _by_store(store, vectors, count, where) if found is None else found


def _in_file(store: Store, vectors: Vectors, passing: FilterMask, count: int) -> list[Near] | None:
    """Where the vectors lie in a file, by these themselves; None where they don't, or too many pass."""
    exact = store.exact
    if exact is None or len(exact) != passing.chunks or passing.count > exact.few:
        return None
    if not passing.lists(exact.ids):
        return exact.nearest(vectors, count=count, among=passing.ids())
    found = exact.nearest_places(vectors, count=count, among=np.flatnonzero(passing.rows))
    return [exact.named(places, cosines) for places, cosines in found]


def _by_mask(store: Store, vectors: Vectors, passing: FilterMask, count: int) -> list[Near] | None:
    """Where Chroma cannot say the filter, and what passes lies far from what is asked: by all vectors where they lie in
    a file, else deeper and deeper. None where the index does not know all that the store has.
    """
    exact = store.exact
    if exact is not None and passing.lists(exact.ids):
        among = np.flatnonzero(passing.rows)
        return [exact.named(*best_of(exact.all_cosines(vector)[among], count, among)) for vector in vectors]
    chunks = store.count()
    depth = min(_depth(passing, count), chunks)
    while depth < chunks:
        depth = min(DEEPER * depth, store.rows.most_results or chunks)
        kept = [(near, passing.sift(list(near))) for near in store.similar(vectors, count=depth)]
        if any(ids is None for _, ids in kept):
            return None
        found = [{each: near[each] for each in (ids or [])[:count]} for near, ids in kept]
        if all(len(near) >= min(count, passing.count) for near in found):
            return found
        if depth == store.rows.most_results:
            return None
    return None


def _by_store(store: Store, vectors: Vectors, count: int, where: Where) -> list[Near]:
    """By Chroma's own filter; where it cannot say it, by the documents that pass."""
    if store.rows.understands(where):
        return store.similar(vectors, count=count, where=where)
    documents = {each.document_id for each in store.documents() if passes(where, fields_of(each))}
    if len(documents) <= MAX_NAMED:
        return _named(store, vectors, count, documents)
    chunks = store.count()
    deepest = min(chunks, store.rows.most_results or chunks)
    depth = min(DEEPER * count, deepest)
    while True:
        found = [
            {each: near[each] for each in near if document_id_in(each) in documents}
            for near in store.similar(vectors, count=depth)
        ]
        if depth >= chunks or all(len(near) >= count for near in found):
            return [dict(islice(near.items(), count)) for near in found]
        if depth >= deepest:
            return _named(store, vectors, count, documents)
        depth = min(DEEPER * depth, deepest)


def _named(store: Store, vectors: Vectors, count: int, documents: Collection[str]) -> list[Near]:
    """Of those documents alone, so many in a request as may be named."""
    found: list[Near] = [{} for _ in vectors]
    for part in batched(sorted(documents), MAX_NAMED):
        named = {"document_id": {"$in": part}}
        for place, near in enumerate(store.similar(vectors, count=count, where=named)):
            best = sorted({**found[place], **near}.items(), key=lambda each: -each[1])
            found[place] = dict(best[:count])
    return found


def _read_all(store: Store, vectors: Vectors, passing: FilterMask, count: int) -> list[Near] | None:
    """Rank all that pass by their cosines; None where the store has more chunks than the index, or others."""
    if store.count() != passing.chunks:
        return None
    ids = passing.ids()
    found = []
    for vector in vectors:
        cosines = store.cosines(vector, ids)
        if len(cosines) < len(ids):
            return None
        best = sorted(cosines, key=lambda each: (-cosines[each], each))[:count]
        found.append({each: cosines[each] for each in best})
    return found


def _depth(passing: FilterMask, count: int) -> int:
    return math.ceil(MARGIN * count * passing.chunks / passing.count)


def _deeper(store: Store, vectors: Vectors, passing: FilterMask, count: int, depth: int) -> list[Near] | None:
    """By a search without the filter, so deep that enough should pass; None where too few do, or one is not known."""
    found = []
    for near in store.similar(vectors, count=depth):
        kept = passing.sift(list(near))
        if kept is None or len(kept) < min(count, passing.count):
            return None
        found.append({each: near[each] for each in kept[:count]})
    return found
