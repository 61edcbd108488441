"""What a question costs beside Chroma's own query, by mode, by way in, and by the number of chunks.

python -m benchmarks.queries [--chunks 1000 10000 100000] [--dimensions 1536] [--plot FILE.svg]

Ours answers from a published snapshot, as a Lambda does, Chroma from the store that it was made of. Asking the model is
left out everywhere: its vectors are known. Every question goes to each contender in turn.
"""

from __future__ import annotations

import http.client
import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from mangum import Mangum

from benchmarks.corpora import FILTERABLE, PER_DOCUMENT, Known, make_store, published, question
from benchmarks.plots import line_plot
from benchmarks.turns import Comparison, Goal, Outcome, arguments, finish
from corpus.embedding.model import Vectors
from corpus.searching.corpus import Corpus
from corpus.settings import SearchMode
from corpus.snapshot.publish import publish
from corpus.store import Store, open_store
from handler.app import create_app
from handler.settings import HandlerSettings
from tests.handler.events import http_api
from tests.handler.running import running

SIZES = (1_000, 10_000, 100_000)
SMALL_SIZES = (100, 200)
# Chroma builds 100,000 vectors of 1,536 dimensions for many minutes; what is measured grows with either alike.
LARGE = 50_000
LARGE_DIMENSIONS = 512
QUESTIONS = 200
SMALL_QUESTIONS = 4
TOP_K = 5
HALF = {"meta.half": "a"}
TWENTIETH = {"meta.year": 2001}
BARE = "bare query"

Ask = Callable[[str, Vectors], object]


def over_http(url: str, body: Mapping[str, object]) -> Ask:
    """Questions over one connection."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc)

    def ask(query: str, _: Vectors) -> object:
        content = json.dumps({"query": query, "top_k": TOP_K, **body})
        connection.request("POST", "/search", content, {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
        assert response.status == 200, answer
        return answer

    return ask


def through_mangum(adapter: Mangum, body: Mapping[str, object]) -> Ask:
    """Questions as events of an HTTP API."""

    def ask(query: str, _: Vectors) -> object:
        event = http_api("POST", "/search", json.dumps({"query": query, "top_k": TOP_K, **body}))
        answer = adapter(event, None)  # type: ignore[arg-type]  # Without a context, as some emulators call.
        assert answer["statusCode"] == 200, answer
        return answer

    return ask


def in_process(corpus: Corpus, mode: SearchMode) -> Ask:
    """Questions to the corpus itself."""
    return lambda query, _: corpus.search(query, top_k=TOP_K, mode=mode, timeout_seconds=10)


def bare(store: Store, where: Mapping[str, object] | None = None) -> Ask:
    """What the same answer costs in Chroma alone."""
    collection = store.rows.collection
    return lambda _, vector: collection.query(query_embeddings=[vector], n_results=TOP_K, where=where)


def measure(chunks: int, dimensions: int, questions: int) -> Comparison:
    """Every contender's seconds for each question."""
    asked = dict(question(seed, max(1, chunks // PER_DOCUMENT), dimensions) for seed in range(questions + 3))
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = make_store(scratch / "store", chunks, dimensions)
        publish(settings, str(scratch / "published"))
        store = stack.enter_context(open_store(settings))
        corpus = published(scratch, Known(dimensions, asked), refresh=86_400).current()
        given = {"auth": "none", "filterable": FILTERABLE}
        app = create_app(HandlerSettings.model_validate(given), lambda _: corpus)
        url = stack.enter_context(running(app))
        mangum = partial(through_mangum, Mangum(app, lifespan="off"))
        contenders = {
            BARE: bare(store),
            "search, dense": in_process(corpus, "dense"),
            "search, lexical": in_process(corpus, "lexical"),
            "search, hybrid": in_process(corpus, "hybrid"),
            "Mangum, dense": mangum({"mode": "dense"}),
            "Mangum, hybrid": mangum({}),
            "HTTP, hybrid": over_http(url, {}),
            "bare query, half": bare(store, HALF),
            "bare query, 1 in 20": bare(store, TWENTIETH),
            "Mangum, hybrid, half": mangum({"half": "a"}),
            "Mangum, hybrid, 1 in 20": mangum({"year": 2001}),
        }
        seconds: dict[str, list[float]] = {name: [] for name in contenders}
        for number, (query, vector) in enumerate(asked.items()):
            for name, ask in contenders.items():
                start = time.perf_counter()
                ask(query, vector)
                # The first few warm up.
                if number >= 3:
                    seconds[name].append(time.perf_counter() - start)
    return Comparison(subject=f"{chunks:,} x {dimensions}", base=BARE, seconds=seconds)


def figures(found: Comparison) -> dict[str, float]:
    """Milliseconds at three percentiles."""
    return {
        f"{found.subject}: {name}, p{percentile} ms": float(np.percentile(times, percentile)) * 1e3
        for name, times in found.seconds.items()
        for percentile in (50, 95, 99)
    }


def goals(found: Comparison, chunks: int) -> list[Goal]:
    """What issues 5 and 7 ask for, at the sizes that they name."""
    if chunks < 10_000:
        return []
    if chunks < 100_000:
        return [
            Goal(f"{found.subject}: {name} beside a bare query", 2.0, found.ratio_of_medians(name), at_least=False)
            for name in ("Mangum, dense", "Mangum, hybrid")
        ]
    return [
        Goal(f"{found.subject}: {name} beside unfiltered", 3.0, found.ratio_of_medians(name, plain), at_least=False)
        for plain in ("Mangum, hybrid",)
        for name in (f"{plain}, half", f"{plain}, 1 in 20")
    ]


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = arguments(__doc__)
    parser.add_argument("--chunks", type=int, nargs="+")
    parser.add_argument("--dimensions", type=int, default=1536)
    parser.add_argument("--plot", type=Path, metavar="FILE.svg")
    given = parser.parse_args(argv)
    sizes = given.chunks or (SMALL_SIZES if given.small else SIZES)
    outcome = Outcome("queries")
    for chunks in sizes:
        dimensions = min(given.dimensions, LARGE_DIMENSIONS) if chunks > LARGE else given.dimensions
        found = measure(chunks, dimensions, SMALL_QUESTIONS if given.small else QUESTIONS)
        outcome.comparisons.append(found)
        outcome.figures |= figures(found)
        outcome.goals += goals(found, chunks)
    if given.plot:
        given.plot.write_text(growth(outcome, sizes), "utf-8")
    finish(outcome, given)


def growth(outcome: Outcome, sizes: Sequence[int]) -> str:
    """A plot of the medians by the number of chunks."""
    names = (BARE, "Mangum, dense", "Mangum, hybrid", "Mangum, hybrid, half", "bare query, half")
    lines = {
        name: [(size, found.median(name) * 1e3) for size, found in zip(sizes, outcome.comparisons, strict=True)]
        for name in names
    }
    return line_plot(lines, title="A question's median, in milliseconds, by chunks")


if __name__ == "__main__":
    main(sys.argv[1:])
