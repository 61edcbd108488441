"""Test collections as corpora: a passage a document, in a store that is thrown away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.collection import CollectionRecord
from corpus.records import Chunk, DocumentRecord, document_id_of
from corpus.searching.corpus import Corpus
from corpus.settings import CorpusSettings
from corpus.store import create_store
from ingest.evaluation.beir import TestCollection
from ingest.evaluation.vector_cache import CachingEmbedder
from ingest.sync.lexical_index import bring_up_to_date

DAY = "2026-01-01T00:00:00+00:00"


@dataclass(frozen=True, slots=True)
class Passages:
    """A text a document, and what is asked of them."""

    names: list[str]
    texts: list[str]
    queries: list[str]
    judgements: Sequence[Mapping[str, int]]


def passages_of(name: str, collection: TestCollection, tokens: Callable[[str], Sequence[int]], most: int) -> Passages:
    """The documents, cut at the model's window; their names begin with the collection's."""
    texts = []
    for document in collection.documents:
        text = " ".join(f"{document.title or ''} {document.text}".split())
        ends = tokens(text)
        texts.append(text if len(ends) <= most else text[: ends[most - 1]].rstrip())
    judged = [
        {f"{name}/{each}": gain for each, gain in collection.judgements[key].items()} for key in collection.queries
    ]
    names = [f"{name}/{document.name}" for document in collection.documents]
    return Passages(names, texts, list(collection.queries.values()), judged)


def corpus_of(folder: Path, passages: Passages, chosen: Sequence[int], embedder: CachingEmbedder) -> Corpus:
    """A corpus of the chosen passages."""
    settings = CorpusSettings(chroma_path=folder)
    record = CollectionRecord(
        embedding_model=embedder.model,
        dimensions=embedder.dimensions,
        shortened=False,
        tokenizer=embedder.tokenizer.name,
        chunk_tokens=embedder.max_tokens,
        chunk_overlap=0,
    )
    texts = [passages.texts[place] for place in chosen]
    vectors = np.vstack(list(embedder.embed_documents(texts[start : start + 64] for start in range(0, len(texts), 64))))
    store = create_store(settings, record)
    written = [_written(passages.names[place], passages.texts[place]) for place in chosen]
    for start in range(0, len(written), 500):
        part = zip(written[start : start + 500], vectors[start : start + 500, None], strict=True)
        store.write([(record_, [chunk], vector) for (record_, chunk), vector in part])
    bring_up_to_date(store, before={}, after={each.document_id: each for each in store.documents()})
    return Corpus(store, embedder)


def _written(name: str, text: str) -> tuple[DocumentRecord, Chunk]:
    digest = document_id_of(text) * 4
    chunk = Chunk(
        document_id=document_id_of(name),
        index=0,
        text=text or " ",
        source=name,
        start=0,
        end=len(text),
        tokens=len(text) // 4,
        digest=digest,
        updated_at=DAY,
    )
    record = DocumentRecord(
        document_id=chunk.document_id,
        source=name,
        digest=digest,
        chunks=1,
        tokens=chunk.tokens,
        updated_at=DAY,
        ingested_at=DAY,
        file=name,
        stamp="",
    )
    return record, chunk


def together_in(parts: Sequence[Passages]) -> tuple[Passages, list[list[int]]]:
    """All of them as one, and the places of each."""
    places, start = [], 0
    for each in parts:
        places.append(list(range(start, start + len(each.texts))))
        start += len(each.texts)
    return Passages(
        [name for each in parts for name in each.names],
        [text for each in parts for text in each.texts],
        [query for each in parts for query in each.queries],
        [judged for each in parts for judged in each.judgements],
    ), places
