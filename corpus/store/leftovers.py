"""What a collection holds besides whole documents: other programs' records, and leftovers of killed runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from corpus.records import DocumentRecord
from corpus.store.rows import Rows
from corpus.stored import record_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """`foreign` are the ids of records that are not chunks of ours; `incomplete` are documents that lack chunks.

    `leftover` are the ids of chunks that no document's record speaks for, as a killed run leaves them: the next sweeps
    them up.
    """

    foreign: tuple[str, ...] = ()
    leftover: tuple[str, ...] = ()
    incomplete: tuple[DocumentRecord, ...] = ()


def survey_of(rows: Rows) -> Survey:
    """Look through all records. Raises StoreError."""
    ids = rows.ids(None)
    ours = {chunk_id: metadata for chunk_id, metadata, _ in rows.read(None, texts=True)}
    records = {metadata["document_id"]: record_from(metadata) for metadata in ours.values() if metadata["index"] == 0}
    spoken_for = {
        chunk_id: metadata["document_id"]
        for chunk_id, metadata in ours.items()
        if (record := records.get(metadata["document_id"]))
        and record.digest == metadata["digest"]
        and metadata["index"] < record.chunks
    }
    there = Counter(spoken_for.values())
    incomplete = [record for document_id, record in records.items() if there[document_id] < record.chunks]
    return Survey(
        foreign=tuple(each for each in ids if each not in ours),
        leftover=tuple(each for each in ours if each not in spoken_for),
        incomplete=tuple(sorted(incomplete, key=lambda record: record.source)),
    )


def holds_only(rows: Rows, records: Iterable[DocumentRecord]) -> bool:
    """Whether the ids that exist are those of these documents' chunks. Much faster than a survey."""
    return set(rows.ids(None)) == {chunk_id for record in records for chunk_id in record.chunk_ids()}


def sweep_leftovers(rows: Rows, records: Iterable[DocumentRecord]) -> frozenset[str]:
    """See Store.sweep. Looks closer only if the ids that exist are not those that the documents name."""
    if holds_only(rows, records):
        return frozenset()
    found = survey_of(rows)
    rows.delete(found.leftover)
    return frozenset(record.document_id for record in found.incomplete)
