"""What a reranker adds to a search beside its own thinking: python -m benchmarks.rerank [RERANK_URL]

Searches the sample corpus with the local model, plainly and with a reranker over 10, 30 and 100 candidates, in turns of
one run. Without a URL the reranker is a server on loopback that answers at once, so that what is left is our own share:
more chunks read, the request, the new order. With RERANK_URL (and RERANK_API_KEY, RERANK_MODEL) it is the real one.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from corpus.opening import open_corpus
from corpus.searching.corpus import Corpus
from corpus.searching.rerank import reranker_of
from corpus.settings import LOCAL_MODEL
from examples.build import EXAMPLES
from ingest.command.add import AddOptions, add_documents
from ingest.settings import IngestSettings
from tests.loopback import listening

ROUNDS = 8
CANDIDATES = (10, 30, 100)
TOP_K = 5


class _AtOnce(BaseHTTPRequestHandler):
    """Cohere's interface; scores fall with the place."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        count = len(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["documents"])
        results = [{"index": place, "relevance_score": 1 - place / count} for place in range(count)]
        content = json.dumps({"results": results}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def loopback() -> Iterator[str]:
    with listening(_AtOnce) as url:
        yield f"{url}/v2/rerank"


def measure(url: str, folder: Path) -> None:
    settings = IngestSettings(
        chroma_path=folder, embedding_model=LOCAL_MODEL, source_root=EXAMPLES, rerank_url=url, search_mode="hybrid"
    )
    add_documents([str(EXAMPLES / "handbook")], settings, AddOptions())
    questions = [str(each["question"]) for each in json.loads((EXAMPLES / "questions.json").read_text("utf-8"))]
    with open_corpus(settings) as opened:
        chunks = opened.store.count()
        kinds = {"plain": Corpus(opened.store, opened.embedder)} | {
            f"{count} candidates": Corpus(
                opened.store, opened.embedder, reranker=reranker_of(settings), rerank_candidates=count
            )
            for count in CANDIDATES
        }
        times: dict[str, list[float]] = {name: [] for name in kinds}
        for question in questions * ROUNDS:
            for name, corpus in kinds.items():
                started = time.perf_counter()
                corpus.search(question, top_k=TOP_K, timeout_seconds=60)
                times[name].append((time.perf_counter() - started) * 1e3)
    print(f"{chunks} chunks, {len(questions) * ROUNDS} searches each")
    for name, found in times.items():
        p50, p95 = statistics.median(found), statistics.quantiles(found, n=20)[-1]
        print(f"{name}: p50 {p50:.1f} ms ({p50 / statistics.median(times['plain']):.2f} of plain), p95 {p95:.1f} ms")


def main() -> None:
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url = sys.argv[1] if len(sys.argv) > 1 else stack.enter_context(loopback())
        measure(url, Path(folder))


if __name__ == "__main__":
    main()
