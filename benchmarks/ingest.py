"""`ingest add` end to end, beside Chroma's bare add and beside two frameworks: python -m benchmarks.ingest

A folder of Markdown goes into an embedded store by an embeddings endpoint on loopback that answers at once, or after
100 ms; ours also into a collection that is in use. Everyone gets a process of its own with its libraries imported, and
is timed by the clock. `bare collection.add` adds the very vectors and texts that ours stored, and does nothing else.

--files 10000 measures instead one first run over so many files, for its memory, and a second one over the same.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Self

from benchmarks.embeddings_server import ROOT, Endpoint, endpoint
from benchmarks.pipelines import CHUNKS, keep_chunks, stored
from benchmarks.samples import made_markdown
from benchmarks.splitting import tiktoken_table
from benchmarks.turns import Comparison, Goal, Outcome, arguments, finish, take_turns, turns_of

BARE = "bare collection.add"
IN_USE = "ours, collection in use"
# Those that are installed; requirements/bench.txt has both.
FRAMEWORKS = [
    name
    for name, package in (("LangChain", "langchain_chroma"), ("LlamaIndex", "llama_index"))
    if importlib.util.find_spec(package)
]
LATENCY_SECONDS = 0.1
SIZE = 5_000_000
FILE_SIZE = 20_000
MANY_FILE_SIZE = 2_000
SMALL_SIZE = 40_000
SMALL_FILES = 20


def write_files(folder: Path, files: int, size: int) -> float:
    """Write so many Markdown files, 100 to a folder; returns how many MB they have."""
    total = 0
    for number, text in enumerate(made_markdown(files, size=size)):
        path = folder / f"{number // 100:03}" / f"{number:05}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        total += path.write_bytes(text.encode())
    return total / 1e6


class Runner:
    """Runs pipelines over one folder, each time into a new store below `scratch`. Use it as a context manager."""

    def __init__(self, scratch: Path, environment: Mapping[str, str]) -> None:
        self.folder = scratch / "files"
        self._scratch = scratch
        self._environment = environment
        self._numbers = count()
        self.taken: dict[str, list[dict[str, Any]]] = {}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.pipelines"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def new_store(self) -> Path:
        return self._scratch / f"store-{next(self._numbers)}"

    def run(self, name: str, server: Endpoint, store: Path | None = None) -> dict[str, Any]:
        """What it took, as benchmarks.pipelines tells it, and the number of chunks."""
        path = store or self.new_store()
        environment = {**self._environment, **server.environment()}
        asked = {"name": name, "folder": str(self.folder), "store": str(path), "environment": environment}
        taken = self._answer(json.dumps(asked))
        if "seconds" not in taken:
            sys.exit(f"{name} failed, as said above.")
        taken["chunks"] = stored(path)
        if name == "ours" and not (self.folder.parent / CHUNKS).exists():
            keep_chunks(path, self.folder)
        if store is None:
            shutil.rmtree(path)
        self.taken.setdefault(name, []).append(taken)
        return taken

    def _answer(self, line: str) -> dict[str, Any]:
        """The next JSON object that it prints; what others print before it is passed over."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        for said in self._process.stdout:
            if said.startswith("{"):
                answer: dict[str, Any] = json.loads(said)
                return answer
        return {}

    def seconds(self) -> float:
        """A clock for `take_turns`: the seconds that all pipelines said they took so far."""
        return sum(float(taken["seconds"]) for runs in self.taken.values() for taken in runs)


def compare(runner: Runner, latency: float, megabytes: float, turns: int, *more: str) -> Comparison:
    """All pipelines at one latency, and `more`."""
    with endpoint(latency) as server:
        if not (runner.folder.parent / CHUNKS).exists():
            runner.run("ours", server)  # Leaves what the bare ones add.
        contenders = {name: partial(runner.run, name, server) for name in (BARE, "ours", *more, *FRAMEWORKS)}
        times = take_turns(contenders, turns=turns, clock=runner.seconds, warm_up=False)
    return Comparison(f"ingest at {latency * 1000:.0f} ms", BARE, times, amount=megabytes)


def both_latencies(runner: Runner, megabytes: float, turns: int) -> Outcome:
    """The comparisons at 0 and 100 ms, and what was asked of them."""
    outcome = Outcome("ingest")
    quick = compare(runner, 0.0, megabytes, turns, IN_USE)
    slow = compare(runner, LATENCY_SECONDS, megabytes, turns)
    outcome.comparisons += [quick, slow]
    outcome.goals += [
        Goal("share of bare add's speed at 0 ms", 0.6, 1 / quick.ratio("ours")),
        Goal("MB/s of Markdown at 0 ms", 1.0, quick.rate("ours")),
        # Against bare add of the same turns, since the two latencies are measured one after the other.
        Goal("share of our own speed at 0 ms that is left at 100 ms", 0.7, quick.ratio("ours") / slow.ratio("ours")),
        *(Goal(f"times the speed of {name} at 100 ms", 3.0, slow.ratio(name, "ours")) for name in FRAMEWORKS),
    ]
    for name in ("ours", *FRAMEWORKS):
        last = runner.taken[name][-1]
        outcome.figures[f"{name}: chunks"] = last["chunks"]
        outcome.figures[f"{name}: peak memory, MB"] = last["peak_mb"]
    return outcome


def many_files(runner: Runner, files: int, megabytes: float) -> Outcome:
    """A first run over many files, and a second over the same."""
    outcome = Outcome(f"ingest of {files:,} files")
    store = runner.new_store()
    with endpoint(0.0) as server:
        first = runner.run("ours", server, store)
        asked = server.requests()
        second = runner.run("ours", server, store)
        again = server.requests() - asked
    outcome.figures = {
        "MB": megabytes,
        "chunks": first["chunks"],
        "first run, seconds": first["seconds"],
        "first run, MB/s": megabytes / first["seconds"],
        "first run, requests": asked,
    }
    outcome.goals = [
        Goal("peak memory of the first run, MB", 1000, first["peak_mb"], at_least=False),
        Goal("peak memory of a process that reads or cuts, MB", 1000, first["child_peak_mb"], at_least=False),
        Goal("second run, seconds", 10, second["seconds"], at_least=False),
        Goal("second run, requests", 0, again, at_least=False),
    ]
    return outcome


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = arguments(__doc__)
    parser.add_argument("--files", type=int, help="measure a first and a second run over so many files instead")
    given = parser.parse_args(argv)
    size = SMALL_SIZE if given.small else SIZE
    with (
        tempfile.TemporaryDirectory() as scratch,
        tiktoken_table() as table,
        Runner(Path(scratch), {"TIKTOKEN_CACHE_DIR": table}) as runner,
    ):
        if given.files:
            files = SMALL_FILES if given.small else given.files
            megabytes = write_files(runner.folder, files, MANY_FILE_SIZE)
            outcome = many_files(runner, files, megabytes)
        else:
            megabytes = write_files(runner.folder, size // FILE_SIZE, FILE_SIZE)
            outcome = both_latencies(runner, megabytes, turns_of(given))
    finish(outcome, given)


if __name__ == "__main__":
    main(sys.argv[1:])
