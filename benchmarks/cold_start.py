"""Cold start by phases, restore, warm search and memory of the Lambda package, on one core.

python -m benchmarks.cold_start [--chunks 10000] [--dimensions 1536]

The package is dist/lambda.zip as `make lambda` builds it. Beside it stand the bare libraries, the
package without bytecode, one that was neither pruned nor compiled, and one with the local model. The embeddings
endpoint is on loopback. Not with --small: the last two, which are built first.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks.corpora import PER_DOCUMENT, document, make_store
from benchmarks.starting import (
    BARE,
    BARE_SCRIPT,
    EVENT,
    HANDLER,
    HANDLER_SCRIPT,
    PHASES,
    Start,
    asked_of_package,
    unpacked,
)
from benchmarks.turns import Comparison, Goal, Outcome, arguments, finish, take_turns, turns_of
from corpus.settings import LOCAL_MODEL, CorpusSettings
from corpus.snapshot.publish import Published, publish
from corpus.store import open_store
from infra import package
from infra.build_lambda import find_python, install, locks_of
from tests.lambda_ import tools
from tests.lambda_.runtime_api import snap_start
from tests.openai_server import EmbeddingsServer, embeddings_server

LOCAL_DIMENSIONS = 384


def bare_libraries(folder: Path) -> Path:
    """chromadb, fastapi, mangum and what they bring, pruned and compiled: what CHROMA_SERVER=1 puts into a package."""
    folder.mkdir()
    install(folder, locks_of(None, chroma_server=True), machine="x86_64", installer="auto")
    package.prune(folder, chroma_server=True)
    package.compile_bytecode(folder, find_python())
    return folder


def without_bytecode(task: Path, folder: Path) -> Path:
    """The same package, not compiled."""
    shutil.copytree(task, folder, copy_function=os.link, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def installed(folder: Path, *, local_model: str | None) -> Path:
    """The dependencies as they are installed, and our modules."""
    folder.mkdir()
    install(folder, locks_of(local_model, chroma_server=False), machine="x86_64", installer="auto")
    package.copy_ours(folder, local_model=local_model)
    return folder


def with_local_model(folder: Path) -> Path:
    """What LOCAL_MODEL=1 builds."""
    installed(folder, local_model=LOCAL_MODEL)
    package.prune(folder)
    package.compile_bytecode(folder, find_python())
    return folder


def snapshot(folder: Path, settings: CorpusSettings) -> Published:
    """Publish the store into the folder."""
    return publish(settings, str(folder))


def starts(
    task: Path, bare: Path, scratch: Path, settings: CorpusSettings, dimensions: int, server: EmbeddingsServer
) -> dict[str, Start]:
    """The contenders that every run has."""
    snapshot(scratch / "published", settings)
    # What Chroma alone opens.
    copy = shutil.copytree(settings.chroma_path, scratch / "copy")
    given = {"AUTH": "none", "SNAPSHOT_URL": str(scratch / "published"), **server.environment}
    handler = partial(Start, HANDLER_SCRIPT, variables=given)
    return {
        BARE: Start(BARE_SCRIPT, [str(bare), str(copy), str(dimensions)]),
        HANDLER: handler([str(task), json.dumps(EVENT)]),
        "handler, not compiled": handler([str(without_bytecode(task, scratch / "plain")), json.dumps(EVENT)]),
    }


def more_starts(scratch: Path, chunks: int, server: EmbeddingsServer) -> dict[str, Start]:
    """Those whose packages are built first."""
    given = {"AUTH": "none", "SNAPSHOT_URL": str(scratch / "published"), **server.environment}
    as_installed = installed(scratch / "installed", local_model=None)
    local = with_local_model(scratch / "local")
    settings = make_store(scratch / "small", chunks, LOCAL_DIMENSIONS, model=LOCAL_MODEL)
    snapshot(scratch / "published-local", settings)
    given_local = {"AUTH": "none", "SNAPSHOT_URL": str(scratch / "published-local")}
    return {
        "handler, neither pruned nor compiled": Start(HANDLER_SCRIPT, [str(as_installed), json.dumps(EVENT)], given),
        "handler, local model": Start(HANDLER_SCRIPT, [str(local), json.dumps(EVENT)], given_local),
    }


def restored(task: Path, folder: Path, given: Mapping[str, str], times: int) -> float:
    """The median of milliseconds from the restore to the first answer, without what AWS takes for the machine."""
    tools.runtime()
    found = []
    for _ in range(times):
        with snap_start(task, folder, given) as function:
            started = time.perf_counter()
            function.restore()
            function.invoke(EVENT)
            found.append((time.perf_counter() - started) * 1000)
    return statistics.median(found)


def after_change(settings: CorpusSettings, folder: Path, chunks: int, dimensions: int) -> Published:
    """Publish again after one document in a hundred has changed."""
    count = max(1, chunks // PER_DOCUMENT // 100)
    with open_store(settings) as store:
        store.write([document(number, dimensions, change="changed") for number in range(count)])
    return publish(settings, str(folder))


def figures(started: Mapping[str, Start]) -> dict[str, float]:
    """Medians of the phases and the most memory."""
    phases = {f"{name}: {phase}, ms": start.median(phase) for name, start in started.items() for phase in PHASES}
    warm = {f"{name}: warm answer without embedding, ms": start.median("warm_ms") for name, start in started.items()}
    peaks = {f"{name}: peak memory, MB": max(start.all("peak_mb")) for name, start in started.items()}
    return phases | warm | peaks


def goals(cold: Comparison, started: Mapping[str, Start], restore_ms: float, chunks: int) -> list[Goal]:
    """What was asked for."""
    worst = "handler, neither pruned nor compiled"
    warm = started[HANDLER].median("warm_ms") / started[BARE].median("warm_ms")
    found = [
        Goal("cold start beside the bare libraries", 1.4, cold.ratio(HANDLER), at_least=False),
        Goal("restore to first answer, ms", 50.0, restore_ms, at_least=False),
        Goal("warm answer beside a bare query", 2.0, warm, at_least=False),
        Goal(
            "peak memory, MB", 700.0 if chunks > 50_000 else 300.0, max(started[HANDLER].all("peak_mb")), at_least=False
        ),
    ]
    if worst in cold.seconds:
        found.append(Goal(f"cold start beside {worst}", 0.5, cold.ratio(HANDLER, worst), at_least=False))
    return found


def measure(task: Path, bare: Path, scratch: Path, chunks: int, dimensions: int, turns: int, *, small: bool) -> Outcome:
    """All of it."""
    with embeddings_server(dimensions=dimensions) as server:
        settings = make_store(scratch / "store", chunks, dimensions)
        started = starts(task, bare, scratch, settings, dimensions, server)
        if not small:
            started |= more_starts(scratch, chunks, server)
        contenders: dict[str, Callable[[], object]] = dict(started)
        if not small:
            # The first start of each fills the system's cache of files.
            take_turns(contenders, turns=1, warm_up=False)
            for start in started.values():
                start.clear()
        take_turns(contenders, turns=turns, warm_up=False)
        cold = Comparison(
            f"{chunks:,} x {dimensions}", BARE, {name: start.all("all") for name, start in started.items()}
        )
        given = {"AUTH": "none", "SNAPSHOT_URL": str(scratch / "published"), **server.environment}
        restore_ms = restored(task, scratch, given, turns)
        again = after_change(settings, scratch / "published", chunks, dimensions)
    outcome = Outcome("cold_start", [cold], figures(started), goals(cold, started, restore_ms, chunks))
    outcome.figures |= {
        "restore to first answer, ms": restore_ms,
        "snapshot, MB": again.manifest.bytes / 1e6,
        "moved after a change of 1 % of the documents, MB": again.moved / 1e6,
    }
    return outcome


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = arguments(__doc__)
    parser.add_argument("--chunks", type=int)
    parser.add_argument("--dimensions", type=int, default=1536)
    parser.add_argument(
        "--bare", type=Path, metavar="FOLDER", help="the bare libraries, where they are installed already"
    )
    given = asked_of_package(parser, argv)
    chunks = given.chunks or (200 if given.small else 10_000)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        task = unpacked(given.zip, folder / "task")
        bare = given.bare or bare_libraries(folder / BARE)
        outcome = measure(task, bare, folder, chunks, given.dimensions, turns_of(given), small=given.small)
    finish(outcome, given)


if __name__ == "__main__":
    main(sys.argv[1:])
