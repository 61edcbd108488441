"""Copy a foreign collection: whole documents at a time, so that the next run continues where a killed one stopped."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from corpus.collection import METRIC
from corpus.embedding.model import Vectors
from corpus.records import DocumentRecord
from corpus.store import PAGE, Store
from corpus.store.document_writes import Written
from corpus.store.foreign import ForeignCollection, ForeignRecord
from corpus.stored import ADOPTED
from corpus.tokens import Tokenizer
from ingest.adopting.document_assembly import assembled, in_order, once_each
from ingest.adopting.foreign_fields import Piece, counted_from, numbered, piece_of
from ingest.sync.lexical_index import bring_up_to_date

NO_TEXT = "It has no text."
NO_VECTOR = "It has no vector."
WRONG_LENGTH = "Its vector has {found} dimensions and the collection's have {wanted}."
NEWER = "`ingest add` has brought it in; what is stored stays."
_TOLERANCE = 1e-3


@dataclass(slots=True)
class Adoption:
    """What was taken over, for the principals of `access`. `unchanged` documents were there; `left_out` counts the
    records whose field has no place; `failed` are (record or document, why).
    """

    access: tuple[str, ...] = ()
    records: int = 0
    documents: int = 0
    unchanged: int = 0
    chunks: int = 0
    repeated: int = 0
    without_source: int = 0
    not_of_length_1: int = 0
    first_page: int | None = None
    kept: dict[str, None] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


def documents_in(collection: ForeignCollection, *, root: Path, adoption: Adoption) -> dict[str, list[Piece]]:
    """The collection's records by their documents' sources, in the order in which they were written."""
    pieces = [
        piece_of(record_id, place, metadata, collection=collection.name, root=root)
        for place, (record_id, metadata) in enumerate(collection.metadatas())
    ]
    first = counted_from(pieces)
    if any(piece.page is not None for piece in pieces):
        adoption.first_page = first
    adoption.records = len(pieces)
    adoption.without_source = sum(not piece.has_source for piece in pieces)
    found: dict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        found[piece.source].append(numbered(piece, first=first))
    return dict(found)


def adopt(
    collection: ForeignCollection,
    documents: Mapping[str, Sequence[Piece]],
    store: Store,
    tokenizer: Tokenizer,
    adoption: Adoption,
) -> None:
    """Write what is not stored yet, document by document, and index the words. Raises StoreError.

    What `ingest add` stored under the same source is newer, and stays.
    """
    before = {record.document_id: record for record in store.documents()}
    broken = store.sweep(list(before.values()))
    after = dict(before)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    for group in _groups(documents):
        records = collection.records([piece.record_id for pieces in group for piece in pieces])
        written = []
        for pieces in group:
            made = _made(pieces, records, store, tokenizer, now, adoption)
            if made is None:
                continue
            there = before.get(made[0].document_id)
            if there is not None and there.document_id not in broken and not _is_to_write(there, made[0], adoption):
                continue
            written.append(made)
        _write(store, written, after, adoption)
    bring_up_to_date(store, before=before, after=after)


def _is_to_write(there: DocumentRecord, record: DocumentRecord, adoption: Adoption) -> bool:
    if there.stamp != ADOPTED:
        adoption.notes.append((record.source, NEWER))
        return False
    if there.digest == record.digest:
        adoption.unchanged += 1
        return False
    return True


def _write(
    store: Store,
    written: Sequence[Written],
    after: dict[str, DocumentRecord],
    adoption: Adoption,
) -> None:
    if not written:
        return
    refused = store.write(written)
    for record, chunks, _ in written:
        if (why := refused.get(record.document_id)) is not None:
            adoption.failed.append((record.source, why))
            continue
        after[record.document_id] = record
        adoption.documents += 1
        adoption.chunks += len(chunks)


def _made(
    pieces: Sequence[Piece],
    records: Mapping[str, ForeignRecord],
    store: Store,
    tokenizer: Tokenizer,
    now: str,
    adoption: Adoption,
) -> Written | None:
    """A document with those of its pieces that can be stored; None if there are none."""
    texts: dict[str, str] = {}
    vectors: dict[str, Vectors] = {}
    for piece in pieces:
        record = records.get(piece.record_id, ForeignRecord(None, None))
        why = _why_not(record, store.record.dimensions)
        if record.text is None or record.vector is None or why:
            adoption.failed.append((piece.record_id, why))
            continue
        length = float(np.linalg.norm(record.vector))
        adoption.not_of_length_1 += abs(length - 1) > _TOLERANCE
        texts[piece.record_id] = record.text
        vectors[piece.record_id] = record.vector / np.float32(length)
    usable = in_order([piece for piece in pieces if piece.record_id in texts])
    single = once_each(usable, texts)
    adoption.repeated += len(usable) - len(single)
    if not single:
        return None
    made = assembled(single, texts, tokenizer=tokenizer, ingested_at=now, access=adoption.access)
    adoption.left_out.update(made.left_out)
    adoption.kept.update(dict.fromkeys(made.record.metadata))
    return made.record, made.chunks, np.stack([vectors[piece.record_id] for piece in made.order])


def _why_not(record: ForeignRecord, dimensions: int) -> str:
    if not record.text or not record.text.strip():
        return NO_TEXT
    if record.vector is None or not np.isfinite(record.vector).all() or not record.vector.any():
        return NO_VECTOR
    if len(record.vector) != dimensions:
        return WRONG_LENGTH.format(found=len(record.vector), wanted=dimensions)
    return ""


def _groups(documents: Mapping[str, Sequence[Piece]]) -> Iterator[list[Sequence[Piece]]]:
    """Whole documents, together a page of records."""
    group: list[Sequence[Piece]] = []
    size = 0
    for pieces in documents.values():
        if group and size + len(pieces) > PAGE:
            yield group
            group, size = [], 0
        group.append(pieces)
        size += len(pieces)
    if group:
        yield group


def remarks_on(adoption: Adoption, collection: ForeignCollection) -> list[str]:
    """Remarks for the keeper of the corpus on how it was taken over."""
    return [remark for remark in _remarks(adoption, collection) if remark]


def _remarks(adoption: Adoption, collection: ForeignCollection) -> Iterable[str]:
    if collection.space != METRIC:
        same = "vectors of length 1 come in the same order"
        other = f"{adoption.not_of_length_1:,} vectors are not of length 1, so that answers may come in another order"
        yield (
            f"{collection.name} measures by {collection.space!r}, here {METRIC!r} does: "
            f"{other if adoption.not_of_length_1 else same}."
        )
    if adoption.first_page == 0:
        yield "Pages were counted from 0; here the first is page 1."
    if adoption.without_source:
        yield (
            f"{adoption.without_source:,} of {adoption.records:,} records name no source: it is stored as "
            f"{collection.name}#…"
        )
    if adoption.repeated:
        yield f"{adoption.repeated:,} records say what another of their document says: taken once."
    for name, count in sorted(adoption.left_out.items()):
        if count:
            yield (
                f"The field {name!r} was left out of {count:,} records: not all chunks of their document say the same."
            )
