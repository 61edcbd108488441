"""Which chunks a filter lets through, told by the documents' fields that lie beside the index of words.

Chroma's own filter reads every match from its database: a quarter of a second where 50,000 chunks pass.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.filters import Where, passes
from corpus.lexical.segment import Fields
from corpus.lexical.table import Table


class FilterMask:
    """The chunks of an index that a filter lets through. `rows` has a truth for each row of its table."""

    def __init__(self, table: Table, rows: NDArray[np.bool_]) -> None:
        self._table = table
        self.rows = rows
        self.count = int(np.count_nonzero(rows))

    @property
    def chunks(self) -> int:
        """How many chunks the index knows, whether they pass or not."""
        return self._table.count

    @classmethod
    def of(cls, table: Table, fields: Sequence[Fields], where: Where) -> FilterMask:
        """A document's chunks lie in a row, because ids are sorted and begin with the document's.

        `fields` has those of each segment of the table.
        """
        rows = np.zeros(table.rows, dtype=bool)
        for (segment, first, dead, _), documents in zip(table.segments, fields, strict=True):
            named = sorted(document_id for document_id, each in documents.items() if passes(where, each))
            # "." is the character after "-", which ends a document's id in those of its chunks.
            starts = np.searchsorted(segment.ids, np.array([f"{each}-".encode() for each in named], dtype=np.bytes_))
            ends = np.searchsorted(segment.ids, np.array([f"{each}.".encode() for each in named], dtype=np.bytes_))
            for start, end in zip(starts, ends, strict=True):
                rows[first + start : first + end] = True
            rows[first + dead] = False
        return cls(table, rows)

    @classmethod
    def among(cls, table: Table, chunk_ids: Sequence[str]) -> FilterMask:
        """Those of the ids that somebody else let through."""
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
        """Those of the ids that pass, in their order; None where one is not known, so that nothing can be said."""
        places, known = self._table.rows_of(chunk_ids)
        if not known.all():
            return None
        return [each for each, kept in zip(chunk_ids, self.rows[places], strict=True) if kept]
