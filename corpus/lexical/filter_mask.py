"""Which chunks a filter lets through, found from the documents' fields stored beside the lexical index.

Chroma's own filter reads every match from its database: a quarter of a second where 50,000 chunks pass.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.filters import Where, passes
from corpus.lexical.index_segment import Fields, Segment
from corpus.lexical.segment_rows import Table
from corpus.stored import ACCESS
from corpus.visibility import Visibility


class FilterMask:
    """The chunks of an index that a filter lets through. `rows` is a boolean for each row of its table."""

    def __init__(self, table: Table, rows: NDArray[np.bool_]) -> None:
        self._table = table
        self.rows = rows
        self.count = int(np.count_nonzero(rows))

    @property
    def chunks(self) -> int:
        """How many chunks the index holds, whether they pass or not."""
        return self._table.count

    @classmethod
    def of(cls, table: Table, fields: Sequence[Fields], where: Where) -> FilterMask:
        """Evaluate the filter; `fields` are those of each segment of the table."""
        rows = np.zeros(table.rows, dtype=bool)
        for (segment, first, dead, _), documents in zip(table.segments, fields, strict=True):
            named = sorted(document_id for document_id, each in documents.items() if passes(where, each))
            for start, end in _spans(segment, named):
                rows[first + start : first + end] = True
            rows[first + dead] = False
        return cls(table, rows)

    @classmethod
    def among(cls, table: Table, chunk_ids: Sequence[str]) -> FilterMask:
        """The ids that another filter let through, restricted to these."""
        places, known = table.rows_of(chunk_ids)
        rows = np.zeros(table.rows, dtype=bool)
        rows[places[known]] = True
        return cls(table, rows)

    def lists(self, ids: NDArray[np.bytes_]) -> bool:
        """Whether its rows are the chunks of these ids, in this order."""
        return self._table.lists(ids)

    def ids(self) -> list[str]:
        """The ids of all that pass."""
        return [each.decode("utf-8") for each in self._table.ids_at(np.flatnonzero(self.rows)).tolist()]

    def sift(self, chunk_ids: Sequence[str]) -> list[str] | None:
        """The ids that pass, in their order; None if one is unknown, so that nothing can be said."""
        places, known = self._table.rows_of(chunk_ids)
        if not known.all():
            return None
        return [each for each, kept in zip(chunk_ids, self.rows[places], strict=True) if kept]


def visibility_of(table: Table, fields: Sequence[Fields]) -> Visibility:
    """Who sees which row; deleted rows are seen by nobody. `fields` are those of each segment of the table."""
    visibility = Visibility(table.rows)
    for (segment, first, dead, _), documents in zip(table.segments, fields, strict=True):
        seen = {each: access for each in documents if isinstance(access := documents[each].get(ACCESS), list)}
        named = sorted(seen)
        for each, (start, end) in zip(named, _spans(segment, named), strict=True):
            visibility.grant(first + start, first + end, seen[each])
        for row in dead.tolist():
            visibility.grant(first + row, first + row + 1, ())
    return visibility


def _spans(segment: Segment, document_ids: Sequence[str]) -> list[tuple[int, int]]:
    """The row range of each document's chunks: adjacent, because ids are sorted and begin with the document's."""
    # "." is the character after "-", which ends a document's id in those of its chunks.
    first, end = (np.array([f"{each}{mark}".encode() for each in document_ids], dtype=np.bytes_) for mark in "-.")
    return list(
        zip(np.searchsorted(segment.ids, first).tolist(), np.searchsorted(segment.ids, end).tolist(), strict=True)
    )
