"""Which terms each chunk holds, as arrays: what a segment of the index is built from.

A deterministic function of the set of chunks: rows are in the order of chunk ids, terms in the order of their hashes.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from corpus.lexical.terms import Analyzer

T = TypeVar("T")
# With 2 ** 20 terms the chance that any two share a hash is 3e-8; then they count as one term.
Hashes = NDArray[np.uint64]
# What is made of so many at once takes some 100 MB.
TOKENS_TOGETHER = 2_000_000


def hashes_of(terms: Iterable[str]) -> Hashes:
    """The terms' 64-bit hashes: the same on every machine, unlike `hash`."""
    return np.frombuffer(
        b"".join(hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest() for term in terms),
        dtype="<u8",
    )


def ids_as_array(ids: Iterable[str]) -> NDArray[np.bytes_]:
    """Chunk ids as fixed-width bytes, which can be mapped and searched without reading them all."""
    return np.array([chunk_id.encode("utf-8") for chunk_id in ids] or [b""], dtype=np.bytes_)[: None if ids else 0]


def find(there: NDArray[Any], wanted: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """For each wanted value its position in a sorted array, and whether it is there."""
    if not len(there):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=bool)
    places = np.minimum(np.searchsorted(there, wanted), len(there) - 1)
    return places, np.asarray(there[places] == wanted)


def highest(values: NDArray[Any], count: int) -> NDArray[np.int64]:
    """The positions of the `count` highest values in ascending order, including ties with the last of them."""
    if not len(values) > count > 0:
        return np.arange(len(values))
    return np.flatnonzero(values >= np.partition(values, len(values) - count)[len(values) - count])


def gathered(items: Iterable[T], size_of: Callable[[T], int], *, together: int) -> Iterator[list[T]]:
    """The items in lists, each of which ends with the item that brings its size to `together`."""
    group, size = [], 0
    for item in items:
        group.append(item)
        size += size_of(item)
        if size >= together:
            yield group
            group, size = [], 0
    if group:
        yield group


def narrowed(words: NDArray[np.bytes_]) -> NDArray[np.bytes_]:
    """Fixed-width bytes as wide as the longest id needs, whatever the width was before."""
    return words.astype(f"S{np.strings.str_len(words).max(initial=1)}", copy=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """Row i is chunk `ids[i]`, its terms are `tokens[starts[i]:starts[i + 1]]`, positions in `terms`, repeats kept."""

    ids: NDArray[np.bytes_]
    languages: NDArray[np.bytes_]
    starts: NDArray[np.int64]
    tokens: NDArray[np.int32]
    terms: Hashes

    @classmethod
    def of(cls, chunks: Iterable[tuple[str, str]], analyzer: Analyzer | None = None) -> Forward:
        """Tokenize (chunk id, text) pairs; of two with the same id the later one counts. An analyzer caches words."""
        analyzer = analyzer or Analyzer()
        vocabulary: dict[str, int] = {}
        ids, languages = [], []
        tokens, starts = array("i"), array("q", [0])
        for chunk_id, text in chunks:
            language, terms = analyzer.document(text)
            tokens.extend([vocabulary.setdefault(term, len(vocabulary)) for term in terms])
            ids.append(chunk_id)
            languages.append(language)
            starts.append(len(tokens))
        made = cls(
            ids=ids_as_array(ids),
            languages=ids_as_array(languages),
            starts=np.array(starts, dtype=np.int64),
            tokens=np.array(tokens, dtype=np.int32),
            terms=hashes_of(vocabulary),
        )
        last = {chunk_id: row for row, chunk_id in enumerate(ids)}
        return made._rows(np.array([last[chunk_id] for chunk_id in sorted(last, key=str.encode)], dtype=np.int64))

    @classmethod
    def joined(cls, parts: Sequence[Forward]) -> Forward:
        """All rows of all parts; no two of them hold the same id."""
        rows = np.cumsum([0, *(len(part.tokens) for part in parts)])
        terms = np.cumsum([0, *(len(part.terms) for part in parts)])
        all_parts = cls(
            ids=np.concatenate([part.ids for part in parts]),
            languages=np.concatenate([part.languages for part in parts]),
            starts=np.concatenate(
                [np.zeros(1, np.int64), *(part.starts[1:] + at for part, at in zip(parts, rows, strict=False))]
            ),
            tokens=np.concatenate([part.tokens + np.int32(at) for part, at in zip(parts, terms, strict=False)]),
            terms=np.concatenate([part.terms for part in parts]),
        )
        return all_parts._rows(np.argsort(all_parts.ids, kind="stable"))

    @classmethod
    def grouped(cls, parts: Iterable[Forward]) -> Iterator[Forward]:
        """All rows of all parts as a few, each with TOKENS_TOGETHER or little more."""
        for group in gathered(parts, lambda part: len(part.tokens), together=TOKENS_TOGETHER):
            yield cls.joined(group)

    def only(self, ids: NDArray[np.bytes_]) -> Forward:
        """The chunks of those ids, which are sorted; unknown ids are ignored."""
        return self._rows(np.flatnonzero(find(ids, self.ids)[1]))

    def _rows(self, rows: NDArray[np.int64]) -> Forward:
        """Those rows in that order, with only the terms that they hold, sorted."""
        lengths = np.diff(self.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        # Position among the new tokens, plus how far its row has moved.
        places = np.arange(starts[-1]) + np.repeat(self.starts[:-1][rows] - starts[:-1], lengths)
        tokens = self.tokens[places]
        used = np.zeros(len(self.terms), dtype=bool)
        used[tokens] = True
        terms, position = np.unique(self.terms[used], return_inverse=True)
        moved = np.zeros(len(self.terms), dtype=np.int32)
        moved[used] = position
        return Forward(
            ids=narrowed(self.ids[rows]),
            languages=narrowed(self.languages[rows]),
            starts=starts,
            tokens=moved[tokens],
            terms=terms,
        )
