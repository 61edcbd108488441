"""The local models: python -m benchmarks.models [speed | bytes DATA_DIR [COLLECTION ...] | languages XQUAD_DIR [MODEL]]

`speed`: processor time of a chunk and of a question, both models in turns on one thread, which another load of the
machine changes little. `bytes`: nDCG@10 of all-MiniLM-L6-v2 as ingested (float32), and as a Lambda package asks the
same (questions by int8 weights). `languages`: multilingual-e5-small, or the model named, on collections in BEIR's
layout, a folder for each language, such as `benchmarks.squad` makes of XQuAD: each asked in its own language, and those
with the ids of `en` in English. Vectors are kept in .eval-cache.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.quality import collections, interval
from benchmarks.spans import OURS
from benchmarks.spansets import Piece, cut_all, ours
from corpus.embedding.e5 import MultilingualEmbedder
from corpus.embedding.int8 import shrink
from corpus.embedding.local import LocalModel
from corpus.embedding.minilm import LocalEmbedder
from corpus.embedding.model import Vectors
from corpus.embedding.model_files import INT8_WEIGHTS, ModelFiles, installed_model_files
from corpus.lexical.build import write_index
from corpus.lexical.index import LexicalIndex
from corpus.searching.fusion import DEPTH, fuse
from corpus.searching.language_fit import WELL, fit_of
from corpus.searching.scale import scale_of
from corpus.settings import LOCAL_MODEL, MULTILINGUAL_MODEL
from ingest.evaluation.beir import TestCollection, read_collection
from ingest.evaluation.evaluate import MODES, EvalOptions, cache_file, evaluate
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
ENGLISH = "en"
QUERIES = "queries.jsonl"
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
            collection, pieces, vectors, asked = embedded(folder / name, whole)
            by_small = small.embed_queries(list(collection.queries.values()), timeout_seconds=SECONDS)
            passages = [(piece.at.document, piece.indexed) for piece in pieces]
            of_both = [found(collection, passages, vectors, each, LOCAL_MODEL)[:2] for each in (asked, by_small)]
            (dense, hybrid), (dense8, hybrid8) = of_both
            yield f"| {name} | {dense:.4f} | {dense8 - dense:+.4f} | {hybrid:.4f} | {hybrid8 - hybrid:+.4f} |"


def embedded(folder: Path, files: ModelFiles) -> tuple[TestCollection, list[Piece], Vectors, Vectors]:
    """A collection cut as `ingest add` cuts it, with the vectors of the pieces and of the questions by the model."""
    collection = read_collection(folder)
    embedder = CachingEmbedder(LocalEmbedder(files), cache_file(CACHE, LOCAL_MODEL, folder))
    tokens, overlap = OURS[0]
    pieces = cut_all(collection.documents, ours(embedder.tokenizer, tokens=tokens, overlap=overlap, context=True))
    vectors = np.concatenate(list(embedder.embed_documents(batches([piece.embedded for piece in pieces]))))
    asked = embedder.embed_queries(list(collection.queries.values()), timeout_seconds=SECONDS)
    embedder.close()
    return collection, pieces, vectors, asked


def batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts in requests of a size."""
    return (texts[at : at + BATCH] for at in range(0, len(texts), BATCH))


def found(
    collection: TestCollection, passages: Sequence[tuple[str, str]], vectors: Vectors, asked: Vectors, model: str
) -> tuple[float, float, float]:
    """nDCG@10 of the vectors alone, of them and words, and of both where the language of the question counts nothing.

    A passage is the name of its document and the text of its words; `vectors` are theirs, `asked` the questions'. The
    cosines are exact.
    """
    ids = [f"{place:07d}" for place in range(len(passages))]
    scale = scale_of(model)
    scores: list[list[float]] = []
    with tempfile.TemporaryDirectory() as folder:
        write_index(Path(folder), zip(ids, (text for _, text in passages), strict=True), stamp="")
        index = LexicalIndex(Path(folder))
        for (key, question), vector in zip(collection.queries.items(), asked, strict=True):
            cosines = vectors @ vector
            near = [ids[row] for row in np.argsort(-cosines, kind="stable")[:DEPTH]]
            words = index.scores(question)
            every = sorted({*near, *(match.chunk_id for match in words.top(DEPTH))})
            on_scale, bm25 = scale.of(cosines[[int(each) for each in every]]), words.of(every)
            rankings = [near]
            for fit in (fit_of(model, question, index.spoken, chunks=len(index)), WELL):
                fused = fuse(every, on_scale, bm25, max_bm25=words.max_bm25, fit=fit)
                rankings.append([each.chunk_id for each in fused])
            documents = [list(dict.fromkeys(passages[int(each)][0] for each in ranked)) for ranked in rankings]
            scores.append([ndcg(each, collection.judgements[key], 10) for each in documents])
    dense, hybrid, fully = np.mean(scores, axis=0)
    return float(dense), float(hybrid), float(fully)


def languages(folder: Path, model: str) -> Iterator[str]:
    """Lines of a table: each language asked in itself, and in English where those are the same questions."""
    yield "| text | question | dense | lexical | hybrid | hybrid − better (95 %) |\n|---|---|---|---|---|---|"
    settings = IngestSettings(embedding_model=model)
    for text in collections(folder, []):
        for question in dict.fromkeys((text, ENGLISH)):
            if _questions(folder / question).keys() != _questions(folder / text).keys():
                continue
            with tempfile.TemporaryDirectory() as scratch:
                pair = Path(scratch) / text
                shutil.copytree(folder / text, pair)
                shutil.copyfile(folder / question / QUERIES, pair / QUERIES)
                measured = evaluate(pair, settings, EvalOptions(split=False, cache=CACHE))
            scores = " | ".join(f"{measured.measures[mode]['ndcg@10']:.3f}" for mode in MODES)
            yield f"| {text} | {question} | {scores} | {interval(measured)} |"


def _questions(folder: Path) -> dict[str, str]:
    lines = (folder / QUERIES).read_text("utf-8").splitlines() if (folder / QUERIES).exists() else []
    return {each["_id"]: each["text"] for each in map(json.loads, lines)}


def main() -> None:
    what, *rest = sys.argv[1:] or ["speed"]
    if what == "speed":
        lines = speed()
    elif what == "bytes":
        lines = in_fewer_bytes(Path(rest[0]), rest[1:])
    else:
        lines = languages(Path(rest[0]), *(rest[1:] or [MULTILINGUAL_MODEL]))
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    main()
