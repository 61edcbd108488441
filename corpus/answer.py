"""The shapes in which results leave the project, in `ingest search --json` as over HTTP. No I/O, no settings.

Lengths are characters of the JSON text as `to_json` writes it: an escape such as \\n counts two.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from corpus.records import DocumentRecord, Hit

# A shorter rest of a chunk than this tells a reader nothing.
SHORTEST_CUT = 200


def to_json(payload: object) -> str:
    """The JSON text as it is sent: compact, and not escaped beyond what JSON asks for."""
    return json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def answer(hits: Iterable[Hit], *, max_chars: int) -> dict[str, Any]:
    """`{"results": [...], "truncated": bool}` in at most `max_chars` characters.

    Whole chunks are dropped from the end; the first that no longer fits is cut where a useful part of it fits.
    """
    results: list[dict[str, Any]] = []
    room = max_chars - len(to_json({"results": [], "truncated": False}))
    for hit in hits:
        result = result_of(hit)
        length = len(to_json(result)) + (1 if results else 0)
        if length > room:
            spare = room - (length - _escaped(result["text"]))
            text = cut(result["text"], max_chars=spare)
            if len(text) >= min(SHORTEST_CUT, len(result["text"])):
                results.append({**result, "text": text})
            return {"results": results, "truncated": True}
        results.append(result)
        room -= length
    return {"results": results, "truncated": False}


def result_of(hit: Hit) -> dict[str, Any]:
    """One result: the chunk's own text, where it stands, and how well it answers (0 to 1, higher is better)."""
    chunk = hit.chunk
    page_end = chunk.page_end if chunk.page_end != chunk.page else None
    return _filled(
        chunk_id=chunk.chunk_id,
        document_id=chunk.document_id,
        title=chunk.title,
        text=chunk.text,
        score=round(hit.score, 4),
        source=chunk.source,
        url=chunk.url,
        page=chunk.page,
        page_end=page_end,
        heading=chunk.heading,
        metadata=dict(chunk.metadata),
    )


def document_of(record: DocumentRecord) -> dict[str, Any]:
    """A document as GET /documents and `ingest list --json` tell it."""
    return _filled(
        document_id=record.document_id,
        title=record.title,
        source=record.source,
        url=record.url,
        updated_at=record.updated_at,
        chunks=record.chunks,
        tokens=record.tokens,
        metadata=dict(record.metadata),
    )


def document_list(
    records: Sequence[DocumentRecord], *, total: int, offset: int = 0, max_chars: int | None = None
) -> dict[str, Any]:
    """`{"documents": [...], "total", "next_offset"}`; `next_offset` is there while there is more to ask for."""
    documents: list[dict[str, Any]] = []
    # The longest number that can stand there, so that writing it later needs no more room.
    room = (max_chars or 0) - len(to_json({"documents": [], "total": total, "next_offset": total}))
    for record in records:
        document = document_of(record)
        room -= len(to_json(document)) + 1
        if max_chars is not None and room < 0:
            break
        documents.append(document)
    end = offset + len(documents)
    more = {"next_offset": end} if documents and end < total else {}
    return {"documents": documents, "total": total, **more}


def cut(text: str, *, max_chars: int) -> str:
    """The longest start of `text` that takes `max_chars` characters in JSON, back to the last white space near it."""
    if _escaped(text) <= max_chars:
        return text
    low, high = 0, max(0, min(len(text), max_chars))
    while low < high:
        middle = (low + high + 1) // 2
        if _escaped(text[:middle]) <= max_chars:
            low = middle
        else:
            high = middle - 1
    start = text[:low]
    words = start.rstrip()
    if low < len(text) and not text[low].isspace() and words == start:
        space = max((start.rfind(mark) for mark in " \n\t"), default=-1)
        if space > low - 100 and space > 0:
            return start[:space].rstrip()
    return words


def _escaped(text: str) -> int:
    return len(to_json(text)) - 2


def _filled(**fields: object) -> dict[str, Any]:
    """The fields without the empty ones: a model that reads them pays for every character."""
    return {name: value for name, value in fields.items() if value is not None and value != "" and not _bare(value)}


def _bare(value: object) -> bool:
    return isinstance(value, Mapping) and not value
