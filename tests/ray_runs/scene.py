"""A folder of documents, the stores that it goes to, and what is printed of it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.store import open_store
from ingest.command.add import AddOptions, add_documents
from ingest.settings import IngestSettings
from tests.openai_server import EmbeddingsServer

MARK = "RETRIEVAL_ACTION_RAY_RUNS"  # In the environment of all that these runs start.
failed: list[str] = []


def say(name: str, *, kept: bool, figure: str) -> None:
    """One promise's line."""
    print(f"{'kept' if kept else 'NOT KEPT':9}{name}: {figure}", flush=True)
    if not kept:
        failed.append(name)


@dataclass(frozen=True, slots=True)
class Scene:
    """`chroma_url` is a server, where the stores are collections of it and no folders."""

    folder: Path
    server: EmbeddingsServer
    chroma_url: str | None = None

    @property
    def docs(self) -> Path:
        """What is ingested."""
        return self.folder / "docs"

    def environment(self, store: str, workers: int = 2) -> dict[str, str]:
        """The settings of a run into the store."""
        if self.chroma_url is None:
            where = {"CHROMA_PATH": str(self.folder / store)}
        else:
            where = {"CHROMA_URL": self.chroma_url, "CHROMA_COLLECTION": f"{self.folder.name}-{store}"}
        return {
            **where,
            **self.server.environment,
            "SOURCE_ROOT": str(self.docs),
            "WORKERS": str(workers),
            "EMBEDDING_DIMENSIONS": "16",
        }

    def settings(self, store: str, workers: int = 2) -> IngestSettings:
        """The same, read."""
        given = {name.lower(): value for name, value in self.environment(store, workers).items()}
        return IngestSettings.model_validate(given)

    def write(self, count: int, *, salt: str = "") -> None:
        """So many small documents, 500 to a folder."""
        for number in range(count):
            path = self.docs / f"{number // 500:03}" / f"{number:06}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(
                f"# Pump {number} {salt}\n\nIt hums at {number} bar.\n\n" + f"Seal {number} of {salt or 'steel'}. " * 40
            )

    def add(self, store: str, *, on: str | None = None, workers: int = 2) -> float:
        """Seconds that a run takes, which must bring in all."""
        started = time.monotonic()
        report = add_documents([str(self.docs)], self.settings(store, workers), AddOptions(on=on))
        if report.failed:
            sys.exit(f"Not a fair comparison: {report.failed[:3]}")
        return time.monotonic() - started

    def rows(self, store: str) -> dict[str, Any]:
        """All that is stored but the time of storing."""
        with open_store(self.settings(store)) as opened:
            found: dict[str, list[Any]] = {
                chunk_id: [text, metadata] for chunk_id, metadata, text in opened.rows.read(None, texts=True)
            }
            for page in opened.rows.pages(list(found), ["embeddings"]):
                for chunk_id, vector in zip(page["ids"], page["embeddings"], strict=True):
                    found[chunk_id].append(list(map(float, vector)))
        for _, metadata, _ in found.values():
            metadata.pop("ingested_at", None)
        return found

    def same_rows(self) -> bool:
        """Whether both stores hold the same."""
        return self.rows("here") == self.rows("there")

    def command(self, store: str, *words: str, before: str = "", **more: str) -> subprocess.Popen[str]:
        """`ingest add` of the folder, as it is typed; `before` is Python that runs first."""
        code = f"{before}\nimport sys\nfrom ingest.__main__ import main\nsys.argv[0] = 'ingest'\nmain()"
        return subprocess.Popen(
            [sys.executable, "-c", code, "add", str(self.docs), *words],
            env={**os.environ, **self.environment(store), **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def outcome(self, store: str, *words: str, before: str = "", **more: str) -> tuple[int, str, str]:
        """Its exit code, standard output and standard error."""
        process = self.command(store, *words, before=before, **more)
        out, problems = process.communicate(timeout=300)
        return process.returncode, out, problems


@contextlib.contextmanager
def beside(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """That work in a thread of its own; it is told when to end, and waited for."""
    done = threading.Event()
    thread = threading.Thread(target=work, args=(done,))
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def processes(mark: str) -> dict[int, str]:
    """The command lines by id of the processes with that mark in their environment, this one left out."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(entry.name) != os.getpid() and f"{MARK}={mark}".encode() in (entry / "environ").read_bytes():
                found[int(entry.name)] = (entry / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
    return found
