"""A document from its pieces: their order, their overlaps, and where each stands. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corpus.records import Chunk, DocumentRecord, MetadataValue, document_id_of
from corpus.stored import ADOPTED
from corpus.tokens import Tokenizer
from ingest.adopting.foreign_fields import Piece

# A shorter overlap of two pieces may be a coincidence.
MIN_SHARED_CHARS = 20
APART = 2  # An empty line, if it is unknown what lay between.


@dataclass(frozen=True, slots=True)
class Assembled:
    """A whole document; `order` are its pieces, one a chunk. `left_out` counts the pieces by what they alone say."""

    record: DocumentRecord
    chunks: list[Chunk]
    order: list[Piece]
    left_out: Mapping[str, int]


def in_order(pieces: Sequence[Piece]) -> list[Piece]:
    """By page if all have one, then as they were written; LlamaIndex's by their place in the text that it split."""
    first: dict[str, int] = {}
    for piece in pieces:
        first.setdefault(piece.section, piece.place)
    has_pages = all(piece.page is not None for piece in pieces)
    has_starts = all(piece.start is not None and piece.section for piece in pieces)
    return sorted(
        pieces,
        key=lambda piece: (
            piece.page or 0 if has_pages else 0,
            first[piece.section],
            piece.start or 0 if has_starts else 0,
            piece.place,
        ),
    )


def once_each(pieces: Sequence[Piece], texts: Mapping[str, str]) -> list[Piece]:
    """Without duplicates of the same text at the same place, as running a loader twice makes them."""
    seen: dict[tuple[object, ...], Piece] = {}
    for piece in pieces:
        seen.setdefault((texts[piece.record_id], piece.page, piece.heading, piece.start), piece)
    return list(seen.values())


def assembled(
    pieces: Sequence[Piece],
    texts: Mapping[str, str],
    *,
    tokenizer: Tokenizer,
    ingested_at: str,
    access: tuple[str, ...],
) -> Assembled:
    """The document that the pieces, all of one source and in order, make up."""
    source = pieces[0].source
    fields, left_out = _shared([piece.fields for piece in pieces])
    title, url = _said_alike(pieces, "title", left_out), _said_alike(pieces, "url", left_out)
    updated_at = max((piece.updated_at or "" for piece in pieces), default="")
    spans = _spans(pieces, texts)
    said = [
        [texts[piece.record_id], piece.page, piece.heading, *span] for piece, span in zip(pieces, spans, strict=True)
    ]
    about = [ADOPTED, source, title, url, updated_at, access, sorted(fields.items()), said]
    digest = hashlib.sha256(json.dumps(about).encode()).hexdigest()
    document_id = document_id_of(source)
    chunks = [
        Chunk(
            document_id=document_id,
            index=index,
            text=texts[piece.record_id],
            source=source,
            start=start,
            end=end,
            tokens=tokenizer.count(texts[piece.record_id]),
            digest=digest,
            updated_at=updated_at,
            title=title,
            url=url,
            page=piece.page,
            page_end=piece.page,
            heading=piece.heading,
            metadata=fields,
            access=access,
        )
        for index, (piece, (start, end)) in enumerate(zip(pieces, spans, strict=True))
    ]
    record = DocumentRecord(
        document_id=document_id,
        source=source,
        digest=digest,
        chunks=len(chunks),
        tokens=sum(chunk.tokens for chunk in chunks),
        updated_at=updated_at,
        ingested_at=ingested_at,
        file=source,
        stamp=ADOPTED,
        title=title,
        url=url,
        metadata=fields,
        access=access,
    )
    return Assembled(record, chunks, list(pieces), left_out)


def _said_alike(pieces: Sequence[Piece], name: str, left_out: dict[str, int]) -> str | None:
    values = {getattr(piece, name) for piece in pieces}
    if len(values) == 1:
        value: str | None = values.pop()
        return value
    left_out[name] = sum(getattr(piece, name) is not None for piece in pieces)
    return None


def _shared(fields: Sequence[Mapping[str, MetadataValue]]) -> tuple[dict[str, MetadataValue], dict[str, int]]:
    """The values that all pieces agree on, because fields belong to a document; and how many pieces have each of the
    others.
    """
    names = dict.fromkeys(name for each in fields for name in each)
    shared = {name: fields[0][name] for name in names if all(name in each for each in fields)}
    shared = {name: value for name, value in shared.items() if all(each[name] == value for each in fields)}
    return shared, {name: sum(name in each for each in fields) for name in names if name not in shared}


def _spans(pieces: Sequence[Piece], texts: Mapping[str, str]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for number, piece in enumerate(pieces):
        text = texts[piece.record_id]
        start = 0
        if number:
            before = pieces[number - 1]
            start = spans[-1][0] + _step(before, texts[before.record_id], piece, text)
        spans.append((start, start + len(text)))
    return spans


def _step(before: Piece, old: str, piece: Piece, new: str) -> int:
    """How many characters after the previous piece this one begins: by its own metadata if that is true."""
    if before.section == piece.section and before.page == piece.page:
        if before.start is not None and piece.start is not None:
            step = piece.start - before.start
            if step > 0 and new.startswith(old[step:]):
                return min(step, len(old) + APART)
        if shared := _overlap(old, new):
            return len(old) - shared
    return len(old) + APART


def _overlap(old: str, new: str) -> int:
    """How many characters end one text and begin the other."""
    place = old.find(new[:MIN_SHARED_CHARS], max(0, len(old) - len(new) + 1)) if len(new) > MIN_SHARED_CHARS else -1
    while place >= 0:
        if new.startswith(old[place:]):
            return len(old) - place
        place = old.find(new[:MIN_SHARED_CHARS], place + 1)
    return 0
