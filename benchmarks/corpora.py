"""Made-up corpora of any size, the same each time: invented words as frequent as real ones, vectors near themes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.collection import CollectionRecord
from corpus.embedding.model import Refused, Vectors
from corpus.records import Chunk, DocumentRecord, document_id_of
from corpus.searching.corpus import Corpus
from corpus.settings import CorpusSettings
from corpus.snapshot.live import LiveSnapshot
from corpus.store import create_store, read_store
from corpus.store.document_writes import Written
from corpus.tokens import Cl100kTokenizer, Tokenizer
from ingest.sync.lexical_index import bring_up_to_date

SYLLABLES = ["ka", "lo", "mi", "ter", "ban", "su", "ri", "ve", "xo", "qui", "dor", "zen", "pla", "ne", "gu", "fi"]
WORDS = 60_000
WORDS_A_CHUNK = 190  # About 1,300 characters.
WORDS_A_QUESTION = 10
OPENAI_MODEL = "text-embedding-3-small"
THEMES = 200
PER_DOCUMENT = 50
DAY = "2026-01-01T00:00:00+00:00"
FILTERABLE = "half:str,year:int"  # A half of the chunks, and one in twenty.


def make_store(
    folder: Path,
    chunks: int,
    dimensions: int,
    *,
    model: str = OPENAI_MODEL,
    access: Callable[[int], tuple[str, ...]] = lambda _: (),
    more: Sequence[Written] = (),
) -> CorpusSettings:
    """An embedded store with its lexical index, of whole documents of PER_DOCUMENT chunks each, and `more`; `access`
    tells by its number who sees a document.
    """
    settings = CorpusSettings(chroma_path=folder)
    record = CollectionRecord(
        embedding_model=model,
        dimensions=dimensions,
        shortened=model == OPENAI_MODEL and dimensions != 1536,
        tokenizer="cl100k_base" if model == OPENAI_MODEL else model,
        chunk_tokens=400 if model == OPENAI_MODEL else 254,
        chunk_overlap=50,
    )
    documents = max(1, chunks // PER_DOCUMENT)
    with create_store(settings, record) as store:
        for start in range(0, documents, 20):
            numbers = range(start, min(start + 20, documents))
            store.write([document(number, dimensions, access=access(number)) for number in numbers])
        if more:
            store.write(more)
        bring_up_to_date(store, before={}, after={each.document_id: each for each in store.documents()})
    return settings


def document(
    number: int, dimensions: int, *, change: str = "", access: tuple[str, ...] = ()
) -> tuple[DocumentRecord, list[Chunk], Vectors]:
    """Document `number` with its chunks and their vectors; `change` makes another version of it."""
    source = f"{number}.txt"
    document_id, digest = document_id_of(source), hashlib.sha256(f"{number} {change}".encode()).hexdigest()
    chunks = [
        Chunk(
            document_id=document_id,
            index=index,
            text=text + change,
            source=source,
            start=0,
            end=len(text + change),
            tokens=300,
            digest=digest,
            updated_at=DAY,
            metadata={"half": "ab"[number % 2], "year": 2000 + number % 20},
            access=access,
        )
        for index, text in enumerate(texts(number))
    ]
    record = DocumentRecord(
        document_id=document_id,
        source=source,
        digest=digest,
        chunks=len(chunks),
        tokens=300 * len(chunks),
        updated_at=DAY,
        ingested_at=DAY,
        file=source,
        stamp="",
        metadata=chunks[0].metadata,
        access=access,
    )
    return record, chunks, vectors_of(number, dimensions)


def texts(number: int) -> Iterator[str]:
    """The chunks of a document. Four words of each are its own, as names and numbers are."""
    words, weights = _vocabulary()
    chance = np.random.default_rng(number)
    for index, row in enumerate(chance.choice(WORDS, size=(PER_DOCUMENT, WORDS_A_CHUNK), p=weights)):
        chosen = [words[place] for place in row]
        for place in range(0, WORDS_A_CHUNK, 50):
            chosen[place] += f"{SYLLABLES[place % 16]}{number * PER_DOCUMENT + index}"
        yield " ".join(chosen).capitalize() + "."


def vectors_of(number: int, dimensions: int) -> Vectors:
    """The document's vectors, of shape (PER_DOCUMENT, dimensions) and length 1."""
    chance = np.random.default_rng([number, dimensions])
    near = _themes(dimensions)[chance.integers(0, THEMES, PER_DOCUMENT)]
    made = near + chance.standard_normal((PER_DOCUMENT, dimensions))
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def question(seed: int, documents: int, dimensions: int) -> tuple[str, Vectors]:
    """Ten words of a chunk, as often common as there, and a vector near the chunk's, of shape (dimensions,)."""
    chance = np.random.default_rng([seed, 7])
    number, index = int(chance.integers(0, documents)), int(chance.integers(0, PER_DOCUMENT))
    words = list(texts(number))[index].split()
    vector = vectors_of(number, dimensions)[index] + 0.5 * vectors_of(documents + seed, dimensions)[0]
    return " ".join(chance.choice(words, WORDS_A_QUESTION)), np.asarray(vector / np.linalg.norm(vector), np.float32)


class Known:
    """An embedder that was told the vectors."""

    model = OPENAI_MODEL
    max_tokens = 8191

    def __init__(self, dimensions: int, vectors: Mapping[str, Vectors]) -> None:
        self.dimensions = dimensions
        self._vectors = vectors

    @property
    def tokenizer(self) -> Tokenizer:
        return Cl100kTokenizer()

    def embed_documents(self, batches: Iterable[Sequence[str]], *, refused: Refused | None = None) -> Iterator[Vectors]:
        raise NotImplementedError("Nothing is ingested here.")

    def embed_queries(self, texts: Sequence[str], *, timeout_seconds: float) -> Vectors:  # noqa: ARG002 - the protocol's
        return np.stack([self._vectors[text] for text in texts])

    def prepare(self) -> None:
        pass

    def close(self) -> None:
        pass


def published(scratch: Path, known: Known, *, refresh: int) -> LiveSnapshot:
    """What a Lambda serves of the snapshot in `scratch/published`; `refresh` is in seconds."""
    settings = CorpusSettings(
        snapshot_url=str(scratch / "published"),
        snapshot_cache=scratch / "cache",
        snapshot_cache_mb=4096,
        snapshot_refresh=refresh,
    )
    return LiveSnapshot(settings, lambda opened: Corpus(read_store(opened, is_published=True), known))


@cache
def _vocabulary() -> tuple[list[str], NDArray[np.float64]]:
    chance = np.random.default_rng(7)
    # In a third of the time of `choice`, and the same words.
    drawn = (chance.integers(0, len(SYLLABLES), chance.integers(1, 5)).tolist() for _ in range(WORDS))
    words = ["".join(SYLLABLES[place] for place in places) for places in drawn]
    weights = 1 / (np.arange(WORDS) + 3)
    return words, weights / weights.sum()


@cache
def _themes(dimensions: int) -> NDArray[np.float64]:
    return np.random.default_rng(5).standard_normal((THEMES, dimensions))
