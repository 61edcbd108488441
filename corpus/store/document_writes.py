"""Whole documents into a collection. Killed between any two writes, the old version is there or the new one."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.embedding.model import Vectors
from corpus.errors import StoreRefused
from corpus.records import Chunk, DocumentRecord, record_id_of
from corpus.store.rows import Rows, batched

DOCUMENTS_PER_REQUEST = 100

Written = tuple[DocumentRecord, Sequence[Chunk], Vectors]  # A whole document: vector i belongs to chunk i.


def write_documents(rows: Rows, documents: Sequence[Written]) -> dict[str, str]:
    """Write their chunks first, then their records, then delete what older versions left. Raises StoreError.

    Returns why Chroma refuses a document, by its id; the others are stored.
    """
    try:
        _write(rows, documents)
    except StoreRefused as error:
        if len(documents) > 1:
            half = len(documents) // 2
            return write_documents(rows, documents[:half]) | write_documents(rows, documents[half:])
        record, chunks, _ = documents[0]
        before = {metadata.get("digest") for metadata in _before(rows, documents).values()}
        if record.digest not in before:
            # The chunks written before it was refused; a record, if there is one, is the old version's.
            rows.delete(chunk.chunk_id for chunk in chunks if chunk.index)
        return {record.document_id: str(error)}
    return {}


def _write(rows: Rows, documents: Sequence[Written]) -> None:
    chunks = [
        (record, chunk, vector)
        for record, chunks, vectors in documents
        for chunk, vector in zip(chunks, vectors, strict=True)
    ]
    before = _before(rows, documents)
    # Last, so that a crash leaves stale text behind rather than a hole.
    rows.upsert(sorted(chunks, key=lambda row: row[1].index == 0), over=before)
    digests = {record.document_id: record.digest for record, _, _ in documents}
    replaced = [document_id for document_id in digests if record_id_of(document_id) in before]
    for part in batched(replaced, DOCUMENTS_PER_REQUEST):
        stale = [
            chunk_id
            for chunk_id, metadata, _ in rows.read({"document_id": {"$in": part}}, texts=False)
            if metadata["digest"] != digests[metadata["document_id"]]
        ]
        rows.delete(stale)


def _before(rows: Rows, documents: Sequence[Written]) -> dict[str, dict[str, object]]:
    """The metadata of existing records, by id, whoever wrote them."""
    ids = (record_id_of(record.document_id) for record, _, _ in documents)
    return {
        each: metadata or {}
        for page in rows.pages(ids, ["metadatas"])
        for each, metadata in zip(page["ids"], page["metadatas"], strict=True)
    }
