"""Documents of given texts, in a real store with the local model and its lexical index."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from corpus.collection import CollectionRecord
from corpus.embedding.model import Embedder
from corpus.records import Chunk, DocumentRecord, document_id_of
from corpus.searching.corpus import Corpus
from corpus.settings import LOCAL_MODEL, CorpusSettings
from corpus.store import Store, create_store
from ingest.sync.lexical_index import bring_up_to_date

RECORD = CollectionRecord(
    embedding_model=LOCAL_MODEL, dimensions=384, shortened=False, tokenizer="words", chunk_tokens=100, chunk_overlap=0
)


def document_of(source: str, texts: list[str], **metadata: str) -> tuple[DocumentRecord, list[Chunk]]:
    """A document whose chunks are these texts."""
    digest = hashlib.sha256(repr(texts).encode()).hexdigest()
    chunks = [
        Chunk(
            document_id=document_id_of(source),
            index=index,
            text=text,
            source=source,
            start=index * 1000,
            end=index * 1000 + len(text),
            tokens=len(text.split()),
            digest=digest,
            updated_at="2026-01-02T03:04:05+00:00",
            metadata=metadata,
        )
        for index, text in enumerate(texts)
    ]
    record = DocumentRecord(
        document_id=document_id_of(source),
        source=source,
        digest=digest,
        chunks=len(chunks),
        tokens=sum(chunk.tokens for chunk in chunks),
        updated_at="2026-01-02T03:04:05+00:00",
        ingested_at="2026-01-02T03:04:06+00:00",
        file=source,
        stamp="stamp",
        metadata=metadata,
    )
    return record, chunks


def write(store: Store, embedder: Embedder, texts: Mapping[str, list[str]], *, index: bool = True) -> None:
    """Store documents, by source, as ingest does; without `index` as a run does that is killed before its end."""
    before = {record.document_id: record for record in store.documents()}
    documents = [document_of(source, parts, shelf=source.partition("/")[0]) for source, parts in texts.items()]
    rows = []
    for record, chunks in documents:
        vectors = np.concatenate(list(embedder.embed_documents([[chunk.text for chunk in chunks]])))
        rows.append((record, chunks, vectors))
    store.write(rows)
    if index:
        bring_up_to_date(store, before=before, after={record.document_id: record for record in store.documents()})


def corpus_of(settings: CorpusSettings, embedder: Embedder, texts: Mapping[str, list[str]]) -> Corpus:
    """An open corpus that holds the texts."""
    store = create_store(settings, replace(RECORD, embedding_model=embedder.model))
    write(store, embedder, texts)
    return Corpus(store, embedder, mode=settings.search_mode, max_per_document=settings.max_per_document)
