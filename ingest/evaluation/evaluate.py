"""The whole of `ingest eval`: a test collection through the product's own pipeline, in a store that is thrown away."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from corpus.collection import CollectionRecord
from corpus.embedding.choice import collection_for, embedder_for_new_collection, prompts_of
from corpus.embedding.model import Embedder
from corpus.records import document_id_in, document_id_of
from corpus.searching.corpus import Corpus
from corpus.searching.fusion import Ranked
from corpus.searching.search import Plan, fits_of, rank_each
from corpus.settings import AUTO, SearchMode
from corpus.store import Store, create_store
from corpus.tokens import Tokenizer
from ingest.command import console
from ingest.evaluation.beir import TestCollection, read_collection
from ingest.evaluation.measures import Difference, Judgements, ideal, ndcg, paired_bootstrap, recall, reciprocal_rank
from ingest.evaluation.vector_cache import CachingEmbedder
from ingest.evaluation.words_alone import WordsAlone
from ingest.reading.document import Block, Document
from ingest.report import Report
from ingest.settings import IngestSettings
from ingest.sources.found import Item
from ingest.sync.chunking import ChunkingPool
from ingest.sync.diff import Changes, Job, Reading
from ingest.sync.model_choice import suited
from ingest.sync.run import IngestRun
from ingest.sync.writer import Writing

MODES: tuple[SearchMode, ...] = ("dense", "lexical", "hybrid")
SOURCE = "corpus.jsonl"
RERANKED = 30  # How many candidates a reranker judges, unless RERANK_CANDIDATES says otherwise.
QUERIES_PER_REQUEST = 64
EMBED_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalOptions:
    """What one call asks for. With `split` off a document is one passage, cut at the model's window."""

    modes: Sequence[SearchMode] = MODES
    qrels: Path | None = None
    split: bool = True
    cache: Path = Path(".eval-cache")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """`measures` by mode, then by name; `difference` is hybrid less `better`, the better other mode, in nDCG@10."""

    documents: int
    chunks: int
    queries: int
    measures: Mapping[SearchMode, Mapping[str, float]]
    better: SearchMode | None = None
    difference: Difference | None = None
    by_query: Mapping[SearchMode, Sequence[float]] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """The object that `ingest eval --json` prints."""
        answer: dict[str, object] = {mode: dict(values) for mode, values in self.measures.items()}
        if self.difference is not None:
            answer["hybrid_minus_better"] = {
                "better": self.better,
                "ndcg@10": self.difference.mean,
                "low": self.difference.low,
                "high": self.difference.high,
            }
        return {**answer, "documents": self.documents, "chunks": self.chunks, "queries": self.queries}


def evaluate(folder: Path, settings: IngestSettings, options: EvalOptions) -> Evaluation:
    """Ingest and search a collection, and measure. Raises CorpusError."""
    collection = read_collection(folder, options.qrels)
    if settings.model_for_new_collection == AUTO:
        suits = suited(document.text for document in collection.documents).model
        settings = settings.model_copy(update={"embedding_model": suits})
    with (
        contextlib.closing(_embedder(folder, settings, options)) as embedder,
        tempfile.TemporaryDirectory(prefix="ingest-eval-") as store,
    ):
        own = settings.model_copy(update={"chroma_path": Path(store), "chroma_url": None})
        record = collection_for(embedder, own)
        documents = collection.documents
        if not options.split:
            documents = [cut(document, embedder.tokenizer, embedder.max_tokens) for document in documents]
            prefix = embedder.tokenizer.count(record.passage_prefix)
            record = replace(record, chunk_tokens=embedder.max_tokens + prefix, chunk_overlap=0)
        console.say(
            f"Evaluating {folder} with {record.embedding_model}, "
            + (f"chunks of {record.chunk_tokens} tokens" if options.split else f"cut at {record.chunk_tokens} tokens")
        )
        with create_store(own, record) as opened:
            corpus = Corpus(opened, embedder)
            _fill(corpus.store, embedder, own, record, documents)
            return _measured(corpus, collection, options)


def _embedder(folder: Path, settings: IngestSettings, options: EvalOptions) -> Embedder:
    """An embedder whose vectors are kept between runs; search by words alone needs none, and no key."""
    if set(options.modes) == {"lexical"}:
        return WordsAlone(embedder_for_new_collection(settings, paid=False))
    cache = cache_file(options.cache, settings.model_for_new_collection, folder)
    question, passage = prompts_of(settings)
    return CachingEmbedder(embedder_for_new_collection(settings), cache, question=question, passage=passage)


