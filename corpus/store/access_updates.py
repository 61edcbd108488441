"""Change who may see documents, and nothing else. If it is killed, the next `ingest add` does it again."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.records import DocumentRecord, record_id_of
from corpus.store.rows import Rows
from corpus.stored import ACCESS, UNSETTLED


def grant(rows: Rows, records: Sequence[DocumentRecord]) -> None:
    """Note in all chunks of stored documents the access that these records of theirs have. Raises StoreError."""
    access = {record.document_id: list(record.access) or None for record in records}
    # As long as some chunks have the old access and some the new, the record says so: whatever the next run is to give
    # the document, it gives it to all of them.
    rows.amend({record_id_of(each): {"stamp": UNSETTLED} for each in access})
    rows.amend({each: {ACCESS: access[record.document_id]} for record in records for each in record.chunk_ids()[1:]})
    rows.amend(
        {
            record_id_of(record.document_id): {ACCESS: access[record.document_id], "stamp": record.stamp}
            for record in records
        }
    )
