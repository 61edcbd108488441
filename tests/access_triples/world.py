"""A random corpus in which every word of a document names it, so that whatever is told of it can be seen anywhere."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from corpus.collection import CollectionRecord
from corpus.embedding.model import Vectors
from corpus.principals import principals_of
from corpus.records import Chunk, DocumentRecord, document_id_of, named_id
from corpus.searching.corpus import Corpus
from corpus.settings import CorpusSettings
from corpus.snapshot.live import LiveSnapshot
from corpus.store import Store, create_store, open_store, read_store
from corpus.stored import metadata_of
from corpus.tokens import Cl100kTokenizer, Tokenizer
from ingest.sync.lexical_index import bring_up_to_date
from tests.openai_server import vector_of

DIMENSIONS = 32
MODEL = "text-embedding-3-small"
TOKENIZER = "cl100k_base"
WORDS = tuple(
    "pump valve seal motor bearing warranty return invoice salary contract holiday travel budget forecast customer "  # noqa: SIM905 - words are read as words
    "complaint repair torque pressure flow filter oil gasket shaft housing cable fuse relay sensor display".split()
)
NOTICE = "This notice on warranty and return ends many papers."
DECOMPOSED = unicodedata.normalize("NFD", "Vertrieb Süd")
ODD = ("user:1:2", "a b", "cn=Sales ou=Köln", DECOMPOSED, "Group:sales")
PRINCIPALS = ("group:sales", "group:all", "group:hr", "user:1", "user:12", *ODD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One document, as it is stored; `corpus` is the name of the corpus where there are several."""

    record: DocumentRecord
    chunks: tuple[Chunk, ...]
    corpus: str = ""

    @property
    def document_id(self) -> str:
        return named_id(self.corpus, self.record.document_id)

    @property
    def chunk_ids(self) -> list[str]:
        return [named_id(self.corpus, chunk.chunk_id) for chunk in self.chunks]

    @property
    def text(self) -> str:
        return "\n\n".join(chunk.text for chunk in self.chunks)

    @property
    def own_text(self) -> str:
        """Without what stands in others too."""
        return "\n\n".join(chunk.text for chunk in self.chunks if chunk.text != NOTICE)

    @property
    def tag(self) -> str:
        return self.record.source.removesuffix(".txt")

    def with_access(self, access: Sequence[str]) -> Paper:
        named = principals_of(access)
        chunks = tuple(replace(chunk, access=named) for chunk in self.chunks)
        return replace(self, record=replace(self.record, access=named), chunks=chunks)


def visible(papers: Sequence[Paper], principals: Sequence[str]) -> list[Paper]:
    """The filter in plain Python, over what is really stored: every chunk's own list."""
    somebody = {unicodedata.normalize("NFC", each) for each in principals} | {"everyone"}
    seen = []
    for paper in papers:
        says = [set(metadata_of(chunk, paper.record).get("access") or []) & somebody != set() for chunk in paper.chunks]  # type: ignore[arg-type] # A list, where it is there.
        assert len(set(says)) == 1
        if says[0]:
            seen.append(paper)
    return seen


def random_access(random: Random) -> list[str]:
    """Mostly some principals; often nobody or everyone."""
    chance = random.random()
    if chance < 0.15:
        return []
    if chance < 0.3:
        return ["everyone"]
    return random.sample(PRINCIPALS, random.randint(1, 4))


def random_principals(random: Random, *, corpora: Sequence[str] = ()) -> list[str]:
    """Those of a key; of several corpora it may name some, and one that is not there."""
    principals = random.sample(PRINCIPALS, random.randint(0, 4))
    if corpora and random.random() < 0.5:
        among = [f"corpus:{name}" for name in (*corpora, "nowhere")]
        principals += random.sample(among, random.randint(1, len(among)))
    return principals


def random_papers(random: Random, numbers: Iterable[int], *, corpus: str = "") -> list[Paper]:
    """Documents `paper0`, `paper1`… whose titles, sources, tags and chunks all say their number."""
    return [_paper(random, number, corpus).with_access(random_access(random)) for number in numbers]


