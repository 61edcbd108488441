"""The local models: python -m benchmarks.models [speed | bytes DATA_DIR [COLLECTION ...] | languages XQUAD_DIR]

`speed`: processor time of a chunk and of a question, both models in turns on one thread, which another load of the
machine changes little. `bytes`: nDCG@10 of all-MiniLM-L6-v2 as ingested (float32), and as a Lambda package asks the
same (questions by int8 weights). `languages`: multilingual-e5-small on collections in BEIR's layout, a folder for
each language with the same ids in all, such as XQuAD: each language asked in itself, and in English. Vectors are kept
in .eval-cache.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.quality import collections
from corpus.embedding.e5 import MultilingualEmbedder
from corpus.embedding.int8 import shrink
from corpus.embedding.local import LocalModel
from corpus.embedding.minilm import LocalEmbedder
from corpus.embedding.model import Vectors
from corpus.embedding.model_files import INT8_WEIGHTS, ModelFiles, installed_model_files
from corpus.lexical.build import write_index
from corpus.lexical.index import LexicalIndex
from corpus.searching.fusion import DEPTH, fuse
from corpus.settings import MULTILINGUAL_MODEL
from ingest.evaluation.beir import TestCollection, read_collection
from ingest.evaluation.evaluate import MODES, EvalOptions, evaluate
from ingest.evaluation.measures import ndcg
from ingest.evaluation.vector_cache import CachingEmbedder
from ingest.settings import IngestSettings

CACHE = Path(".eval-cache")
TURNS = 5
CHUNKS = 12
QUESTIONS = 10
CHUNK_TOKENS = 178
QUESTION = "how do I run code after the response has been sent?"
BATCH = 64
SECONDS = 3600.0


def speed() -> Iterator[str]:
    """Lines of a table; the quickest of a few turns counts."""
    models: dict[str, LocalModel] = {
        model.model: model for model in (LocalEmbedder(threads=1), MultilingualEmbedder(threads=1))
    }
    yield "| model | chunk of 178 tokens, ms | of MiniLM's rate | question, ms |\n|---|---|---|---|"
    chunks: dict[str, float] = dict.fromkeys(models, np.inf)
    questions = dict(chunks)
    for _ in range(TURNS):
        for name, model in models.items():
            chunks[name] = min(chunks[name], _of_a_chunk(model))
            questions[name] = min(questions[name], _of_a_question(model))
    first, *_ = chunks.values()
    for name in models:
        yield f"| {name} | {chunks[name] * 1e3:.1f} | {first / chunks[name]:.2f} | {questions[name] * 1e3:.1f} |"


def _of_a_chunk(model: LocalModel) -> float:
    text = "many people walked slowly along the river " * CHUNK_TOKENS
    chunk = text[: model.tokenizer.ends(text)[CHUNK_TOKENS - 3]]
    start = time.process_time()
    list(model.embed_documents([[chunk] * CHUNKS]))
    return (time.process_time() - start) / CHUNKS


def _of_a_question(model: LocalModel) -> float:
    start = time.process_time()
    for _ in range(QUESTIONS):
        model.embed_queries([QUESTION], timeout_seconds=SECONDS)
    return (time.process_time() - start) / QUESTIONS


def in_fewer_bytes(folder: Path, named: Sequence[str]) -> Iterator[str]:
    """Lines of a table, a collection each: dense and hybrid, float32 and with questions by int8."""
    yield "| collection | dense | by int8 | hybrid | by int8 |\n|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as scratch:
        whole = installed_model_files()
        shrink(whole.weights, Path(scratch) / INT8_WEIGHTS)
        small = LocalEmbedder(ModelFiles(weights=Path(scratch) / INT8_WEIGHTS, tokenizer=whole.tokenizer))
        for name in collections(folder, list(named)):
            collection = read_collection(folder / name)
            cache = CACHE / f"models-{name.replace('/', '-')}.npz"
            embedder = CachingEmbedder(LocalEmbedder(whole), cache)
            texts = [_fitting(f"{each.title or ''} {each.text}".strip(), embedder) for each in collection.documents]
            batches = (texts[at : at + BATCH] for at in range(0, len(texts), BATCH))
            vectors = np.concatenate(list(embedder.embed_documents(batches)))
            asked = list(collection.queries.values())
            both = [each.embed_queries(asked, timeout_seconds=SECONDS) for each in (embedder, small)]
            embedder.close()
            (dense, hybrid), (dense8, hybrid8) = (_found(collection, texts, vectors, each) for each in both)
            yield f"| {name} | {dense:.4f} | {dense8 - dense:+.4f} | {hybrid:.4f} | {hybrid8 - hybrid:+.4f} |"


def _fitting(text: str, embedder: CachingEmbedder) -> str:
    ends = embedder.tokenizer.ends(text)
    return text if len(ends) <= embedder.max_tokens else text[: ends[embedder.max_tokens - 1]]


def _found(collection: TestCollection, texts: Sequence[str], vectors: Vectors, asked: Vectors) -> tuple[float, float]:
    """nDCG@10 of the vectors alone, and of them and words."""
    names = {f"{place:07d}": str(each.name) for place, each in enumerate(collection.documents)}
    ids = list(names)
    scores: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        write_index(Path(folder), zip(ids, texts, strict=True), stamp="")
        index = LexicalIndex(Path(folder))
        for (key, question), vector in zip(collection.queries.items(), asked, strict=True):
            cosines = vectors @ vector
            near = [ids[row] for row in np.argsort(-cosines, kind="stable")[:DEPTH]]
            words = index.scores(question)
            every = sorted({*near, *(match.chunk_id for match in words.top(DEPTH))})
            fused = fuse(every, cosines[[int(each) for each in every]], words.of(every), max_bm25=words.max_bm25)
            judged = collection.judgements[key]
            scores.append(
                (
                    ndcg([names[each] for each in near], judged, 10),
                    ndcg([names[each.chunk_id] for each in fused], judged, 10),
                )
            )
    dense, hybrid = np.mean(scores, axis=0)
    return float(dense), float(hybrid)


def languages(folder: Path) -> Iterator[str]:
    """Lines of a table: each language asked in itself and in English."""
    yield "| text | question | dense | lexical | hybrid |\n|---|---|---|---|---|"
    settings = IngestSettings(embedding_model=MULTILINGUAL_MODEL)
    for text in collections(folder, []):
        for question in dict.fromkeys((text, "en")):
            with tempfile.TemporaryDirectory() as scratch:
                pair = Path(scratch) / f"{text}-asked-in-{question}"
                shutil.copytree(folder / text, pair)
                shutil.copyfile(folder / question / "queries.jsonl", pair / "queries.jsonl")
                found = evaluate(pair, settings, EvalOptions(split=False, cache=CACHE))
            scores = " | ".join(f"{found.measures[mode]['ndcg@10']:.3f}" for mode in MODES)
            yield f"| {text} | {question} | {scores} |"


def main() -> None:
    what, *rest = sys.argv[1:] or ["speed"]
    if what == "speed":
        lines = speed()
    elif what == "bytes":
        lines = in_fewer_bytes(Path(rest[0]), rest[1:])
    else:
        lines = languages(Path(rest[0]))
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    main()
