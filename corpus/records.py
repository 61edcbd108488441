"""The records that both sides exchange. Plain data: no I/O, no settings, no third-party type."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from corpus.subject import aliases_of, subject_of

HEADING_SEPARATOR = " > "

MetadataValue = str | int | float | bool | list[str]
Metadata = Mapping[str, MetadataValue]


def composed(text: str) -> str:
    """The text in NFC, the form in which keyboards and models write; a Mac names files in NFD."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def composed_value(value: MetadataValue) -> MetadataValue:
    """The same for a metadata value whose texts will be filtered by."""
    if isinstance(value, list):
        return [composed(each) for each in value]
    return composed(value) if isinstance(value, str) else value


def document_id_of(source: str) -> str:
    """The id of the document at `source`: the first 16 hex digits of the SHA-256 of its UTF-8 bytes."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def cited_url(url: str | None, source: str, page: int | None) -> str | None:
    """The link to a passage: into a PDF with its page, which browsers then open at."""
    if url is None or page is None or "#" in url:
        return url
    is_pdf = any(place.partition("?")[0].lower().endswith(".pdf") for place in (source, url))
    return f"{url}#page={page}" if is_pdf else url


def context_of(title: str | None, heading: str | None, subject: str = "") -> str:
    """What a chunk is about, for the model to read before its text: subject, title and heading path; may be empty."""
    is_apart = title and heading and not heading.startswith(title)
    named = f"{title} > {heading}" if is_apart else heading or title or ""
    return f"{subject}: {named}" if subject and named else subject or named


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A stretch of one document, as it is stored and cited.

    `document_text[start:end] == text`, in characters; `index` counts from 0 within the document; `tokens` is the
    length of `text` in the collection's own tokens; `page` and `page_end` count from 1 and are None where the
    format has no pages; `slide` is the one that it lies on, None where there are none; `heading` is the path of
    headings joined by " > "; `digest` is the hex SHA-256 of the whole document as read, the same in all its chunks;
    `updated_at` is when the source last changed, ISO 8601 in UTC; `before` is the white space between the chunk
    before and this one; None where `usual_space` will do, because it is that, or markup without text, or very long;
    `table` says what the figures in it are, in words of the table; `access` are the principals that may see the
    document, in order.
    """

    document_id: str
    index: int
    text: str
    source: str
    start: int
    end: int
    tokens: int
    digest: str
    updated_at: str
    title: str | None = None
    url: str | None = None
    page: int | None = None
    page_end: int | None = None
    slide: int | None = None
    heading: str | None = None
    before: str | None = None
    table: str | None = None
    metadata: Metadata = field(default_factory=dict)
    access: tuple[str, ...] = ()

    @property
    def context(self) -> str:
        """What the chunk is about; the model reads it before the text."""
        about = context_of(self.title, self.heading, subject_of(self.title, self.metadata))
        return f"{about}\n{self.table}" if self.table and about else self.table or about

    @property
    def chunk_id(self) -> str:
        """The chunk's id in the store."""
        return chunk_id_of(self.document_id, self.digest, self.index)


def usual_space(length: int) -> str:
    """The usual white space between two chunks so many characters apart: a line break, or an empty line."""
    return "\n" if length == 1 else "\n\n"


def record_id_of(document_id: str) -> str:
    """The id of the chunk that is the document's record."""
    return f"{document_id}-0"


CHUNK_ID = re.compile(r"[0-9a-f]{16}-(?:0|[0-9a-f]{12}-[1-9][0-9]*)")  # What `chunk_id_of` makes.


def chunk_id_of(document_id: str, digest: str, index: int) -> str:
    """The id of a chunk.

    Chunk 0 is the document's record: its id is the same in every version, so that replacing it switches. The others
    carry the version in their id: old and new can lie side by side until the switch.
    """
    return f"{document_id}-{digest[:12]}-{index}" if index else record_id_of(document_id)


def document_id_in(chunk_id: str) -> str:
    """The id of the document that a chunk belongs to."""
    return chunk_id.partition("-")[0]


def named_id(corpus: str, identifier: str) -> str:
    """The id of a document or chunk across several corpora, `hr:9f86d081884c7d65`; without a name, the id itself."""
    return f"{corpus}:{identifier}" if corpus else identifier


def parted_id(identifier: str) -> tuple[str, str]:
    """The corpus named in the id, empty if there is none, and the id within it."""
    corpus, _, rest = identifier.rpartition(":")
    return corpus, rest


def indexed_text_of(chunk: Chunk) -> str:
    """What the lexical index reads of a chunk: its context, in all spellings, then its text."""
    aliases = aliases_of(chunk.source, chunk.metadata)
    return f"{chunk.context}\n{aliases}\n{chunk.text}" if aliases else judged_text_of(chunk)


def judged_text_of(chunk: Chunk) -> str:
    """What a reranker reads of a chunk: its context, then its text."""
    return f"{chunk.context}\n{chunk.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRecord:
    """A stored document, as its first chunk tells it. `chunks` and `tokens` are totals over the document.

    `file` is the source without the fragment that names a record within a file; `stamp` tells ingest whether that
    file must be read again (size, time, options, records in it). Readers of the corpus have no use for either.
    `access` is what its chunks say too.
    """

    document_id: str
    source: str
    digest: str
    chunks: int
    tokens: int
    updated_at: str
    ingested_at: str
    file: str
    stamp: str
    title: str | None = None
    url: str | None = None
    metadata: Metadata = field(default_factory=dict)
    access: tuple[str, ...] = ()

    def chunk_ids(self) -> list[str]:
        """The ids of its chunks, in order."""
        return [chunk_id_of(self.document_id, self.digest, index) for index in range(self.chunks)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A chunk that answers a query. `score` is 0 to 1, higher is better."""

    chunk: Chunk
    score: float

    @property
    def document_id(self) -> str:
        """The id of the chunk's document."""
        return self.chunk.document_id

    @property
    def text(self) -> str:
        """The chunk's text."""
        return self.chunk.text
