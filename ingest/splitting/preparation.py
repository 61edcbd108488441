"""Turn a document as read into the record and chunks to store. Pure: no I/O, no settings."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from corpus.collection import CollectionRecord
from corpus.errors import DocumentEmpty, DocumentUnreadable
from corpus.records import Chunk, DocumentRecord, composed, document_id_of, usual_space
from corpus.subject import subject_of
from corpus.tokens import Tokenizer
from ingest.reading.document import Document
from ingest.sources.found import Item
from ingest.splitting.splitter import split
from ingest.splitting.table_summary import table_line

# Nobody misses a longer one, and every page of an answer has room for it.
MAX_SPACE_CHARS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A document ready to be embedded; `texts[i]` is what the model reads for `chunks[i]`."""

    record: DocumentRecord
    chunks: list[Chunk]
    texts: list[str]


def source_of(item: Item, document: Document) -> str:
    """The source of a record within a file: the file's source and the record's own name, as in a URL's fragment."""
    return f"{item.source}#{composed(document.name)}" if document.name else item.source


def digest_of(document: Document) -> str:
    """The hex SHA-256 over everything that ends up in the document's chunks, except who may see them."""
    about = [document.title, document.url, document.updated_at, sorted(document.metadata.items()), document.page_starts]
    if document.slide_starts:
        about.append("slides" if document.slide_starts == document.page_starts else document.slide_starts)
    if any(block.kind == "table" for block in document.blocks):
        about.append("tables")  # Whose chunks say what their figures are.
    if subject := subject_of(document.title, document.metadata):
        about.append(subject)
    blocks = [(block.kind, block.start, block.end, block.level, block.name) for block in document.blocks]
    return hashlib.sha256(json.dumps([document.text, about, blocks]).encode()).hexdigest()


def prepare(
    document: Document,
    item: Item,
    *,
    digest: str,
    stamp: str,
    tokenizer: Tokenizer,
    collection: CollectionRecord,
    max_bytes: int | None = None,
) -> Prepared:
    """Cut the document and describe its chunks, none of more than `max_bytes`.

    Raises DocumentEmpty, and DocumentUnreadable for text that is none.
    """
    source = source_of(item, document)
    _check_text(source, document)
    max_tokens = collection.chunk_tokens - tokenizer.count(collection.passage_prefix)
    passages = split(
        document,
        tokenizer=tokenizer,
        max_tokens=max_tokens,
        overlap_tokens=collection.chunk_overlap,
        title=document.title,
        subject=subject_of(document.title, document.metadata),
        max_bytes=max_bytes,
    )
    if not passages:
        raise DocumentEmpty("Holds no text. Nothing is stored of it.")
    updated_at = document.updated_at or datetime.fromtimestamp(item.modified_ns / 1e9, UTC).isoformat(
        timespec="seconds"
    )
    chunks = [
        Chunk(
            document_id=document_id_of(source),
            index=index,
            text=document.text[passage.start : passage.end],
            source=source,
            start=passage.start,
            end=passage.end,
            tokens=passage.tokens,
            digest=digest,
            updated_at=updated_at,
            title=document.title,
            url=document.url,
            page=passage.page,
            page_end=passage.page_end,
            slide=passage.slide or None,
            heading=passage.heading,
            before=_space_between(document.text, passages[index - 1].end, passage.start) if index else None,
            metadata=document.metadata,
            access=document.access or (),
        )
        for index, passage in enumerate(passages)
    ]
    if any(block.kind == "table" for block in document.blocks):
        chunks = [_with_table(chunk, document, tokenizer, max_tokens) for chunk in chunks]
    record = DocumentRecord(
        document_id=document_id_of(source),
        source=source,
        digest=digest,
        chunks=len(chunks),
        tokens=sum(chunk.tokens for chunk in chunks),
        updated_at=updated_at,
        ingested_at=datetime.now(UTC).isoformat(timespec="seconds"),
        file=item.source,
        stamp=stamp,
        title=document.title,
        url=document.url,
        metadata=document.metadata,
        access=document.access or (),
    )
    texts = [text_for_model(chunk, tokenizer, max_tokens) for chunk in chunks]
    return Prepared(record=record, chunks=chunks, texts=texts)


def _with_table(chunk: Chunk, document: Document, tokenizer: Tokenizer, max_tokens: int) -> Chunk:
    """The chunk, with a line that says what its figures are, as far as the window has room for it."""
    room = max_tokens - chunk.tokens - tokenizer.count(f"{chunk.context}\n") - 1
    line = table_line(document, chunk.start, chunk.end, tokenizer=tokenizer, room=room)
    return replace(chunk, table=line) if line else chunk


def text_for_model(chunk: Chunk, tokenizer: Tokenizer, max_tokens: int) -> str:
    """The chunk's text after its context; the context is shortened, from its front, to what the window leaves."""
    context = chunk.context
    # A line break always separates two tokens, so the text need not be counted again.
    while context and tokenizer.count(f"{context}\n") + chunk.tokens > max_tokens:
        # The last heading says most.
        context = context[len(context) // 4 + 1 :].lstrip()
    return f"{context}\n{chunk.text}" if context else chunk.text


def _space_between(text: str, start: int, end: int) -> str | None:
    """The white space there, if a reader must be told of it; none for markup that holds no text."""
    space = text[start:end]
    return space if space.isspace() and len(space) <= MAX_SPACE_CHARS and space != usual_space(len(space)) else None


def _check_text(source: str, document: Document) -> None:
    headings = [block.name for block in document.blocks]
    words = [source, document.text, document.title, document.url, headings, dict(document.metadata)]
    try:
        json.dumps(words, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise DocumentUnreadable("Holds half characters (lone surrogates). Save it as UTF-8.") from None
