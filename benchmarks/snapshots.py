"""Publishing, opening and changing a snapshot by its size, and what a question costs meanwhile.

python -m benchmarks.snapshots [--chunks 1000 10000 100000] [--dimensions 1536]

A store is published to a folder, opened from there by a process of its own, asked again and again, and changed over to
a second version, in which a document in a hundred is new, while the questions go on.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks.corpora import PER_DOCUMENT, Known, document, make_store, published, question
from benchmarks.turns import Outcome, arguments, finish
from corpus.lexical.index_store import FOLDER as LEXICAL
from corpus.snapshot.manifest import SQLITE, Manifest
from corpus.snapshot.publish import publish
from corpus.store import open_store
from corpus.store.chunk_file import FOLDER as CHUNKS
from corpus.store.hnsw_files import DATA_FILE, LABELS_FILE
from corpus.store.mapped import FOLDER as VECTORS
from corpus.store.sketch import FOLDER as SKETCH

SIZES = (1_000, 10_000, 100_000)
SMALL_SIZES = (100,)
# As in benchmarks.queries.
LARGE = 50_000
LARGE_DIMENSIONS = 512
QUESTIONS = 50
TOP_K = 5
PARTS = {
    DATA_FILE: "vectors and the links between them",
    LABELS_FILE: "ids of the vectors",
    CHUNKS: "texts and metadata",
    LEXICAL: "index of words",
    VECTORS: "where each vector lies",
    SKETCH: "sketch of the vectors",
    SQLITE: "Chroma's SQLite file",
}


def seconds(work: Callable[[], object]) -> float:
    """By the clock."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def folder_mb(folder: Path) -> float:
    """What its files hold."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def peak_mb() -> float:
    """The most memory that this process had."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM"))


def bytes_by_part(manifest: Manifest) -> dict[str, float]:
    """Where a version's bytes go: for each of its parts, bytes a chunk."""
    parts: dict[str, float] = {}
    for file in manifest.files:
        folder, _, name = file.path.partition("/")
        part = PARTS.get(folder) or PARTS.get(name.rpartition("/")[2], "the rest of Chroma's index")
        parts[f"bytes a chunk, {part}"] = parts.get(f"bytes a chunk, {part}", 0.0) + file.bytes / manifest.chunks
    return {"bytes a chunk": manifest.bytes / manifest.chunks, **parts}


def measure(scratch: Path, chunks: int, dimensions: int) -> dict[str, float]:
    """All figures of one size; the reader's are measured in a process that has read nothing else."""
    settings = make_store(scratch / "store", chunks, dimensions)
    place = str(scratch / "published")
    publishing = seconds(partial(publish, settings, place))
    command = [sys.executable, "-m", "benchmarks.snapshots", "--read", str(scratch), str(chunks), str(dimensions)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdin
        assert reader.stdout
        opened = json.loads(reader.stdout.readline())
        with open_store(settings) as store:
            new = max(1, chunks // PER_DOCUMENT // 100)
            store.write([document(number, dimensions, change="changed") for number in range(new)])
        again = publish(settings, place)
        changed = json.loads(reader.communicate("published\n")[0])
    return {
        "store on disk, MB": folder_mb(scratch / "store"),
        "snapshot, MB": again.manifest.bytes / 1e6,
        **bytes_by_part(again.manifest),
        "publish, s": publishing,
        **opened,
        "moved after a change of 1 % of the documents, MB": again.moved / 1e6,
        **changed,
    }


def read(scratch: Path, chunks: int, dimensions: int) -> None:
    """The reader's part: print what opening costs, wait for a second version, and print what the change costs."""
    documents = max(1, chunks // PER_DOCUMENT)
    asked = dict(question(seed, documents, dimensions) for seed in range(QUESTIONS))
    live = published(scratch, Known(dimensions, asked), refresh=0)
    opening = seconds(live.current)
    corpus = live.current()

    def ask(query: str) -> float:
        return seconds(lambda: corpus.search(query, top_k=TOP_K, timeout_seconds=10)) * 1e3

    for query in asked:
        ask(query)
    quiet = [ask(query) for query in asked]
    at_most = f"most of {QUESTIONS}"
    print(
        json.dumps(
            {
                "open, s": opening,
                "reader's copy on disk, MB": folder_mb(scratch / "cache"),
                "peak memory, MB": peak_mb(),
                "question, median ms": statistics.median(quiet),
                f"question, {at_most}, ms": max(quiet),
            }
        ),
        flush=True,
    )
    sys.stdin.readline()
    during: list[float] = []
    started = time.perf_counter()
    looking = threading.Thread(target=live.current)
    looking.start()
    while not during or looking.is_alive() or live.current() is corpus:
        during += [ask(query) for query in asked]
    changed = {
        "change-over, s": time.perf_counter() - started,
        f"question meanwhile, most of {len(during)}, ms": max(during),
        "peak memory with two versions, MB": peak_mb(),
    }
    corpus = live.current()
    after = [ask(query) for query in asked]
    print(json.dumps(changed | {f"question after it, {at_most}, ms": max(after)}), flush=True)
    # Nothing that is open is worth closing.
    os._exit(0)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = arguments(__doc__)
    parser.add_argument("--chunks", type=int, nargs="+")
    parser.add_argument("--dimensions", type=int, default=1536)
    given = parser.parse_args(argv)
    outcome = Outcome("snapshots")
    for chunks in given.chunks or (SMALL_SIZES if given.small else SIZES):
        dimensions = min(given.dimensions, LARGE_DIMENSIONS) if chunks > LARGE else given.dimensions
        with tempfile.TemporaryDirectory() as scratch:
            found = measure(Path(scratch), chunks, dimensions)
        outcome.figures |= {f"{chunks:,} x {dimensions}: {what}": value for what, value in found.items()}
    finish(outcome, given)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        read(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    else:
        main(sys.argv[1:])
