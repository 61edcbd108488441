"""What the lexical index costs: python -m benchmarks.lexical [--chunks 10000 100000]

Over made-up chunks of about 1,300 characters (benchmarks.corpora); a question is ten words of a chunk. Writing is
counted in processor seconds (one core), for the neighbours' sake, beside what hashing the bare text takes.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.corpora import PER_DOCUMENT, question, texts
from benchmarks.turns import Comparison, Outcome, arguments, finish, take_turns, turns_of
from corpus.lexical.build import update_index, write_index
from corpus.lexical.index import LexicalIndex
from corpus.records import chunk_id_of, document_id_in, document_id_of
from ingest.reading.reader_child import peak_bytes

SIZES = (10_000, 100_000)
SMALL_SIZES = (100,)
QUESTIONS = 300
SMALL_QUESTIONS = 5
TOP = 100
HALF = {"half": "a"}
HASH = "SHA-256 of the text"


def chunks_of(count: int) -> Iterator[tuple[str, str]]:
    """Chunk ids and texts."""
    for number in range(-(-count // PER_DOCUMENT)):
        document = document_id_of(f"{number}.txt")
        for index, text in enumerate(islice(texts(number), count - number * PER_DOCUMENT)):
            yield chunk_id_of(document, f"{number:012x}", index), text


def writing(chunks: Sequence[tuple[str, str]], folder: Path, *, turns: int) -> Comparison:
    """Making the index, and putting a document in the place of another."""
    contenders = {
        HASH: lambda: [hashlib.sha256(text.encode()).digest() for _, text in chunks],
        "write": lambda: write_index(folder, chunks, stamp="1"),
        "update": lambda: update_index(folder, add=chunks[:PER_DOCUMENT], remove=[], stamp="2"),
    }
    size = sum(len(text) for _, text in chunks) / 1e6
    seconds = take_turns(contenders, turns=turns, clock=time.process_time, warm_up=False)
    documents = dict.fromkeys(document_id_in(chunk_id) for chunk_id, _ in chunks)
    fields = {document_id: {"half": "ab"[place % 2]} for place, document_id in enumerate(documents)}
    write_index(folder, chunks, stamp="1", fields=fields)
    return Comparison(f"{len(chunks):,} chunks", HASH, seconds, size)


def searching(chunks: Sequence[tuple[str, str]], folder: Path, questions: int) -> dict[str, float]:
    """Milliseconds of opening, and of questions at three percentiles, free and among some chunks alone."""
    name = f"{len(chunks):,} chunks"
    LexicalIndex(folder)  # The first pays for what is imported at the first need.
    openings: list[float] = []
    for _ in range(20):
        start = time.perf_counter()
        LexicalIndex(folder)
        openings.append(time.perf_counter() - start)
    index = LexicalIndex(folder)
    free: list[float] = []
    filtered: list[float] = []
    passing = index.passing(HALF)
    for seed in range(questions):
        query, _ = question(seed, max(1, len(chunks) // PER_DOCUMENT), 8)
        for times, among in ((free, None), (filtered, passing)):
            start = time.perf_counter()
            index.scores(query).top(TOP, passing=among)
            times.append(time.perf_counter() - start)
    figures = {f"{name}: open, ms": float(np.median(openings)) * 1e3}
    for kind, times in (("search", free), ("search, half passing", filtered)):
        figures |= {f"{name}: {kind}, p{each} ms": float(np.percentile(times, each)) * 1e3 for each in (50, 95, 99)}
    return figures


def sizes(count: int, folder: Path) -> dict[str, float]:
    """Megabytes on disk, and in memory so far."""
    return {
        f"{count:,} chunks: on disk, MB": sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
        / 1e6,
        f"{count:,} chunks: peak memory, MB": peak_bytes() / 1e6,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = arguments(__doc__)
    parser.add_argument("--chunks", type=int, nargs="+")
    given = parser.parse_args(argv)
    outcome = Outcome("lexical")
    for count in given.chunks or (SMALL_SIZES if given.small else SIZES):
        chunks = list(chunks_of(count))
        with tempfile.TemporaryDirectory() as folder:
            outcome.comparisons.append(writing(chunks, Path(folder), turns=turns_of(given)))
            outcome.figures |= searching(chunks, Path(folder), SMALL_QUESTIONS if given.small else QUESTIONS)
            outcome.figures |= sizes(count, Path(folder))
    finish(outcome, given)


if __name__ == "__main__":
    main(sys.argv[1:])
