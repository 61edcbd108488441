"""What one changed document costs an embedded store, all but embedding: python -m benchmarks.changed [--chunks 100000]

The steps of `ingest add` on made-up chunks: open the store, list what is stored, write the document of 50 chunks, bring
the index of words up to date. Seconds of the processor, for the neighbours' sake; the median of all turns.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from benchmarks.corpora import document, make_store
from benchmarks.turns import Goal, Outcome, arguments, finish, turns_of
from corpus.settings import CorpusSettings
from corpus.store import open_store
from ingest.sync.lexical_index import bring_up_to_date

T = TypeVar("T")
DIMENSIONS = 64  # What is stored of a vector is the same work for each number.
WANTED_SECONDS = 0.5


def changed(settings: CorpusSettings, turn: int, spent: dict[str, list[float]]) -> None:
    """Change one document."""

    def timed(name: str, work: Callable[[], T]) -> T:
        started = time.process_time()
        done = work()
        spent.setdefault(name, []).append(time.process_time() - started)
        return done

    written = document(turn, DIMENSIONS, change=f" turn{turn}")
    with timed("open", lambda: open_store(settings)) as store:
        before = {each.document_id: each for each in timed("list", store.documents)}
        timed("write", lambda: store.write([written]))
        after = {**before, written[0].document_id: written[0]}
        timed("index", lambda: bring_up_to_date(store, before=before, after=after))


def measure(folder: Path, chunks: int, turns: int) -> Outcome:
    """All of it."""
    settings = make_store(folder, chunks, DIMENSIONS)
    spent: dict[str, list[float]] = {}
    for turn in range(turns):
        changed(settings, turn, spent)
    outcome = Outcome("changed")
    outcome.figures = {f"{chunks:,} chunks: {name}, s": statistics.median(each) for name, each in spent.items()}
    outcome.goals = [Goal("one changed document, s", WANTED_SECONDS, sum(outcome.figures.values()), at_least=False)]
    return outcome


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = arguments(__doc__)
    parser.add_argument("--chunks", type=int)
    given = parser.parse_args(argv)
    chunks = given.chunks or (200 if given.small else 100_000)
    with tempfile.TemporaryDirectory() as folder:
        finish(measure(Path(folder), chunks, turns_of(given)), given)


if __name__ == "__main__":
    main(sys.argv[1:])
