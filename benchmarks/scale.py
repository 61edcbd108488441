"""What scale costs, beside bare Chroma: python -m benchmarks.scale [--sizes 10000 100000] [--dimensions 384] [--write]
                                                               [--parts write_bare ask_bare]

Made-up chunks go into an embedded store with its index of words, and by `collection.add` into bare Chroma; then each is
asked, by a process of its own: the embedded store, its published snapshot, a Chroma server over it, and bare Chroma.
What was measured is kept in .bench/scale.json, so that large sizes may be measured another day; the tables have all of
it, and beyond it what follows from it (benchmarks/extrapolated.py). --write puts them into docs/scale.md.
A million chunks take hours, and 20 GB of disk; --parts has some of it measured alone, such as bare Chroma.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import chromadb

from benchmarks.__main__ import ROOT, SAVED, write
from benchmarks.corpora import PER_DOCUMENT, Known, document, make_store, published, question
from benchmarks.extrapolated import tables
from benchmarks.queries import in_process
from benchmarks.snapshots import folder_mb, peak_mb
from benchmarks.turns import machine
from corpus.collection import METRIC
from corpus.searching.corpus import Corpus
from corpus.settings import CorpusSettings
from corpus.snapshot.publish import publish
from corpus.store import open_store, read_store
from corpus.store.document_writes import Written
from corpus.stored import metadata_of
from ingest.sync.lexical_index import bring_up_to_date
from tests.chroma_server import chroma_server

PAGE = ROOT / "docs" / "scale.md"
KEPT = SAVED / "scale.json"
SIZES = (10_000, 100_000)
SMALL_SIZES = (200, 400)
DIMENSIONS = 384
QUESTIONS, WARM = 100, 3
TOP_K = 5
TOGETHER = 20  # Documents in a write: a thousand chunks.
BARE = "bare"
PARTS = ("write_bare", "write_ours", "ask_bare", "ask_embedded", "ask_snapshot", "ask_server")
Figures = dict[str, float]


def groups(chunks: int, dimensions: int) -> Iterator[list[Written]]:
    """The documents, so many together."""
    documents = max(1, chunks // PER_DOCUMENT)
    for start in range(0, documents, TOGETHER):
        yield [document(number, dimensions) for number in range(start, min(start + TOGETHER, documents))]


def timed(groups: Iterable[list[Written]], store: Callable[[list[Written]], object]) -> float:
    """Processor seconds of the writes alone."""
    return sum(processor_seconds(partial(store, group)) for group in groups)


def processor_seconds(work: Callable[[], object]) -> float:
    """Of all threads of this process, which a busy machine does not change."""
    started = time.process_time()
    work()
    return time.process_time() - started


def server_seconds() -> float:
    """Processor seconds of the processes that this one has started."""
    spent = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text("utf-8").rpartition(")")[2].split()
            spent += int(fields[11]) + int(fields[12]) if int(fields[1]) == os.getpid() else 0
    return spent / os.sysconf("SC_CLK_TCK")


def write_bare(folder: Path, chunks: int, dimensions: int) -> Figures:
    """Ids, vectors and texts, and no more."""
    client = chromadb.PersistentClient(str(folder / BARE))
    made: Any = {"hnsw": {"space": METRIC}}
    collection = client.create_collection(BARE, configuration=made, embedding_function=None)

    def add(group: list[Written]) -> None:
        for _, pieces, vectors in group:
            ids = [piece.chunk_id for piece in pieces]
            collection.add(ids=ids, embeddings=vectors, documents=[piece.text for piece in pieces])

    taken = timed(groups(chunks, dimensions), add)
    return {
        "bare: write, s": taken,
        "bare: memory of the writer, MB": peak_mb(),
        "bare: disk, MB": folder_mb(folder / BARE),
    }


def write_ours(folder: Path, chunks: int, dimensions: int) -> Figures:
    """Whole documents, the index of words, and a snapshot of both. `logical` is what is sent to Chroma Cloud."""
    settings = make_store(folder / "store", 0, dimensions)
    logical = 0

    def counted() -> Iterator[list[Written]]:
        nonlocal logical
        for group in groups(chunks, dimensions):
            for record, pieces, vectors in group:
                logical += vectors.nbytes
                logical += sum(len(f"{piece.text}{metadata_of(piece, record)}".encode()) for piece in pieces)
            yield group

    with open_store(settings) as store:
        taken = timed(counted(), store.write)
        after = {each.document_id: each for each in store.documents()}
        words = processor_seconds(lambda: bring_up_to_date(store, before={}, after=after))
    peak = peak_mb()
    started = time.process_time()
    made = publish(settings, str(folder / "published"))
    publishing = time.process_time() - started
    return {
        "write, s": taken,
        "index of words, s": words,
        "memory of the writer, MB": peak,
        "disk, MB": folder_mb(folder / "store"),
        "publish, s": publishing,
        "snapshot, MB": made.manifest.bytes / 1e6,
        "logical, MB": logical / 1e6,
    }


def ask_bare(folder: Path, chunks: int, dimensions: int) -> Figures:
    """One query after the other."""
    collection = chromadb.PersistentClient(str(folder / BARE)).get_collection(BARE, embedding_function=None)
    found = milliseconds(
        chunks, dimensions, lambda _: lambda _text, vector: collection.query(query_embeddings=[vector], n_results=TOP_K)
    )
    return {"bare: question, ms": found, "bare: memory of who answers, MB": peak_mb()}


def ask_embedded(folder: Path, chunks: int, dimensions: int) -> Figures:
    """By words and by meaning, as a caller asks."""
    settings = CorpusSettings(chroma_path=folder / "store")
    with read_store(settings) as store:
        found = milliseconds(chunks, dimensions, lambda known: in_process(Corpus(store, known), "hybrid"))
    return {"embedded: question, ms": found, "embedded: memory of who answers, MB": peak_mb()}


def ask_snapshot(folder: Path, chunks: int, dimensions: int) -> Figures:
    """What a Lambda does."""
    opening = time.process_time()
    opened = 0.0

    def ask(known: Known) -> Any:
        nonlocal opened
        corpus = published(folder, known, refresh=86_400).current()
        opened = time.process_time() - opening
        return in_process(corpus, "hybrid")

    found = milliseconds(chunks, dimensions, ask)
    return {
        "snapshot: open, s": opened,
        "snapshot: question, ms": found,
        "snapshot: memory of who answers, MB": peak_mb(),
    }


def ask_server(folder: Path, chunks: int, dimensions: int) -> Figures:
    """By meaning alone: the folder's index of words is not the server's."""
    with chroma_server(folder / "store") as url, read_store(CorpusSettings(chroma_url=url)) as store:
        found = milliseconds(chunks, dimensions, lambda known: in_process(Corpus(store, known), "dense"))
    server = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    return {"server: question, ms": found, "server: memory, MB": server}


def milliseconds(chunks: int, dimensions: int, open_: Callable[[Known], Any]) -> float:
    """Processor time of a question, here and in a server: the mean of QUESTIONS, the first few left out."""
    asked = dict(question(seed, max(1, chunks // PER_DOCUMENT), dimensions) for seed in range(QUESTIONS + WARM))
    ask = open_(Known(dimensions, asked))
    several = list(asked.items())
    for each in several[:WARM]:
        ask(*each)
    there = server_seconds()
    here = processor_seconds(lambda: [ask(*each) for each in several[WARM:]])
    return (here + server_seconds() - there) / QUESTIONS * 1e3


def measure(chunks: int, dimensions: int, parts: Iterable[str]) -> Figures:
    """Each in a process of its own, for its memory."""
    found: Figures = {}
    with tempfile.TemporaryDirectory() as scratch:
        for part in parts:
            words = ["--part", part, "--folder", scratch, "--sizes", str(chunks), "--dimensions", str(dimensions)]
            command = [sys.executable, "-m", "benchmarks.scale", *words]
            done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
            found |= json.loads(done.stdout.splitlines()[-1])
            print(f"{chunks:,} x {dimensions}, {part}: {done.stdout.splitlines()[-1]}", flush=True)
    return found | {"load average": machine()["load_average"]}


def saved() -> dict[str, Figures]:
    """What was measured before, by size."""
    found: dict[str, Figures] = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    return found


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="in chunks; none prints what is kept")
    parser.add_argument("--dimensions", type=int, default=DIMENSIONS)
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=PARTS, help="of it; what writes before what asks")
    parser.add_argument("--small", action="store_true", help="tiny sizes, to see that it runs; nothing is kept")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/scale.md")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(argv)
    if given.part:
        print(json.dumps(globals()[given.part](given.folder, given.sizes[0], given.dimensions)))
        return
    kept: dict[str, Figures] = {}
    for chunks in SMALL_SIZES if given.small else given.sizes:
        kept[str(chunks)] = measure(chunks, given.dimensions, given.parts)
        if not given.small:
            kept[str(chunks)] = saved().get(str(chunks), {}) | kept[str(chunks)]
            SAVED.mkdir(exist_ok=True)
            KEPT.write_text(json.dumps(saved() | kept, indent=1) + "\n", "utf-8")
    kept = kept if given.small else saved()
    if not any("logical, MB" in each and "bare: write, s" in each for each in kept.values()):
        parser.exit(message="The tables need all --parts of one size at least.\n")
    found = tables({int(size): figures for size, figures in kept.items()}, given.dimensions)
    print(found)
    if given.write:
        day = datetime.now(UTC).date().isoformat()
        load = max(figures["load average"] for figures in kept.values())
        about = f"`python -m benchmarks.scale --write`, {day}, {machine()['processors']} processors, "
        about += f"load average up to {load:.0f}."
        write(PAGE, "scale", f"<!-- scale -->\n{about}\n\n{found}\n<!-- end scale -->")


if __name__ == "__main__":
    main()
