"""One ranking of what the vectors and what the words find. Pure functions on scores: no store, no index, no text.

A fused score is a weighted mean of two shares, so it is 0 to 1 and means the same for every query:

- how near the vectors are: the cosine, 0 where it is negative;
- how much of what the query asks by its words the chunk holds: BM25 / max_bm25, the sum of the weights of the query's
  terms that the index knows, which no chunk reaches.

An answer scores 0.3 to 0.7 with the local model; where nothing is relevant the best chunk scores 0.1 to 0.3.
How the way and the constants were found: docs/decisions/0007-fusion.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.searching.language_fit import WELL, Fit

Scores = NDArray[np.float32]

# How many candidates each side should bring.
DEPTH = 100

_DENSE_WEIGHT = 0.45
# For a language that the model does not read; not 0, so that a chunk without a word in common is still found.
_MIN_TRUST = 0.05
# The chunks whose lead over the next one shows how certain the words are.
LEADERS = 3


class Ranked(NamedTuple):
    """A chunk and its score, 0 to 1, higher is better."""

    chunk_id: str
    score: float


def dense_shares(cosines: Scores) -> Scores:
    """Cosines as scores from 0 to 1."""
    return np.clip(cosines, 0, 1).astype(np.float32)


def lexical_shares(bm25: Scores, *, max_bm25: float) -> Scores:
    """BM25 scores as scores from 0 to 1. `max_bm25` comes with them."""
    return (bm25 / max_bm25).astype(np.float32, copy=False) if max_bm25 else np.zeros_like(bm25)


def rank(chunk_ids: Sequence[str], scores: Scores, *, limit: int | None = None) -> list[Ranked]:
    """Best first; equal ones in the order of their ids. The best `limit`, if given."""
    best_first = sorted(zip((-scores).tolist(), chunk_ids, strict=True))
    return [Ranked(chunk_id, -score) for score, chunk_id in best_first[:limit]]


def fuse(
    chunk_ids: Sequence[str],
    cosines: Scores,
    bm25: Scores,
    *,
    max_bm25: float,
    fit: Fit = WELL,
    depth: int = DEPTH,
    limit: int | None = None,
) -> list[Ranked]:
    """Rank the candidates of both sides by their `fused_scores`; the best `limit`, if given."""
    return rank(chunk_ids, fused_scores(cosines, bm25, max_bm25=max_bm25, fit=fit, depth=depth), limit=limit)


def fused_scores(cosines: Scores, bm25: Scores, *, max_bm25: float, fit: Fit = WELL, depth: int = DEPTH) -> Scores:
    """One score for each of the candidates of both sides, which are the best `depth` of each, together, each once.

    `cosines` and `bm25` hold both scores of every one, exactly: a candidate that only one side brought is scored by the
    other as well. `max_bm25` comes with the lexical scores. `fit` says how far each side is believed.
    """
    dense, lexical = dense_shares(cosines), lexical_shares(bm25, max_bm25=max_bm25)
    weight = _DENSE_WEIGHT * max(fit.vectors, _MIN_TRUST) * (1 - fit.words * _doubt(cosines, bm25, depth))
    by_words = (1 - _DENSE_WEIGHT) * fit.words
    fused = (weight * dense + by_words * lexical) / (weight + by_words)
    return fused.astype(np.float32)


def _doubt(cosines: Scores, bm25: Scores, depth: int) -> float:
    """How far words contradict the vectors: 1 where words are sure of chunks that the vectors find ordinary.

    This is what a model looks like that does not know the language or the jargon.
    """
    if not bm25.any():
        return 0.0
    by_words = np.argsort(-bm25, kind="stable")
    lead = 1 - (bm25[by_words[LEADERS]] / bm25[by_words[0]] if len(bm25) > LEADERS else 0)
    by_vectors = np.sort(cosines)[::-1][:depth]
    spread = by_vectors[0] - by_vectors.mean()
    if spread <= 0:
        return 0.0
    missed = (by_vectors[0] - cosines[by_words[:LEADERS]].max()) / spread
    return float(lead * np.clip(missed, 0, 1))