def _fill(
    store: Store, embedder: Embedder, settings: IngestSettings, record: CollectionRecord, documents: list[Document]
) -> None:
    def read(items: Iterable[tuple[Item, str]]) -> Reading:
        for each, _ in items:
            yield each, documents

    job = Job(items=[Item(source=SOURCE, place=SOURCE)], read=read)
    report = Report()
    sync = IngestRun(Writing(store, settings), lambda: embedder, report)
    changes = Changes(job, stored=[], cutting=ChunkingPool(record, lambda: embedder.tokenizer))
    with console.progress(report, files=1) as on_progress:
        sync.carry_out(changes, stored=[], on_progress=on_progress)
        sync.index()


def cut(document: Document, tokenizer: Tokenizer, max_tokens: int) -> Document:
    """The document as one passage, as published figures are made: title and text, cut at the model's window."""
    text = f"{document.title} {document.text}" if document.title else document.text
    text = re.sub(r"\s+", " ", text).strip()
    ends = tokenizer.ends(text)
    if len(ends) > max_tokens:
        text = text[: ends[max_tokens - 1]].rstrip()
    return replace(document, text=text, title=None, blocks=(Block("paragraph", 0, len(text)),))


def _measured(corpus: Corpus, collection: TestCollection, options: EvalOptions) -> Evaluation:
    names = {
        document_id_of(f"{SOURCE}#{document.name}"): document.name for document in collection.documents if document.name
    }
    measures: dict[SearchMode, Mapping[str, float]] = {}
    by_query: dict[SearchMode, Sequence[float]] = {}
    for mode in options.modes:
        rankings = [
            [names[each] for each in _documents_of(ranked)]
            for ranked in search_all(corpus, list(collection.queries.values()), mode)
        ]
        judged = [
            (ranking, collection.judgements[key]) for ranking, key in zip(rankings, collection.queries, strict=True)
        ]
        measures[mode] = measures_of(judged)
        by_query[mode] = [ndcg(ranking, judgements, 10) for ranking, judgements in judged]
    better: SearchMode | None = None
    difference = None
    if set(MODES) == set(measures):
        better = "dense" if measures["dense"]["ndcg@10"] > measures["lexical"]["ndcg@10"] else "lexical"
        difference = paired_bootstrap(by_query["hybrid"], by_query[better])
    return Evaluation(
        documents=len(collection.documents),
        chunks=corpus.store.count(),
        queries=len(collection.queries),
        measures=measures,
        better=better,
        difference=difference,
        by_query=by_query,
    )


def measures_of(judged: Sequence[tuple[Sequence[str], Judgements]]) -> dict[str, float]:
    """The means over queries."""
    return {
        "ndcg@10": float(np.mean([ndcg(*pair, 10) for pair in judged])),
        "recall@10": float(np.mean([recall(*pair, 10) for pair in judged])),
        "recall@100": float(np.mean([recall(*pair, 100) for pair in judged])),
        f"ideal@{RERANKED}": float(np.mean([ideal(*pair, 10, among=RERANKED) for pair in judged])),
        "mrr@10": float(np.mean([reciprocal_rank(*pair, 10) for pair in judged])),
    }


def search_all(corpus: Corpus, queries: Sequence[str], mode: SearchMode) -> Iterator[list[Ranked]]:
    """All candidates of each query, ranked as search ranks them, including near-duplicates."""
    plan = Plan(mode=mode, top_k=10)
    for start in range(0, len(queries), QUERIES_PER_REQUEST):
        part = queries[start : start + QUERIES_PER_REQUEST]
        vectors = None
        if mode != "lexical":
            fitting = [corpus.fitting(query) for query in part]
            vectors = corpus.embedder.embed_queries(fitting, timeout_seconds=EMBED_SECONDS)
        fits = fits_of(corpus.store, corpus.embedder.model, part)
        for candidates in rank_each(corpus.store, part, vectors, fits, plan):
            yield candidates.best(2 * plan.depth)


def _documents_of(ranked: Iterable[Ranked]) -> list[str]:
    """The documents in the order of their best chunks."""
    return list(dict.fromkeys(document_id_in(each.chunk_id) for each in ranked))


def cache_file(cache: Path, model: str, folder: Path) -> Path:
    """The path of the cache for the vectors of the collection in the folder."""
    return cache / f"{_file_name(model)}-{_file_name(folder.resolve().name)}.npz"


def _file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)
