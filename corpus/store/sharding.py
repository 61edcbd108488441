"""Several collections of Chroma Cloud that are queried and written as one: for a corpus larger than one may hold.

A document lies whole in one of them, chosen by its id; so their number never changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from corpus.records import CHUNK_ID, document_id_in

T = TypeVar("T")
SPREAD_FIELD = "spread"
FIELDS_OF_ANSWER = ("metadatas", "documents", "embeddings")


def names_of(name: str, spread: int) -> list[str]:
    """The names of the collections: the corpus's own, "corpus.2", "corpus.3" …"""
    return [name, *(f"{name}.{number}" for number in range(2, spread + 1))]


def spread_of(metadata: Mapping[str, Any] | None) -> int:
    """Over how many collections a corpus is spread, by the metadata of its first."""
    return int((metadata or {}).get(SPREAD_FIELD, 1))


class SpreadCollection:
    """chromadb's collection interface over all of them. Other attributes are those of the first."""

    def __init__(self, parts: Sequence[Any]) -> None:
        self._parts = parts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parts[0], name)

    def count(self) -> int:
        """See chromadb."""
        return sum(self._each(self._parts, lambda part: part.count()))

    def get(self, *, ids: Sequence[str] | None = None, limit: int | None = None, **asked: Any) -> dict[str, Any]:
        """See chromadb."""
        if ids is None:
            return joined(self._each(self._parts, lambda part: part.get(limit=limit, **asked)), limit)
        places = self._places(ids)
        return joined(self._each(places, lambda place: self._parts[place].get(ids=_at(ids, places[place]), **asked)))

    def query(self, *, n_results: int, ids: Sequence[str] | None = None, **asked: Any) -> dict[str, Any]:
        """See chromadb: the nearest of all."""
        if ids is None:
            return _nearest(self._each(self._parts, lambda part: part.query(n_results=n_results, **asked)), n_results)
        places = self._places(ids)
        answers = self._each(
            places, lambda place: self._parts[place].query(n_results=n_results, ids=_at(ids, places[place]), **asked)
        )
        return _nearest(answers, n_results)

    def upsert(self, *, ids: Sequence[str], **what: Sequence[Any]) -> None:
        """See chromadb."""
        for place, rows in self._places(ids).items():
            self._parts[place].upsert(ids=_at(ids, rows), **{name: _at(each, rows) for name, each in what.items()})

    def update(self, *, ids: Sequence[str], metadatas: Sequence[Mapping[str, Any]]) -> None:
        """See chromadb."""
        for place, rows in self._places(ids).items():
            self._parts[place].update(ids=_at(ids, rows), metadatas=_at(metadatas, rows))

    def delete(self, *, ids: Sequence[str]) -> None:
        """See chromadb."""
        for place, rows in self._places(ids).items():
            self._parts[place].delete(ids=_at(ids, rows))

    def _places(self, ids: Sequence[str]) -> dict[int, list[int]]:
        """By collection the rows of the ids that lie there."""
        found: dict[int, list[int]] = defaultdict(list)
        for row, chunk_id in enumerate(ids):
            found[self._place_of(chunk_id)].append(row)
        return found

    def _place_of(self, chunk_id: str) -> int:
        return int(document_id_in(chunk_id), 16) % len(self._parts) if CHUNK_ID.fullmatch(chunk_id) else 0

    def _each(self, items: Iterable[Any], question: Callable[[Any], T]) -> list[T]:
        with ThreadPoolExecutor(len(self._parts), thread_name_prefix="spread") as threads:
            return list(threads.map(question, items))


def joined(answers: Sequence[Mapping[str, Any]], limit: int | None = None) -> dict[str, Any]:
    """The answers of several to `get` as one; a record that two of them hold, because its place moved, appears once."""
    places = {chunk_id: (answer, row) for answer in answers for row, chunk_id in enumerate(answer["ids"])}
    kept = list(places.items())[:limit]
    together: dict[str, Any] = {"ids": [chunk_id for chunk_id, _ in kept]}
    for name in FIELDS_OF_ANSWER:
        is_there = bool(answers) and answers[0].get(name) is not None
        together[name] = [answer[name][row] for _, (answer, row) in kept] if is_there else None
    return together


def _nearest(answers: Sequence[Mapping[str, Any]], count: int) -> dict[str, Any]:
    ids, distances = [], []
    for each in zip(*(zip(answer["ids"], answer["distances"], strict=True) for answer in answers), strict=True):
        near = sorted((far, chunk_id) for found in each for chunk_id, far in zip(*found, strict=True))[:count]
        ids.append([chunk_id for _, chunk_id in near])
        distances.append([far for far, _ in near])
    return {"ids": ids, "distances": distances}


def _at(values: Sequence[T], rows: Iterable[int]) -> list[T]:
    return [values[row] for row in rows]