def _paper(random: Random, number: int, corpus: str) -> Paper:
    texts = [
        " ".join([f"paper{number}", *random.sample(WORDS, random.randint(4, 10)), f"part{place}."])
        for place in range(random.randint(1, 3))
    ]
    # Some end alike, whoever sees them: a search shows one of these.
    texts += random.sample([NOTICE], random.randint(0, 1))
    source, digest = f"paper{number}.txt", hashlib.sha256("\n\n".join(texts).encode()).hexdigest()
    metadata = {"tags": [f"paper{number}"]}
    starts = [sum(len(text) + 2 for text in texts[:place]) for place in range(len(texts))]
    told: dict[str, Any] = {
        "document_id": document_id_of(source),
        "source": source,
        "digest": digest,
        "title": f"Paper{number}",
    }
    chunks = tuple(
        Chunk(
            index=place,
            text=text,
            start=start,
            end=start + len(text),
            tokens=len(text.split()),
            updated_at="2026-03-01T00:00:00Z",
            metadata=metadata,
            **told,
        )
        for place, (text, start) in enumerate(zip(texts, starts, strict=True))
    )
    record = DocumentRecord(
        chunks=len(chunks),
        tokens=sum(chunk.tokens for chunk in chunks),
        updated_at="2026-03-01T00:00:00Z",
        ingested_at="2026-03-01T00:00:00Z",
        file=source,
        stamp="",
        metadata=metadata,
        **told,
    )
    return Paper(record=record, chunks=chunks, corpus=corpus)


def write(settings: CorpusSettings, papers: Sequence[Paper]) -> None:
    """Store them in a new collection."""
    made = CollectionRecord(
        embedding_model=MODEL,
        dimensions=DIMENSIONS,
        shortened=True,
        tokenizer=TOKENIZER,
        chunk_tokens=400,
        chunk_overlap=0,
    )
    with create_store(settings, made) as store:
        vectors = [np.stack([vector_of(chunk.text, DIMENSIONS) for chunk in paper.chunks]) for paper in papers]
        store.write([(paper.record, paper.chunks, each) for paper, each in zip(papers, vectors, strict=True)])
        _index(store, {})


def grant_anew(settings: CorpusSettings, papers: Sequence[Paper]) -> None:
    """Change who may see them, as `ingest add` does."""
    with open_store(settings) as store:
        before = {record.document_id: record for record in store.documents()}
        store.grant([paper.record for paper in papers])
        _index(store, before)


def _index(store: Store, before: dict[str, DocumentRecord]) -> None:
    bring_up_to_date(store, before=before, after={record.document_id: record for record in store.documents()})


class Words:
    """The model of the papers' vectors, in process: so that a hundred thousand questions take minutes."""

    model = MODEL
    dimensions = DIMENSIONS
    max_tokens = 8000

    @property
    def tokenizer(self) -> Tokenizer:
        return Cl100kTokenizer()

    def embed_queries(self, texts: Sequence[str], *, timeout_seconds: float) -> Vectors:
        assert timeout_seconds > 0
        return np.stack([vector_of(text, DIMENSIONS) for text in texts])

    def prepare(self) -> None:
        """Nothing to do ahead."""

    def close(self) -> None:
        """Nothing is open."""


def opener() -> Callable[[CorpusSettings], Corpus]:
    """In place of `open_corpus`, for a store as for what was published."""

    def published(settings: CorpusSettings) -> Corpus:
        return Corpus(read_store(settings, is_published=True), Words(), mode=settings.search_mode)

    def opened(settings: CorpusSettings) -> Corpus:
        if settings.snapshot_url is not None:
            return LiveSnapshot(settings, published).current()
        return Corpus(read_store(settings), Words(), mode=settings.search_mode)

    return opened


def embedded(folder: Path) -> CorpusSettings:
    """Settings of a store in the folder."""
    return CorpusSettings(chroma_path=folder)
