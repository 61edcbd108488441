"""Killed at any moment (kill -9), the next run ends with exactly the store that an undisturbed run gives."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpus.lexical.build import merge_index
from corpus.lexical.index_store import index_folder
from corpus.settings import CorpusSettings
from corpus.store import open_store
from ingest.sync import chunking
from tests.openai_server import EmbeddingsServer, embeddings_server

ROOT = Path(__file__).parents[3]
KILLS = 10
MORE_KILLS = 6

# One process that ingests again and again: importing costs more than an ingest, and a kill should hit the ingest.
CHILD = """
import sys
from ingest.sync import chunking
from ingest.__main__ import main
chunking.WORTH_A_PROCESS = int(sys.argv[1])
sys.argv = ["ingest", "add", "docs", "--prune", "--json"]
print("started", flush=True)
main()
"""


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


def start(folder: Path, server: EmbeddingsServer, store: str, *, beside: bool) -> subprocess.Popen[str]:
    """A run that reads, cuts and writes in processes of their own, or reads so alone."""
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, "0" if beside else str(chunking.WORTH_A_PROCESS)],
        cwd=folder,
        env={**os.environ, **server.environment, "CHROMA_PATH": store, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> None:
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said


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
        assert len(store.words.index()) == store.count()
    folder = index_folder(path, "corpus")
    merge_index(folder)
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def killed(folder: Path, server: EmbeddingsServer, *, beside: bool, kills: int, longest: float) -> Path:
    """A store whose runs were killed again and again, but for the last one."""
    moment = random.Random(7)  # noqa: S311 - no secret
    landed = 0
    for version in range(kills):
        write_documents(folder, version=version)
        process = start(folder, server, "killed", beside=beside)
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        time.sleep(moment.uniform(0, longest))
        landed += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()  # And no longer: the process that writes may still be at it.
        process.stdout.close()
    assert landed >= kills // 2, "most runs must be hit before they end"
    finish(start(folder, server, "killed", beside=beside))
    return folder / "killed"


@pytest.mark.parametrize(
    ("beside", "kills", "longest"), [(False, KILLS, 1.5), (True, MORE_KILLS, 4.0)], ids=["here", "beside"]
)
def test_kills_at_random_moments_leave_the_store_of_an_undisturbed_run(
    tmp_path: Path, *, beside: bool, kills: int, longest: float
) -> None:
    with embeddings_server(latency_seconds=0.02) as server:
        store = killed(tmp_path, server, beside=beside, kills=kills, longest=longest)
        finish(start(tmp_path, server, "undisturbed", beside=False))
    content = content_of(store)
    assert content == content_of(tmp_path / "undisturbed")
    assert len(content) >= 54
    assert index_of(store) == index_of(tmp_path / "undisturbed")
