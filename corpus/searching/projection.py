"""A value computed from each document, kept in memory: after a change only the documents that changed are read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Generic, Protocol, TypeVar

from corpus.records import DocumentRecord

T = TypeVar("T")


class Documents(Protocol):
    """What a projection needs of a store."""

    def state(self) -> object: ...
    def versions(self) -> Mapping[str, int] | None: ...
    def documents(self) -> list[DocumentRecord]: ...
    def records(self, document_ids: Iterable[str]) -> Mapping[str, DocumentRecord]: ...


class Projection(Generic[T]):
    """The value of `of` for each document, as of the newest state of the store. Safe in threads."""

    def __init__(self, store: Documents, of: Callable[[DocumentRecord], T]) -> None:
        self._store = store
        self._of = of
        self._lock = threading.Lock()
        self._state: object = None
        self._versions: Mapping[str, int] = {}
        self._kept: Mapping[str, T] | None = None

    def current(self) -> Mapping[str, T]:
        """By document id; the same object where nothing was written since. Raises StoreError."""
        with self._lock:
            # The state before reading: what is written meanwhile counts as new.
            state = self._store.state()
            if self._kept is None or state != self._state:
                versions = self._store.versions()
                if versions is None or self._kept is None:
                    self._kept = self._all()
                else:
                    self._kept = self._brought_up_to(versions, self._kept)
                self._versions, self._state = versions or {}, state
            return self._kept

    def _all(self) -> Mapping[str, T]:
        return {record.document_id: self._of(record) for record in self._store.documents()}

    def _brought_up_to(self, versions: Mapping[str, int], kept: Mapping[str, T]) -> Mapping[str, T]:
        same = {each: kept[each] for each in versions if each in kept and self._versions.get(each) == versions[each]}
        changed = self._store.records(each for each in versions if each not in same)
        return same | {document_id: self._of(record) for document_id, record in changed.items()}
