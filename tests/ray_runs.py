"""What `ingest add --on` promises, on Ray itself; not part of `make test`.

Prints a line for each promise, and exits with 1 where one is not kept.
`make ray` installs Ray in an environment of its own and runs this.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from corpus import __version__
from corpus.embedding.choice import collection_for, embedder_for_new_collection
from corpus.store import open_store
from ingest.command.add import AddOptions, add_documents
from ingest.onray import session as sessions
from ingest.onray.machines import EmbedderOnRay
from ingest.onray.parcels import Orders
from ingest.settings import IngestSettings
from ingest.sources.descriptions import Description
from tests.openai_server import KEY, EmbeddingsServer, embeddings_server

KILLS = 20
failed: list[str] = []


def say(name: str, *, kept: bool, figure: str) -> None:
    """One promise's line."""
    print(f"{'kept' if kept else 'NOT KEPT':9}{name}: {figure}", flush=True)
    if not kept:
        failed.append(name)


def settings(folder: Path, store: str, server: EmbeddingsServer, workers: int) -> IngestSettings:
    """Of a store in the folder."""
    return IngestSettings.model_validate(
        {
            "chroma_path": folder / store,
            "source_root": folder / "docs",
            "workers": workers,
            "openai_api_key": KEY,
            "openai_base_url": server.url,
            "embedding_dimensions": 16,
        }
    )


def rows(folder: Path, store: str, server: EmbeddingsServer) -> dict[str, Any]:
    """All that is stored but the time of storing."""
    with open_store(settings(folder, store, server, 1)) as opened:
        found: dict[str, list[Any]] = {
            chunk_id: [text, metadata] for chunk_id, metadata, text in opened.rows.read(None, texts=True)
        }
        for page in opened.rows.pages(list(found), ["embeddings"]):
            for chunk_id, vector in zip(page["ids"], page["embeddings"], strict=True):
                found[chunk_id].append(list(map(float, vector)))
    for _, metadata, _ in found.values():
        metadata.pop("ingested_at", None)
    return found


def write(folder: Path, count: int, *, salt: str = "") -> None:
    (folder / "docs").mkdir(exist_ok=True)
    for number in range(count):
        text = f"# Pump {number} {salt}\n\nIt hums at {number} bar.\n\n" + f"Seal {number} of {salt or 'steel'}. " * 40
        (folder / "docs" / f"{number:05}.md").write_text(text)


def add(folder: Path, store: str, server: EmbeddingsServer, *, on: str | None = None, workers: int = 2) -> float:
    """Seconds that a run takes."""
    started = time.monotonic()
    report = add_documents([str(folder / "docs")], settings(folder, store, server, workers), AddOptions(on=on))
    if report.failed:
        sys.exit(f"Not a fair comparison: {report.failed[:3]}")
    return time.monotonic() - started


