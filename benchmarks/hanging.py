"""What other answers cost while 200 questions hang on a model that never answers: python -m benchmarks.hanging

`handler serve` is a process, and so are the callers whose questions hang. Their deadline, the longest that can be set,
is beyond the measuring: 200 that ask again in one moment are a flood, which is another matter.
Goals: the 99th percentile of GET /documents and of a search by words is at most three times that of an idle server.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import os
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from benchmarks.turns import Goal, Outcome, arguments, finish
from tests.handler.conftest import API_KEY, ENTRY
from tests.handler.fuzz import ingest
from tests.handler.serving import serving
from tests.openai_server import KEY, embeddings_server

HANGING = 200
SECONDS = 30.0
DEADLINE_SECONDS = 45
SETTLED_SECONDS = 2.0
PAUSE_SECONDS = 0.01
HEADERS = {"Authorization": f"Bearer {API_KEY}"}
WAYS = ("documents", "by words")


@contextlib.contextmanager
def mute() -> Iterator[str]:
    """An endpoint that takes every connection and never answers; yields its URL."""
    taken: list[socket.socket] = []

    def take() -> None:
        with contextlib.suppress(OSError):
            while True:
                taken.append(listener.accept()[0])

    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


def hang(url: str, key: str, callers: int) -> None:
    """So many callers, each of whom asks again when it is answered. The key is told: each process makes its own."""

    async def call() -> None:
        place = urlsplit(url)
        body = json.dumps({"query": "how long is the warranty?", "mode": "dense"})
        head = (
            f"POST /search HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        while True:
            writer.write((head + body).encode())
            answered = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in answered.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))

    async def all_of_them() -> None:
        await asyncio.gather(*(call() for _ in range(callers)))

    asyncio.run(all_of_them())


def asked(url: str, seconds: float) -> dict[str, list[float]]:
    """Milliseconds of each answer."""
    taken: dict[str, list[float]] = {way: [] for way in WAYS}
    with httpx2.Client(base_url=url, headers=HEADERS, timeout=60) as client:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for way in WAYS:
                started = time.perf_counter()
                if way == "documents":
                    answer = client.get("/documents")
                else:
                    answer = client.post("/search", json={"query": "warranty", "mode": "lexical"})
                answer.raise_for_status()
                taken[way].append((time.perf_counter() - started) * 1000)
                time.sleep(PAUSE_SECONDS)
    return taken


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    given = arguments(__doc__).parse_args(argv)
    seconds, callers = (1.0, 10) if given.small else (SECONDS, HANGING)
    with tempfile.TemporaryDirectory() as folder, mute() as silent:
        with embeddings_server() as server:
            ingest(Path(folder), server)
        environment = {
            "PATH": os.environ["PATH"],
            "CHROMA_PATH": folder,
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": silent,
            "API_KEYS": str(ENTRY),
            "DEADLINE_SECONDS": str(DEADLINE_SECONDS),
        }
        with serving(**environment) as served:
            asked(served.url, SETTLED_SECONDS)
            idle = asked(served.url, seconds)
            process = multiprocessing.get_context("spawn").Process(
                target=hang, args=(served.url, API_KEY, callers), daemon=True
            )
            process.start()
            try:
                time.sleep(SETTLED_SECONDS)
                meanwhile = asked(served.url, seconds)
            finally:
                process.terminate()
                process.join()
    outcome = Outcome("hanging", figures={"questions that hang": callers})
    for way in WAYS:
        cuts = [statistics.quantiles(each[way], n=100) for each in (idle, meanwhile)]
        for name, found in zip(("idle", "meanwhile"), cuts, strict=True):
            outcome.figures |= {f"{way}, {name}, p{each} ms": found[each - 1] for each in (50, 95, 99)}
        ratio = cuts[1][98] / cuts[0][98]
        outcome.goals.append(Goal(f"{way}: p99 beside an idle server's", 3.0, ratio, at_least=False))
    finish(outcome, given)


if __name__ == "__main__":
    main(sys.argv[1:])
