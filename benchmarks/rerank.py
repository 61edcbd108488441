"""What a reranker adds to a search, in time and in answers found: python -m benchmarks.rerank [RERANK_URL]

Searches the sample corpus with the local model, plainly and with a reranker over 10, 30 and 100 candidates, in turns of
one run. Without a URL the reranker is a server on loopback that answers at once, so that what is left is our own share:
more chunks read, the request, the new order. With RERANK_URL (and RERANK_API_KEY, RERANK_MODEL) it is the real one.

Then, with servers on loopback: how many answers come first where the reranker knows the answers to all questions, to
half of them or to none, which it orders by chance; and what happens where it is too slow or answers with a fault.
"""

from __future__ import annotations

import hashlib
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from corpus.corpus_opening import open_corpus
from corpus.searching.corpus import Corpus
from corpus.searching.rerank import HttpReranker, Reranker, reranker_of
from corpus.settings import LOCAL_MODEL
from examples.build import EXAMPLES
from ingest.command.add import AddOptions, add_documents
from ingest.settings import IngestSettings
from tests.rerank_server import RerankServer, rerank_server

ROUNDS = 4
CANDIDATES = (10, 30, 100)
SHAPES = ("jina", "voyage", "tei")  # Beside Cohere's.
TOP_K = 5
SECONDS = 2.0
ANSWERS = {
    str(each["question"]): str(each["answer"]) for each in json.loads((EXAMPLES / "questions.json").read_bytes())
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else None
        settings = IngestSettings(
            chroma_path=Path(folder), embedding_model=LOCAL_MODEL, source_root=EXAMPLES, rerank_url=url
        )
        add_documents([str(EXAMPLES / "handbook")], settings, AddOptions())
        with open_corpus(settings) as opened:
            print(f"{opened.store.count()} chunks, {len(ANSWERS) * ROUNDS} searches each")
            if url:
                latency(opened, reranker_of(settings), CANDIDATES)
                return
            for shape, counts in {"cohere": CANDIDATES, **dict.fromkeys(SHAPES, (30,))}.items():
                with rerank_server(shape) as server:
                    print(f"as {shape}:")
                    latency(opened, HttpReranker(url=server.url, model="any"), counts)
            for share in (1.0, 0.5, 0.0):
                with rerank_server("cohere", knowing(share)) as server:
                    found = mean_reciprocal_rank(with_reranker(opened, HttpReranker(url=server.url, model="any")))
                    print(f"knows {share:.0%} of the answers: MRR@{TOP_K} {found:.3f}")
            print(f"without a reranker: MRR@{TOP_K} {mean_reciprocal_rank(opened):.3f}")
            faults(opened)


def with_reranker(opened: Corpus, reranker: Reranker | None, *, candidates: int = 30) -> Corpus:
    return Corpus(opened.store, opened.embedder, reranker=reranker, rerank_candidates=candidates)


def latency(opened: Corpus, reranker: Reranker | None, counts: Sequence[int]) -> None:
    """Print the medians of a search, plainly and with so many candidates."""
    kinds = {"plain": with_reranker(opened, None)} | {
        f"{count} candidates": with_reranker(opened, reranker, candidates=count) for count in counts
    }
    times: dict[str, list[float]] = {name: [] for name in kinds}
    for question in list(ANSWERS) * ROUNDS:
        for name, corpus in kinds.items():
            started = time.perf_counter()
            corpus.search(question, top_k=TOP_K, timeout_seconds=60)
            times[name].append((time.perf_counter() - started) * 1e3)
    for name, found in times.items():
        p50, p95 = statistics.median(found), statistics.quantiles(found, n=20)[-1]
        print(f"  {name}: p50 {p50:.1f} ms ({p50 / statistics.median(times['plain']):.2f} of plain), p95 {p95:.1f} ms")


def knowing(share: float) -> Callable[[str, str], float]:
    """A reranker's taste: the answer first for this share of the questions, any order for the others."""
    known = set(list(ANSWERS)[: round(share * len(ANSWERS))])

    def score(question: str, passage: str) -> float:
        if question in known:
            return float(holds(passage, ANSWERS[question]))
        return hashlib.sha256(passage.encode()).digest()[0] / 255

    return score


def mean_reciprocal_rank(corpus: Corpus) -> float:
    """Of the first chunk that holds the answer, of `TOP_K`."""
    ranks = []
    for question, answer in ANSWERS.items():
        hits = corpus.search(question, top_k=TOP_K, timeout_seconds=60)
        ranks.append(next((1 / place for place, hit in enumerate(hits, 1) if holds(hit.chunk.text, answer)), 0.0))
    return statistics.mean(ranks)


def holds(passage: str, answer: str) -> bool:
    return " ".join(answer.replace("*", "").split()) in " ".join(passage.replace("*", "").split())


def faults(opened: Corpus) -> None:
    """Print how long a search takes, and whether it answers in its own order, where the reranker does not."""
    question = next(iter(ANSWERS))
    own = [hit.chunk.chunk_id for hit in opened.search(question, top_k=TOP_K, timeout_seconds=60)]

    def told(name: str, server: RerankServer) -> None:
        corpus = with_reranker(opened, HttpReranker(url=server.url, model="any"))
        started = time.perf_counter()
        hits = corpus.search(question, top_k=TOP_K, timeout_seconds=SECONDS)
        spent = time.perf_counter() - started
        order = "search's own order" if [hit.chunk.chunk_id for hit in hits] == own else "ANOTHER ORDER"
        print(f"{name}: {spent:.2f} s of {SECONDS:g}, {order}")

    with rerank_server() as server:
        server.held = threading.Event()
        told("a reranker that does not answer", server)
        server.held.set()
    with rerank_server() as server:
        server.status = 503
        told("a reranker that answers 503", server)


if __name__ == "__main__":
    main()
