"""How good rankings are, as trec_eval computes it. Pure functions: no I/O, no model, no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2

import numpy as np

# Document id to gain; a gain of 0 or less is a document judged irrelevant.
Judgements = Mapping[str, int]


def ndcg(ranking: Sequence[str], judgements: Judgements, k: int) -> float:
    """Normalised discounted cumulative gain of the first k, gains linear (Järvelin and Kekäläinen 2002)."""
    ideal = _discounted(sorted((gain for gain in judgements.values() if gain > 0), reverse=True)[:k])
    return _discounted([max(judgements.get(document, 0), 0) for document in ranking[:k]]) / ideal if ideal else 0.0


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / log2(place + 2) for place, gain in enumerate(gains))


def ideal(ranking: Sequence[str], judgements: Judgements, k: int, *, among: int) -> float:
    """The nDCG@k that a perfect reranker of the first `among` would reach."""
    return ndcg(sorted(ranking[:among], key=lambda document: -judgements.get(document, 0)), judgements, k)


def recall(ranking: Sequence[str], judgements: Judgements, k: int) -> float:
    """The share of the relevant documents that is among the first k."""
    relevant = {document for document, gain in judgements.items() if gain > 0}
    return len(relevant.intersection(ranking[:k])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], judgements: Judgements, k: int) -> float:
    """One divided by the rank of the first relevant document; 0 if it is not among the first k."""
    for place, document in enumerate(ranking[:k]):
        if judgements.get(document, 0) > 0:
            return 1 / (place + 1)
    return 0.0


@dataclass(frozen=True, slots=True)
class Difference:
    """A mean difference and the bounds of its 95 % interval."""

    mean: float
    low: float
    high: float


def paired_bootstrap(left: Sequence[float], right: Sequence[float], *, samples: int = 10_000) -> Difference:
    """How much better `left` is than `right` over the same queries; percentile interval, the same on every run."""
    differences = np.asarray(left, dtype=np.float64) - np.asarray(right, dtype=np.float64)
    random = np.random.default_rng(0)
    # Drawn one by one, so that a thousand queries do not need 80 MB.
    means = [random.choice(differences, len(differences)).mean() for _ in range(samples)]
    low, high = np.percentile(means, [2.5, 97.5])
    return Difference(float(differences.mean()), float(low), float(high))
