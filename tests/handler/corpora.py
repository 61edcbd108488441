"""Real corpora for the handler's tests: embedded Chroma, filled through the product's own store and embedder."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from corpus.collection import CollectionRecord
from corpus.embedding.choice import embedder_for_new_collection
from corpus.records import Chunk, DocumentRecord, Metadata, document_id_of
from corpus.settings import CorpusSettings
from corpus.store import create_store
from ingest.sync.lexical_index import bring_up_to_date
from tests.openai_server import KEY, EmbeddingsServer

UPDATED = "2026-03-01T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A document to be stored: its text, and the (start, end) of each chunk; one chunk unless said."""

    source: str
    text: str
    spans: Sequence[tuple[int, int]] = ()
    title: str | None = None
    url: str | None = None
    pages: Sequence[int | None] = ()
    heading: str | None = None
    updated_at: str = UPDATED
    metadata: Metadata = field(default_factory=dict)
    access: tuple[str, ...] = ()

    @property
    def document_id(self) -> str:
        """Its id."""
        return document_id_of(self.source)


WARRANTY = Text(
    source="manuals/x200.pdf",
    title="X200 manual",
    url="https://example.com/manuals/x200.pdf",
    heading="Warranty > Duration",
    text="The warranty lasts 24 months from the day of purchase.",
    pages=(12,),
)
RETURNS = Text(source="policies/returns.md", text="Returns are accepted within 30 days. Keep the receipt.")
UNICODE = Text(source="notes/ünïcode.txt", text='"Straße" \\ naïve — 日本語 😀\tend\n\x7f')
MANUALS = (WARRANTY, RETURNS, UNICODE)


def corpus_settings(folder: Path, server: EmbeddingsServer) -> CorpusSettings:
    """Settings of a corpus in `folder` that is embedded by `server`."""
    return CorpusSettings(
        chroma_path=folder, openai_api_key=SecretStr(KEY), openai_base_url=server.url, embedding_dimensions=256
    )


def write_corpus(settings: CorpusSettings, texts: Sequence[Text]) -> None:
    """Store the texts."""
    embedder = embedder_for_new_collection(settings)
    record = CollectionRecord(
        embedding_model=embedder.model,
        dimensions=embedder.dimensions,
        shortened=True,
        tokenizer=embedder.tokenizer.name,
        chunk_tokens=400,
        chunk_overlap=50,
    )
    with create_store(settings, record) as store:
        documents = [chunked(text) for text in texts]
        batches = [[chunk.text for chunk in chunks] for _, chunks in documents]
        vectors = list(embedder.embed_documents(batches))
        store.write([(record, chunks, v) for (record, chunks), v in zip(documents, vectors, strict=True)])
        bring_up_to_date(store, before={}, after={record.document_id: record for record in store.documents()})


def chunked(text: Text) -> tuple[DocumentRecord, list[Chunk]]:
    """The record and the chunks of a text."""
    digest = hashlib.sha256(text.text.encode()).hexdigest()
    spans = text.spans or [(0, len(text.text))]
    pages = itertools.chain(text.pages, itertools.repeat(None))
    chunks = [
        Chunk(
            document_id=text.document_id,
            index=index,
            text=text.text[start:end],
            source=text.source,
            start=start,
            end=end,
            tokens=len(text.text[start:end].split()),
            digest=digest,
            updated_at=text.updated_at,
            title=text.title,
            url=text.url,
            page=page,
            page_end=page,
            heading=text.heading,
            metadata=text.metadata,
            access=text.access,
        )
        for index, ((start, end), page) in enumerate(zip(spans, pages, strict=False))
    ]
    record = DocumentRecord(
        document_id=text.document_id,
        source=text.source,
        digest=digest,
        chunks=len(chunks),
        tokens=sum(chunk.tokens for chunk in chunks),
        updated_at=text.updated_at,
        ingested_at=text.updated_at,
        file=text.source,
        stamp="",
        title=text.title,
        url=text.url,
        metadata=text.metadata,
        access=text.access,
    )
    return record, chunks
