"""The candidates of one question, to be ranked as far as they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.model import Vectors
from corpus.lexical.filter_mask import FilterMask
from corpus.lexical.scores import Scores
from corpus.searching.fusion import LEADERS, Ranked, dense_shares, fuse, fused_scores, lexical_shares, rank
from corpus.searching.language_fit import Fit
from corpus.searching.scale import Scale, scale_of
from corpus.store import Store
from corpus.store.exact import ExactVectors, best_of

# A request takes as long as the vectors of five chunks, at a server of many more: so many times what is needed is read
# with it, and each time so many times more.
READ_AHEAD = 4
GROWTH = 4


class Candidates(Protocol):
    def best(self, count: int) -> list[Ranked]:
        """The best `count`, or all there are, best first."""
        ...


class Dense:
    def __init__(self, near: dict[str, float], scale: Scale) -> None:
        cosines = np.array(list(near.values()), dtype=np.float32)
        self._ranked = rank(list(near), dense_shares(scale.of(cosines)))

    def best(self, count: int) -> list[Ranked]:
        return self._ranked[:count]


class Lexical:
    def __init__(self, scores: Scores, passing: FilterMask | None, depth: int) -> None:
        matches = scores.top(depth, passing=passing)
        bm25 = np.array([match.score for match in matches], dtype=np.float32)
        self._ranked = rank([match.chunk_id for match in matches], lexical_shares(bm25, max_bm25=scores.max_bm25))

    def best(self, count: int) -> list[Ranked]:
        return self._ranked[:count]


class Hybrid:
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
        fit: Fit,
        depth: int,
    ) -> None:
        self._store = store
        self._scale = scale_of(store.record.embedding_model)
        self._vector = vector
        self._ideal = scores.max_bm25
        self._fit = fit
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
            found = self._store.cosines(self._vector, unread)
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
        cosines = self._scale.of(self._cosines)
        return fuse(self._ids, cosines, self._bm25, max_bm25=self._ideal, fit=self._fit, depth=self._depth, limit=limit)


class InRows:
    """Both sides' candidates by their fused scores, where the chunks of the index and of the vectors are the
    same rows: all scores are read, and no id but of those that come first.
    """

    def __init__(
        self,
        exact: ExactVectors,
        vector: Vectors,
        near: tuple[NDArray[np.intp], Vectors] | None,
        scores: Scores,
        passing: FilterMask | None,
        *,
        scale: Scale,
        fit: Fit,
        depth: int,
    ) -> None:
        """`near` are the places of the nearest and their cosines; None where all are few enough to be compared."""
        everything = None
        if near is None:
            everything = exact.all_cosines(vector)
            near = best_of(everything, depth)
        nearest, cosines = near
        words = scores.top_rows(depth, passing=passing)
        # The nearest first, then the words' best: of equals the fusion takes the first for leaders.
        is_near = np.zeros(len(exact), dtype=bool)
        is_near[nearest] = True
        others = words[~is_near[words]]
        rows = np.concatenate([nearest, others])
        others_cosines = exact.cosines_at(vector, others) if everything is None else everything[others]
        cosines = np.concatenate([cosines, others_cosines])
        fused = fused_scores(scale.of(cosines), scores.at(rows), max_bm25=scores.max_bm25, fit=fit, depth=depth)
        # Rows are in the order of ids, by which equal ones are ranked.
        order = np.lexsort((rows, -fused))
        self._ids = exact.ids
        self._rows = rows[order]
        self._scores = fused[order]

    def best(self, count: int) -> list[Ranked]:
        ids = self._ids[self._rows[:count]].tolist()
        return [Ranked(each.decode(), score) for each, score in zip(ids, self._scores[:count].tolist(), strict=True)]
