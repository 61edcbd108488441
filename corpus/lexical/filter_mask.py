"""Which chunks a filter lets through, told by the documents' fields that lie beside the index of words.

Chroma's own filter reads every match from its database: a quarter of a second where 50,000 chunks pass.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.filters import Where, passes
from corpus.lexical.forward import find, ids_as_array

Fields = Mapping[str, Mapping[str, Any]]  # By document id, what its chunks are filtered by, in Chroma's form.
FIELDS_FILE = "fields.json"


def fields_as_bytes(fields: Fields) -> bytes:
    """The same fields give the same bytes."""
    return json.dumps(dict(fields), sort_keys=True, separators=(",", ":")).encode()


def fields_from(written: bytes) -> Fields:
    """What `fields_as_bytes` wrote. Raises ValueError for what it did not."""
    loaded: Any = json.loads(written)
    if not isinstance(loaded, dict) or not all(isinstance(each, dict) for each in loaded.values()):
        raise ValueError("not the fields of documents")
    fields: Fields = loaded
    return fields


class FilterMask:
    """The chunks of an index that a filter lets through. `rows` has a truth for each of `ids`."""

    def __init__(self, ids: NDArray[np.bytes_], rows: NDArray[np.bool_]) -> None:
        self._ids = ids
        self.rows = rows
        self.count = int(np.count_nonzero(rows))

    @classmethod
    def of(cls, ids: NDArray[np.bytes_], fields: Fields, where: Where) -> FilterMask:
        """A document's chunks lie in a row, because ids are sorted and begin with the document's."""
        named = sorted(document_id for document_id, each in fields.items() if passes(where, each))
        rows = np.zeros(len(ids), dtype=bool)
        # "." is the character after "-", which ends a document's id in those of its chunks.
        starts = np.searchsorted(ids, np.array([f"{each}-".encode() for each in named], dtype=np.bytes_))
        ends = np.searchsorted(ids, np.array([f"{each}.".encode() for each in named], dtype=np.bytes_))
        for start, end in zip(starts, ends, strict=True):
            rows[start:end] = True
        return cls(ids, rows)

    @classmethod
    def among(cls, ids: NDArray[np.bytes_], chunk_ids: Sequence[str]) -> FilterMask:
        """Those of the ids that somebody else let through."""
        places, known = find(ids, ids_as_array(chunk_ids))
        rows = np.zeros(len(ids), dtype=bool)
        rows[places[known]] = True
        return cls(ids, rows)

    def ids(self) -> list[str]:
        """The ids of all that pass."""
        return [each.decode("utf-8") for each in self._ids[self.rows].tolist()]

    def sift(self, chunk_ids: Sequence[str]) -> list[str] | None:
        """Those of the ids that pass, in their order; None where one is not known, so that nothing can be said."""
        places, known = find(self._ids, ids_as_array(chunk_ids))
        if not known.all():
            return None
        return [each for each, kept in zip(chunk_ids, self.rows[places], strict=True) if kept]
