"""Killed at any moment (kill -9), the next run ends with exactly the store that an undisturbed run gives."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from corpus.lexical.build import merge_index
from corpus.lexical.index_store import index_folder
from corpus.settings import CorpusSettings
from corpus.store import open_store
from ingest.__main__ import main
from ingest.sync import chunking
from tests.openai_server import EmbeddingsServer, embeddings_server

KILLS = 10
MORE_KILLS = 6
MAX_SECONDS = 4.0  # After so long a run is killed at the latest, however busy the machine.

# Importing costs more than an ingest, and a kill should hit the ingest: what runs is forked from a process that has
# imported all, and used nothing of it.
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["ingest.__main__", "corpus.embedding.openai", "corpus.store.store", "chromadb.api.rust"]
)


@pytest.fixture(scope="module", autouse=True)
def _nothing_goes_on() -> Iterator[None]:
    yield
    # Python ends both with its own process, and has no public way to do so before.
    forkserver._forkserver._stop()  # type: ignore[attr-defined]
    resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined]


def run_ingest(folder: Path, settings: Mapping[str, str], worth_a_process: int) -> None:
    """What a run does; what it says goes to `said.txt`."""
    os.chdir(folder)
    os.environ.update(settings)
    said = os.open("said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(said, stream)
    chunking.WORTH_A_PROCESS = worth_a_process
    sys.argv = ["ingest", "add", "docs", "--prune", "--json"]
    main()


def write_documents(folder: Path, *, version: int) -> None:
    """Sixty documents: most change with the version, some stay, some come and go."""
    for number in range(60):
        path = folder / f"docs/{number:02}.md"
        path.parent.mkdir(exist_ok=True)
        if number % 10 == version % 10:
            path.unlink(missing_ok=True)
            continue
        changing = version if number % 3 else 0
        parts = [
            f"## Part {part}\n\n{f'Document {number}, part {part}, version {changing}. ' * 30}" for part in range(9)
        ]
        path.write_text(f"# Document {number}\n\n" + "\n\n".join(parts) + "\n")
        # What is written again with the same content keeps its time in the store.
        os.utime(path, (1.6e9 + changing, 1.6e9 + changing))


def start(folder: Path, server: EmbeddingsServer, store: str, *, beside: bool) -> ForkServerProcess:
    """A run that reads, cuts and writes in processes of their own, or reads so alone."""
    # Alone, a second process that reads would only be one more to start.
    settings = {**server.environment, "CHROMA_PATH": store} | ({} if beside else {"WORKERS": "1"})
    process = CONTEXT.Process(target=run_ingest, args=(folder, settings, 0 if beside else chunking.WORTH_A_PROCESS))
    process.start()
    return process


def finish(folder: Path, process: ForkServerProcess) -> None:
    process.join(120)
    assert process.exitcode == 0, (folder / "said.txt").read_text()


def content_of(path: Path) -> dict[str, tuple[str, dict[str, object], list[float]]]:
    """Everything stored but the time of storing: text, metadata and vector of each chunk by its id."""
    with open_store(CorpusSettings(chroma_path=path)) as store:
        rows = {chunk_id: (text, metadata) for chunk_id, metadata, text in store.rows.read(None, texts=True)}
        vectors = {
            chunk_id: vector.tolist()
            for page in store.rows.pages(rows, ["embeddings"])
            for chunk_id, vector in zip(page["ids"], page["embeddings"], strict=True)
        }
        return {
            chunk_id: (text, {name: metadata[name] for name in metadata if name != "ingested_at"}, vectors[chunk_id])
            for chunk_id, (text, metadata) in rows.items()
        }


def index_of(path: Path) -> dict[str, bytes]:
    """The files of the index of words, which as one segment are the same for the same chunks whatever came before."""
    with open_store(CorpusSettings(chroma_path=path)) as store:
        assert len(store.lexical_index.index()) == store.count()
    folder = index_folder(path, "corpus")
    merge_index(folder)
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def killed(folder: Path, server: EmbeddingsServer, *, beside: bool, kills: int) -> Path:
    """A store whose runs were killed again and again, but for the last one."""
    moment = random.Random(7)  # noqa: S311 - no secret
    write_documents(folder, version=0)
    started = time.monotonic()
    finish(folder, start(folder, server, "measured", beside=beside))
    longest = min(time.monotonic() - started, MAX_SECONDS)
    landed = 0
    for version in range(kills):
        write_documents(folder, version=version)
        process = start(folder, server, "killed", beside=beside)
        process.join(moment.uniform(0, longest))
        process.kill()
        process.join()  # And no longer: the process that writes may still be at it.
        landed += process.exitcode == -signal.SIGKILL
    assert landed >= kills // 2, "most runs must be hit before they end"
    finish(folder, start(folder, server, "killed", beside=beside))
    return folder / "killed"


@pytest.mark.slow
@pytest.mark.parametrize(("beside", "kills"), [(False, KILLS), (True, MORE_KILLS)], ids=["here", "beside"])
def test_kills_at_random_moments_leave_the_store_of_an_undisturbed_run(
    tmp_path: Path, *, beside: bool, kills: int
) -> None:
    with embeddings_server(latency_seconds=0.02) as server:
        store = killed(tmp_path, server, beside=beside, kills=kills)
        finish(tmp_path, start(tmp_path, server, "undisturbed", beside=False))
    content = content_of(store)
    assert content == content_of(tmp_path / "undisturbed")
    assert len(content) >= 54
    assert index_of(store) == index_of(tmp_path / "undisturbed")
