"""The documents by source, a page at a time. Which there are is read once for each state of the store."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Protocol

from corpus.records import DocumentRecord


class Documents(Protocol):
    """What is asked of a store."""

    def state(self) -> object: ...
    def documents(self) -> list[DocumentRecord]: ...
    def records(self, document_ids: Iterable[str]) -> Mapping[str, DocumentRecord]: ...


class Listing:
    """Keeps the documents' ids in order, some tens of bytes each. Safe in threads."""

    def __init__(self, store: Documents) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._state: object = None
        self._ids: list[str] | None = None

    def page(self, *, offset: int, limit: int) -> tuple[list[DocumentRecord], int]:
        """The records from `offset` on, `limit` at most, and how many documents there are. Raises StoreError."""
        ids = self._current()
        part = ids[offset : offset + limit]
        found = self._store.records(part)
        # One that was removed a moment ago is left out.
        return [found[each] for each in part if each in found], len(ids)

    def _current(self) -> list[str]:
        # Who comes meanwhile waits: without the list nobody can be answered.
        with self._lock:
            state = self._store.state()
            if self._ids is None or state != self._state:
                # Of before the reading: what is written while it goes on counts as new.
                self._ids, self._state = [record.document_id for record in self._store.documents()], state
            return self._ids
