"""Keep the lexical index in step with what is stored. What a killed run left behind, the next run puts right."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from corpus.errors import LexicalIndexUnusable
from corpus.records import Chunk, DocumentRecord, chunk_id_of, indexed_text_of
from corpus.store import Store
from corpus.stored import fields_of

Records = Mapping[str, DocumentRecord]  # By document id.
# Reading some chunks by their ids takes Chroma longer than reading all in a row.
MOST_CHANGED = 0.3


def state_of(records: Records) -> str:
    """A name for a state of the corpus: the SHA-256 over its documents and their versions."""
    lines = sorted(f"{record.document_id} {record.digest} {record.chunks}" for record in records.values())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def bring_up_to_date(store: Store, *, before: Records, after: Records) -> None:
    """Index `after`, all that is stored now; `before` is what was stored when the run began. Raises StoreError."""
    state, stamp = state_of(after), store.words.stamp()
    if stamp == state:
        return
    new = [record for key, record in after.items() if not _same(record, before.get(key))]
    old = [record for key, record in before.items() if not _same(record, after.get(key))]
    fields = {key: fields_of(record) for key, record in after.items()}
    chunks = sum(record.chunks for record in after.values())
    if stamp == state_of(before) and sum(record.chunks for record in new) <= MOST_CHANGED * chunks:
        try:
            texts = _texts(store.chunks(_chunk_ids(new)))
            store.words.update(add=texts, remove=list(_chunk_ids(old)), stamp=state, fields=fields)
        except LexicalIndexUnusable:
            pass
        else:
            return
    store.words.write(_texts(store.all_chunks(after.values())), stamp=state, fields=fields)


def _same(record: DocumentRecord, other: DocumentRecord | None) -> bool:
    return other is not None and (record.digest, record.chunks) == (other.digest, other.chunks)


def _chunk_ids(records: Iterable[DocumentRecord]) -> Iterator[str]:
    for record in records:
        for index in range(record.chunks):
            yield chunk_id_of(record.document_id, record.digest, index)


def _texts(chunks: Iterable[Chunk]) -> Iterator[tuple[str, str]]:
    for chunk in chunks:
        yield chunk.chunk_id, indexed_text_of(chunk)
