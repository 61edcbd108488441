"""The documents sorted by source, a page at a time. After a change only the documents that changed are read."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from corpus.records import DocumentRecord
from corpus.searching.projection import Documents, Projection
from corpus.visibility import Visibility

About = tuple[str, tuple[str, ...]]  # Source and access.


class Listing:
    """Keeps the documents' ids in order and who sees them, some tens of bytes each. Safe in threads."""

    def __init__(self, store: Documents) -> None:
        self._store = store
        self._about: Projection[About] = Projection(store, lambda record: (record.source, record.access))
        self._listed: tuple[Mapping[str, About], list[str], Visibility] | None = None

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
        # A document removed a moment ago is left out.
        return [found[each] for each in part if each in found], len(ids)

    def _current(self) -> tuple[list[str], Visibility]:
        about = self._about.current()
        listed = self._listed
        if listed is None or listed[0] is not about:
            listed = self._listed = (about, *_in_order(about))
        return listed[1], listed[2]


def _in_order(about: Mapping[str, About]) -> tuple[list[str], Visibility]:
    ids = sorted(about, key=lambda each: about[each][0])
    visibility = Visibility(len(ids))
    for place, document_id in enumerate(ids):
        visibility.grant(place, place + 1, about[document_id][1])
    return ids, visibility
