"""The shapes in which results leave the project, the same in `ingest search --json` and over HTTP. No I/O, no settings.

Lengths are characters of the JSON text as `to_json` writes it: an escape such as \\n counts as two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pydantic_core

from corpus.records import Chunk, DocumentRecord, cited_url, parted_id
from corpus.searching.excerpts import Excerpt, pieces

# A remainder shorter than this tells a reader nothing.
MIN_CUT_CHARS = 200
MAX_WORD_CHARS = 100


def to_json(payload: object) -> str:
    """The JSON text as it is sent: compact, and not escaped beyond what JSON asks for."""
    # A fifth of the time that Python's own takes; a number that JSON cannot hold becomes null.
    return pydantic_core.to_json(payload, inf_nan_mode="null").decode()


def answer_of(excerpts: Iterable[Excerpt], *, max_chars: int, **notes: object) -> dict[str, Any]:
    """`{"results": [...], "truncated": bool}` and the notes, in at most `max_chars` characters.

    Whole results are dropped from the end; the first that no longer fits is cut where a useful part of it fits.
    """
    results: list[dict[str, Any]] = []
    # false is the longer word.
    rest = {"truncated": False, **filled(**notes)}
    room = max_chars - len(to_json({"results": [], **rest}))
    for excerpt in excerpts:
        result = result_of(excerpt)
        length = len(to_json(result)) + (1 if results else 0)
        if length > room:
            spare = room - (length - _escaped(result["text"]))
            text = cut(result["text"], max_chars=spare)
            if len(text) >= min(MIN_CUT_CHARS, len(result["text"])):
                results.append({**result, "text": text})
            return {"results": results, **rest, "truncated": True}
        results.append(result)
        room -= length
    return {"results": results, **rest}


def result_of(excerpt: Excerpt) -> dict[str, Any]:
    """One result: the text, where it stands, and how well it answers (0 to 1, higher is better)."""
    chunk = excerpt.best
    page = excerpt.chunks[0].page
    page_end = excerpt.chunks[-1].page_end
    query, *others = excerpt.queries
    return filled(
        chunk_id=chunk.chunk_id,
        document_id=chunk.document_id,
        corpus=parted_id(chunk.document_id)[0],
        title=chunk.title,
        text=excerpt.text,
        score=round(excerpt.score, 4),
        source=chunk.source,
        url=cited_url(chunk.url, chunk.source, page),
        page=page,
        page_end=page_end if page_end != page else None,
        heading=excerpt.heading,
        metadata=dict(chunk.metadata),
        query=query,
        also_answers=others,
    )


def document_of(record: DocumentRecord) -> dict[str, Any]:
    """A document as GET /documents and `ingest list --json` show it."""
    return filled(
        document_id=record.document_id,
        corpus=parted_id(record.document_id)[0],
        title=record.title,
        source=record.source,
        url=record.url,
        updated_at=record.updated_at,
        chunks=record.chunks,
        tokens=record.tokens,
        metadata=dict(record.metadata),
    )


def document_list(
    records: Sequence[DocumentRecord], *, total: int, offset: int = 0, max_chars: int | None = None, **notes: object
) -> dict[str, Any]:
    """`{"documents": [...], "total", "next_offset"}` and the notes; `next_offset` is there while there is more to ask
    for.
    """
    documents: list[dict[str, Any]] = []
    rest = {"total": total, **filled(**notes)}
    # The longest number that can stand there, so that writing it later needs no more room.
    room = (max_chars or 0) - len(to_json({"documents": [], **rest, "next_offset": total}))
    for record in records:
        document = document_of(record)
        length = len(to_json(document)) + 1
        if max_chars is not None and length > room:
            if documents:
                break
            # Too long by itself; if it were left out, the caller could never get past it.
            document = {"document_id": record.document_id}
        documents.append(document)
        room -= length
    end = offset + len(documents)
    more = {"next_offset": end} if documents and end < total else {}
    return {"documents": documents, **rest, **more}


def document_page(
    record: DocumentRecord, chunks: Iterable[Chunk], *, offset: int, total_chars: int, max_chars: int
) -> dict[str, Any]:
    """A document's text from the character `offset` on, as much as fits; `next_offset` while there is more.

    `chunks` are the document's from that offset on, in order; no more of them are taken than fit.
    """
    about = document_of(record)
    if len(to_json(about)) > max_chars // 2:
        about = {"document_id": record.document_id}
    page = about | {"total_chars": total_chars, "offset": offset}
    room = max_chars - len(to_json(page | {"text": "", "next_offset": total_chars, "truncated": False}))
    texts: list[str] = []
    for position, text in pieces(chunks, offset=offset):
        length = _escaped(text)
        if length > room:
            # A break between two chunks is kept whole: from half of it the next page could not tell what is missing.
            count = 0 if text.isspace() else _fitting(text, room)
            count = _after_last_space(text, count) or count
            texts.append(text[:count])
            return page | {"text": "".join(texts), "next_offset": position + count, "truncated": True}
        texts.append(text)
        room -= length
    return page | {"text": "".join(texts), "truncated": False}


def cut(text: str, *, max_chars: int) -> str:
    """The longest start of `text` that takes at most `max_chars` characters in JSON, cut at white space if possible."""
    count = _fitting(text, max_chars)
    if count == len(text):
        return text
    if not text[count].isspace():
        count = _after_last_space(text, count) or count
    return text[:count].rstrip()


def _fitting(text: str, max_chars: int) -> int:
    """How many of the first characters of `text` take at most `max_chars` characters in JSON."""
    low, high = 0, max(0, min(len(text), max_chars))
    while low < high:
        middle = (low + high + 1) // 2
        if _escaped(text[:middle]) <= max_chars:
            low = middle
        else:
            high = middle - 1
    return low


def _after_last_space(text: str, count: int) -> int:
    """Where the last word begins among the first `count` characters; 0 if the word is too long to give up."""
    start = max(text.rfind(mark, max(0, count - MAX_WORD_CHARS), count) for mark in " \n\t") + 1
    return start if text[:start].strip() else 0


def _escaped(text: str) -> int:
    return len(to_json(text)) - 2


def filled(**fields: object) -> dict[str, Any]:
    """The fields that are not empty: a model that reads them pays for every character."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}
