"""What a question costs while another process ingests: python -m benchmarks.meanwhile [--chunks 10000]

`handler serve` answers one question after the other over an embedded store that holds as many chunks, first with nobody
else there, then while `ingest add` brings in the rest, by an embeddings endpoint of its own. Each part is a process.
Goal: a question meanwhile takes at most twice its time.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx2

from benchmarks.embeddings_server import ROOT, Endpoint, endpoint
from benchmarks.ingest import write_files
from benchmarks.turns import Goal, Outcome, arguments, finish
from tests.handler.conftest import API_KEY, ENTRY
from tests.handler.serving import serving

CHUNK_BYTES = 1_450  # About so many of the files' bytes make a chunk.
FILE_BYTES = 20_000
IDLE_SECONDS = 15.0
SMALL_IDLE_SECONDS = 1.0
PAUSE_SECONDS = 0.05
LATENCY_SECONDS = 0.02
MODES = ("hybrid", "dense", "lexical")
HEADERS = {"Authorization": f"Bearer {API_KEY}"}
WORDS = ("warranty claim", "the captain of the ship", "a letter from her sister", "cold winter night", "price of bread")


def ingest(folder: Path, store: Path, server: Endpoint) -> subprocess.Popen[bytes]:
    """`ingest add` over the folder, begun."""
    environment = {**os.environ, **server.environment(), "CHROMA_PATH": str(store), "SOURCE_ROOT": str(folder)}
    command = [sys.executable, "-m", "ingest", "add", str(folder), "--json"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def ask(url: str, go_on: Callable[[], bool]) -> dict[str, list[float]]:
    """Milliseconds of each answer, by the way of searching."""
    taken: dict[str, list[float]] = {mode: [] for mode in MODES}
    number = 0
    with httpx2.Client(base_url=url, headers=HEADERS, timeout=60) as client:
        while go_on():
            mode = MODES[number % len(MODES)]
            question = {"query": f"{WORDS[number % len(WORDS)]} {number}", "mode": mode}
            started = time.perf_counter()
            client.post("/search", json=question).raise_for_status()
            taken[mode].append((time.perf_counter() - started) * 1000)
            number += 1
            time.sleep(PAUSE_SECONDS)
    return taken


def figures_of(name: str, taken: dict[str, list[float]]) -> dict[str, float]:
    """Mean and percentiles by mode."""
    figures: dict[str, float] = {}
    for mode, times in taken.items():
        cuts = statistics.quantiles(times, n=100)
        figures |= {f"{name}, {mode}, mean ms": statistics.mean(times)}
        figures |= {f"{name}, {mode}, p{each} ms": cuts[each - 1] for each in (50, 95, 99)}
    return figures


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = arguments(__doc__)
    parser.add_argument("--chunks", type=int, default=10_000)
    given = parser.parse_args(argv)
    files = max(8, (200 if given.small else given.chunks) * CHUNK_BYTES // FILE_BYTES)
    with (
        tempfile.TemporaryDirectory() as name,
        endpoint(LATENCY_SECONDS) as asked,
        endpoint(LATENCY_SECONDS) as ingesting,
    ):
        store, folder = Path(name, "store"), Path(name, "files")
        write_files(folder, 2 * files, FILE_BYTES)
        late = Path(name, "late")
        late.mkdir()
        for path in sorted(folder.rglob("*.md"))[files:]:
            path.rename(late / path.name)
        if ingest(folder, store, ingesting).wait():
            sys.exit("ingest failed")
        environment = {"PATH": os.environ["PATH"], "CHROMA_PATH": str(store), "API_KEYS": str(ENTRY)}
        with serving(**environment, **asked.environment()) as served:
            until = time.monotonic() + 2.0
            ask(served.url, lambda: time.monotonic() < until)
            until = time.monotonic() + (SMALL_IDLE_SECONDS if given.small else IDLE_SECONDS)
            idle = ask(served.url, lambda: time.monotonic() < until)
            started = time.monotonic()
            process = ingest(late, store, ingesting)
            during = ask(served.url, lambda: process.poll() is None)
            seconds = time.monotonic() - started
    outcome = Outcome("meanwhile", figures={"seconds of the ingest": seconds})
    outcome.figures |= figures_of("alone", idle) | figures_of("meanwhile", during)
    for mode in MODES:
        ratio = statistics.mean(during[mode]) / statistics.mean(idle[mode])
        outcome.goals.append(Goal(f"{mode}: mean time meanwhile beside alone", 2.0, ratio, at_least=False))
    finish(outcome, given)


if __name__ == "__main__":
    main(sys.argv[1:])
