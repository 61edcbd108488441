"""Lucene's BM25: the weight of a term, in one index or in several searched as one, and the effect of length."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.lexical.segment_rows import Table

# Lucene's defaults; k1 from 0.9 to 2 and b from 0.4 to 1 found nothing better for all dev collections.
K1 = 1.2
B = 0.75


class Frequencies(NamedTuple):
    """The number of chunks, and for each term of a query, by its hash, how many chunks hold it."""

    chunks: int
    of: Mapping[int, int]

    @classmethod
    def told_by(cls, chunks: int, terms: Iterable[int], weights: Iterable[float]) -> Frequencies:
        """Built from the arguments of `weight_of`."""
        held = zip(terms, weights, strict=True)
        return cls(chunks, {term: round((chunks + 1) / math.exp(weight) - 0.5) for term, weight in held if weight})


def together(each: Iterable[Frequencies]) -> Frequencies:
    """The sum over several indexes, as if they were one."""
    held: Counter[int] = Counter()
    chunks = 0
    for one in each:
        chunks += one.chunks
        held.update(one.of)
    return Frequencies(chunks, held)


def weight_of(chunks: int, frequency: int) -> float:
    """The weight of a term that so many of the chunks hold; 0 where none does."""
    return float(np.log1p((chunks - frequency + 0.5) / (frequency + 0.5))) if frequency else 0.0


def length_weights(table: Table) -> NDArray[np.float32]:
    """For each row, what its length adds to a term's count in the denominator of BM25."""
    lengths = np.concatenate([np.zeros(0, np.int32), *(each.segment.lengths for each in table.segments)])
    total = sum(int(segment.lengths.sum()) - int(segment.lengths[dead].sum()) for segment, _, dead, _ in table.segments)
    mean = max(1.0, total / max(1, table.count))
    return (K1 * (1 - B + B * lengths / mean)).astype(np.float32)