def workers_of_ray() -> list[int]:
    """The processes that do our tasks."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                name = (entry / "cmdline").read_bytes().split(b"\0")[0].decode(errors="replace")
                if name.startswith("ray::") and "IDLE" not in name:
                    found.append(int(entry.name))
    return found


@contextlib.contextmanager
def killing(most: int) -> Iterator[list[int]]:
    """Workers killed at random, until so many are."""
    killed: list[int] = []
    done = threading.Event()

    def kill() -> None:
        while len(killed) < most and not done.wait(random.uniform(0.2, 1.0)):  # noqa: S311 - nothing secret
            if busy := workers_of_ray():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(victim := random.choice(busy), signal.SIGKILL)  # noqa: S311 - as above
                    killed.append(victim)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        done.set()
        thread.join()


def equal(folder: Path, server: EmbeddingsServer, on: str) -> None:
    write(folder, 300)
    add(folder, "here", server)
    add(folder, "there", server, on=on)
    here = rows(folder, "here", server)
    say("rows equal those of a run here", kept=here == rows(folder, "there", server), figure=f"{len(here)} rows")


def killed_workers(folder: Path, server: EmbeddingsServer, on: str) -> None:
    server.latency_seconds = 0.3
    total = 0
    is_equal = True
    for attempt in range(10):
        if total >= KILLS:
            break
        write(folder, 300, salt=str(attempt))
        with killing(KILLS - total) as killed:
            add(folder, "there", server, on=on)
        total += len(killed)
        server.latency_seconds = 0.0
        add(folder, "here", server)
        server.latency_seconds = 0.3
        is_equal = is_equal and rows(folder, "here", server) == rows(folder, "there", server)
    server.latency_seconds = 0.0
    say("workers killed at random", kept=is_equal and total >= KILLS, figure=f"{total} killed, rows equal: {is_equal}")


def killed_driver(folder: Path, server: EmbeddingsServer, on: str) -> None:
    write(folder, 300, salt="driver")
    code = (
        "import sys; from pathlib import Path; from types import SimpleNamespace; from tests import ray_runs;"
        "ray_runs.add(Path(sys.argv[1]), 'there', SimpleNamespace(url=sys.argv[2]), on=sys.argv[3])"
    )
    server.latency_seconds = 0.5
    driver = subprocess.Popen(
        [sys.executable, "-c", code, str(folder), server.url, on], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    before = len(server.requests)
    while len(server.requests) < before + 3 and driver.poll() is None:
        time.sleep(0.05)
    driver.kill()
    driver.wait()
    server.latency_seconds = 0.0
    add(folder, "there", server, on=on)
    add(folder, "here", server)
    kept = rows(folder, "here", server) == rows(folder, "there", server)
    say("the driver killed, then run again", kept=kept, figure=f"rows equal: {kept}")


def throughput(server: EmbeddingsServer) -> None:
    """A batch of texts takes 1 s a request, two at a time for each worker."""
    seconds = {}
    server.latency_seconds = 1.0
    for workers in (1, 8):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write(folder, 1)
            warm = [[f"warm {number}"] for number in range(2 * workers)]
            texts = [[f"text {number} of batch {batch}" for number in range(48)] for batch in range(64)]
            with sessions.session("ray", workers=workers, orders=partial(orders_of, folder, server)) as opened:
                list(EmbedderOnRay(opened).embed_documents(warm))
                started = time.monotonic()
                list(EmbedderOnRay(opened).embed_documents(texts))
                seconds[workers] = time.monotonic() - started
    server.latency_seconds = 0.0
    ratio = seconds[1] / seconds[8]
    figure = f"{seconds[1]:.1f} s / {seconds[8]:.1f} s = {ratio:.1f}"
    say("eight workers against one, 1 s a request", kept=ratio >= 6, figure=figure)


def orders_of(folder: Path, server: EmbeddingsServer) -> object:
    given = settings(folder, "unused", server, 1)
    embedder = embedder_for_new_collection(given)
    return Orders(
        version=__version__,
        settings=given,
        password=None,
        description=Description(),
        options="",
        collection=collection_for(embedder, given),
        tokenizer=embedder.tokenizer,
        max_bytes=None,
    )


def overhead(folder: Path, server: EmbeddingsServer, on: str, count: int) -> None:
    """Small files; Ray's own start, which is measured apart, is taken off."""
    write(folder, count)
    started = time.monotonic()
    with sessions.session(on, workers=2, orders=lambda: orders_of(folder, server)):
        up = time.monotonic() - started
    here, there = add(folder, "here", server), add(folder, "there", server, on=on) - up
    ratio = there / here
    figure = f"{there:.1f} s / {here:.1f} s = {ratio:.2f}, once Ray is up ({up:.1f} s)"
    say(f"{count} small files", kept=ratio <= 1.3, figure=figure)
    here, there = add(folder, "here", server), add(folder, "there", server, on=on)
    ratio = there / here
    figure = f"{there:.1f} s / {here:.1f} s = {ratio:.2f}, Ray not started"
    say(f"{count} unchanged files", kept=ratio <= 1.2, figure=figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="ray", help="ray, or ray://host:10001")
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("only", nargs="*", default=["equal", "workers", "driver", "throughput", "overhead"])
    given = parser.parse_args()
    with embeddings_server() as server:
        for name in given.only:
            with tempfile.TemporaryDirectory() as folder:
                match name:
                    case "equal":
                        equal(Path(folder), server, given.address)
                    case "workers":
                        killed_workers(Path(folder), server, given.address)
                    case "driver":
                        killed_driver(Path(folder), server, given.address)
                    case "throughput":
                        throughput(server)
                    case "overhead":
                        overhead(Path(folder), server, given.address, given.files)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
