"""What a question costs under ACCESS=documents, beside one that sees everything: half, a hundredth, a handful visible.

python -m benchmarks.access [--chunks 100000] [--dimensions 64] [--embedded] [--folder FOLDER]

Ours answers from a published snapshot, as a Lambda does, or with --embedded from the store itself. Asking the model is
left out: its vectors are known. Every question goes to each contender in turn.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.corpora import PER_DOCUMENT, Known, document, make_store, published, question
from benchmarks.turns import Comparison, Goal, Outcome, arguments, finish
from corpus.searching.corpus import Corpus
from corpus.searching.view import View
from corpus.settings import CorpusSettings, SearchMode
from corpus.snapshot.publish import publish
from corpus.store import read_store
from corpus.store.document_writes import Written

CHUNKS, SMALL = 100_000, 500
QUESTIONS, FEW_QUESTIONS = 200, 4
TOP_K = 5
FEW = 10  # The chunks of which one in ten thousand is made.
EVERYTHING = "sees everything"
# By name: what a caller is, and how long a question may take beside one that sees everything.
CALLERS: dict[str, tuple[frozenset[str], float]] = {
    "half": (frozenset(["group:half", "everyone"]), 1.3),
    "half, by one of 300 groups": (frozenset(["group:half", *(f"group:{number}" for number in range(300))]), 1.3),
    "1 in 100": (frozenset(["group:hundredth", "everyone"]), 2.0),
    "1 in 10,000": (frozenset(["group:few", "everyone"]), 1.0),
}


def access(number: int) -> tuple[str, ...]:
    """Who sees document `number`."""
    named = {"group:half": number % 2 == 0, "group:hundredth": number % 100 == 1}
    return tuple(name for name, is_named in named.items() if is_named) or ("group:rest",)


def few(number: int, dimensions: int) -> Written:
    """A document of ten chunks that a handful of people see."""
    record, chunks, vectors = document(number, dimensions, access=("group:few",))
    return dataclasses.replace(record, chunks=FEW), chunks[:FEW], vectors[:FEW]


def asking(view: View, mode: SearchMode) -> Callable[[str], object]:
    """Questions to what somebody sees."""
    return lambda query: view.search_each([query], top_k=TOP_K, mode=mode, timeout_seconds=10)


def measure(
    chunks: int, dimensions: int, questions: int, *, embedded: bool, folder: Path | None = None
) -> list[Comparison]:
    """Every contender's seconds for each question, by mode; of the corpus that an earlier run left in `folder`."""
    documents = max(1, chunks // PER_DOCUMENT)
    asked = dict(question(seed, documents, dimensions) for seed in range(questions + 3))
    with ExitStack() as stack:
        scratch = folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = CorpusSettings(chroma_path=scratch / "store")
        if not settings.chroma_path.exists():
            more = [few(documents, dimensions)]
            settings = make_store(settings.chroma_path, chunks, dimensions, access=access, more=more)
        known = Known(dimensions, asked)
        if embedded:
            corpus = stack.enter_context(Corpus(read_store(settings), known))
        else:
            publish(settings, str(scratch / "published"))
            corpus = published(scratch, known, refresh=86_400).current()
        views = {EVERYTHING: View(corpus, None)} | {name: View(corpus, who) for name, (who, _) in CALLERS.items()}
        modes: tuple[SearchMode, ...] = ("hybrid", "dense", "lexical")
        return [_compared(chunks, dimensions, mode, views, list(asked)) for mode in modes]


def _compared(
    chunks: int, dimensions: int, mode: SearchMode, views: dict[str, View], asked: Sequence[str]
) -> Comparison:
    contenders = {name: asking(view, mode) for name, view in views.items()}
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for number, query in enumerate(asked):
        for name, ask in contenders.items():
            start = time.perf_counter()
            ask(query)
            # The first few warm up.
            if number >= 3:
                seconds[name].append(time.perf_counter() - start)
    return Comparison(subject=f"{chunks:,} x {dimensions}, {mode}", base=EVERYTHING, seconds=seconds)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = arguments(__doc__)
    parser.add_argument("--chunks", type=int)
    parser.add_argument("--dimensions", type=int, default=64)
    parser.add_argument("--embedded", action="store_true")
    parser.add_argument("--folder", type=Path, help="make the corpus there, or take the one that is there")
    given = parser.parse_args(argv)
    chunks = given.chunks or (SMALL if given.small else CHUNKS)
    questions = FEW_QUESTIONS if given.small else QUESTIONS
    outcome = Outcome("access")
    for found in measure(chunks, given.dimensions, questions, embedded=given.embedded, folder=given.folder):
        outcome.comparisons.append(found)
        for name in CALLERS:
            outcome.figures[f"{found.subject}: {name}, p50 ms"] = found.median(name) * 1e3
            if chunks >= CHUNKS:
                wanted = CALLERS[name][1]
                what = f"{found.subject}: {name}"
                outcome.goals.append(Goal(what, wanted, found.ratio_of_medians(name), at_least=False))
        outcome.figures[f"{found.subject}: {EVERYTHING}, p50 ms"] = found.median(EVERYTHING) * 1e3
    finish(outcome, given)


if __name__ == "__main__":
    main(sys.argv[1:])
