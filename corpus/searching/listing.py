"""The documents by source, a page at a time. Which there are is read once for each state of the store."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np

from corpus.records import DocumentRecord
from corpus.visibility import Visibility


class Documents(Protocol):
    """What is asked of a store."""

    def state(self) -> object: ...
    def documents(self) -> list[DocumentRecord]: ...
    def records(self, document_ids: Iterable[str]) -> Mapping[str, DocumentRecord]: ...


class Listing:
    """Keeps the documents' ids in order and who sees them, some tens of bytes each. Safe in threads."""

    def __init__(self, store: Documents) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._state: object = None
        self._kept: tuple[list[str], Visibility] | None = None

    def page(
        self, *, offset: int, limit: int, visible_to: frozenset[str] | None = None
    ) -> tuple[list[DocumentRecord], int]:
        """The records from `offset` on, `limit` at most, and how many documents there are, of those that the principals
        see; None sees all. Raises StoreError.
        """
        ids, visibility = self._current()
        if visible_to is not None:
            ids = [ids[place] for place in np.flatnonzero(visibility.seen_by(visible_to)).tolist()]
        part = ids[offset : offset + limit]
        found = self._store.records(part)
        # One that was removed a moment ago is left out.
        return [found[each] for each in part if each in found], len(ids)

    def _current(self) -> tuple[list[str], Visibility]:
        # Who comes meanwhile waits: without the list nobody can be answered.
        with self._lock:
            state = self._store.state()
            if self._kept is None or state != self._state:
                # Of before the reading: what is written while it goes on counts as new.
                self._kept, self._state = _listed(self._store.documents()), state
            return self._kept


def _listed(records: Sequence[DocumentRecord]) -> tuple[list[str], Visibility]:
    visibility = Visibility(len(records))
    for place, record in enumerate(records):
        visibility.grant(place, place + 1, record.access)
    return [record.document_id for record in records], visibility
