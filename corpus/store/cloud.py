"""Chroma Cloud behind the interface of the other clients: every call is made in requests that its quotas allow.

A read without a limit would come back truncated, without a word: nothing here asks without one.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from corpus.store.errors import asked_again, is_chromas
from corpus.store.quotas import READS, REQUEST_RECORDS, in_two, packed, unpacked
from corpus.store.sharding import SpreadCollection, joined, names_of, spread_of

T = TypeVar("T")
PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6)


class _Gate(threading.BoundedSemaphore):
    """Limits the readers of a collection to as many as Chroma Cloud allows."""


_gates: WeakValueDictionary[str, _Gate] = WeakValueDictionary()
_opening = threading.Lock()


class CloudClient:
    """chromadb's client, whose collections keep to the quotas."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_max_batch_size(self) -> int:
        """Chroma Cloud says 1,000 and takes 300: chroma-core/chroma issue 5453."""
        return REQUEST_RECORDS

    def get_collection(self, name: str, **options: Any) -> Any:
        """See chromadb. One that is spread over several comes as one."""
        first = CloudCollection(self._client.get_collection(name, **options))
        others = names_of(name, spread_of(first.metadata))[1:]
        parts = [CloudCollection(self._client.get_collection(each, **options)) for each in others]
        return SpreadCollection([first, *parts]) if parts else first

    def create_collection(self, name: str, **options: Any) -> CloudCollection:
        """See chromadb."""
        return CloudCollection(self._client.create_collection(name, **options))

    def get_or_create_collection(self, name: str, *, embedding_function: None = None, **options: Any) -> Any:
        """See chromadb. Its metadata may say that it is spread over several."""
        # The first one is created last: once it exists, all do.
        for each in reversed(names_of(name, spread_of(options.get("metadata")))):
            self._client.get_or_create_collection(each, embedding_function=embedding_function, **options)
        return self.get_collection(name, embedding_function=embedding_function)

    def delete_collection(self, name: str) -> None:
        """See chromadb. All of them, where it is spread over several."""
        first = self._client.get_collection(name, embedding_function=None)
        for each in names_of(name, spread_of(first.metadata)):
            self._client.delete_collection(each)


class CloudCollection:
    """chromadb's collection, asked and written to within the quotas. A query has REQUEST_RECORDS results at most."""

    def __init__(self, collection: Any) -> None:
        self._collection = collection
        with _opening:
            self._gate = _gates.setdefault(str(collection.id), _Gate(READS))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)

    def count(self) -> int:
        """See chromadb."""
        return int(self._read(self._collection.count))

    def get(
        self,
        *,
        ids: Sequence[str] | None = None,
        where: Mapping[str, Any] | None = None,
        include: Sequence[str] = (),
        limit: int | None = None,
    ) -> dict[str, Any]:
        """See chromadb. All that is asked for, in as many requests as that takes; of ids a place each."""
        asked = {"where": where, "include": list(include)}
        if ids is not None:
            parts = [ids[start : start + REQUEST_RECORDS] for start in range(0, len(ids), REQUEST_RECORDS)]
            return joined([self._page(ids=part, limit=len(part), **asked) for part in parts])
        if limit is not None and limit <= REQUEST_RECORDS:
            return joined([self._page(limit=limit, **asked)])
        return joined(list(self._pages(asked, most=limit)), limit)

    def query(self, *, n_results: int, **asked: Any) -> dict[str, Any]:
        """See chromadb."""
        return dict(self._read(lambda: self._collection.query(n_results=min(n_results, REQUEST_RECORDS), **asked)))

    def upsert(self, *, ids: Sequence[str], metadatas: Sequence[Mapping[str, Any]], **what: Any) -> None:
        """See chromadb."""
        split = [in_two(packed(each)) for each in metadatas]
        # Beforehand: until the new version is written, the old one may lack what it has no more.
        for chunk_id, (ahead, _) in zip(ids, split, strict=True):
            for portion in ahead:
                self._asked(partial(self._collection.update, ids=[chunk_id], metadatas=[portion]))
        fields = [each for _, each in split]
        self._asked(lambda: self._collection.upsert(ids=list(ids), metadatas=fields, **what))

    def update(self, *, ids: Sequence[str], metadatas: Sequence[Mapping[str, Any]]) -> None:
        """See chromadb."""
        self._asked(lambda: self._collection.update(ids=list(ids), metadatas=[packed(each) for each in metadatas]))

    def delete(self, *, ids: Sequence[str]) -> None:
        """See chromadb."""
        self._asked(lambda: self._collection.delete(ids=list(ids)))

    def _pages(self, asked: Mapping[str, Any], *, most: int | None) -> Iterator[dict[str, Any]]:
        """By offset, because no other paging is offered. A page begins with the last record of the one before: if it
        does not, something was deleted meanwhile and moved others out of sight, and the page is read again from farther
        back.
        """
        seen: set[str] = set()
        offset = 0
        while most is None or len(seen) < most:
            page = self._page(limit=REQUEST_RECORDS, offset=offset, **asked)
            ids = page["ids"]
            if offset and not (ids and ids[0] in seen):
                offset = max(0, offset - REQUEST_RECORDS)
                continue
            seen.update(ids)
            yield page
            if len(ids) < REQUEST_RECORDS:
                return
            offset += REQUEST_RECORDS - 1

    def _page(self, **asked: Any) -> dict[str, Any]:
        given = {name: value for name, value in asked.items() if value is not None}
        answer = dict(self._read(lambda: self._collection.get(**given)))
        if answer.get("metadatas") is not None:
            answer["metadatas"] = [unpacked(each) for each in answer["metadatas"]]
        return answer

    def _read(self, question: Callable[[], T]) -> T:
        with self._gate:
            return self._asked(question)

    @staticmethod
    def _asked(question: Callable[[], T]) -> T:
        """Call it, and again if other requests are in the way at the moment: that passes."""
        pauses = (each * random.uniform(0.5, 1.5) for each in PAUSES)  # noqa: S311 - nothing secret
        return asked_again(question, pauses=pauses, passes=lambda error: is_chromas(error, "RateLimitError"))
