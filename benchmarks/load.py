"""Many callers at once against `handler serve`: python -m benchmarks.load [--clients 50] [--seconds 60]

Everything runs on this machine, each part as a process of its own: the handler over the sample corpus, the embeddings
endpoint, and the callers, who speak HTTP over bare sockets so that they cost little. Each asks again as soon as it is
answered. Goals: no error but 429 where a limit is set, p99 below 10 times p50, and memory that does not grow.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.turns import Goal, Outcome, arguments, finish
from examples.build import EXAMPLES
from tests.handler.conftest import API_KEY, ENTRY
from tests.handler.fuzz import ingest
from tests.handler.serving import serving
from tests.openai_server import KEY, EmbeddingsServer, embeddings_server

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
MEGABYTE = 1_000_000
WARM_SECONDS = 2.0
FLAT = 5.0  # Megabytes a minute; a leak of a kilobyte a request would be 10 or more.


@dataclass
class Measured:
    """Milliseconds of each answer, how many had which status, (seconds, bytes) of the server's memory, and the seconds
    that it had of the processors.
    """

    seconds: float
    processor_seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    memory: list[tuple[float, int]] = field(default_factory=list)


def outcome_of(measured: Measured, *, clients: int, limited: bool) -> Outcome:
    """The figures and whether they will do."""
    cuts = statistics.quantiles(measured.milliseconds, n=100)
    # Caches fill first.
    later = [point for point in measured.memory if point[0] >= measured.seconds / 3] or measured.memory
    slope = statistics.linear_regression(*zip(*later, strict=True)).slope if len(later) > 1 else 0.0
    allowed = {200, 429} if limited else {200}
    errors = sum(count for status, count in measured.statuses.items() if status not in allowed)
    growth = slope * 60 / MEGABYTE
    figures = {
        "clients": clients,
        "seconds": measured.seconds,
        "requests a second": len(measured.milliseconds) / measured.seconds,
        "handler's processor time, ms a request": measured.processor_seconds * 1000 / len(measured.milliseconds),
        **{f"p{percent} ms": cuts[percent - 1] for percent in (50, 95, 99)},
        **{f"answers {status}": float(count) for status, count in sorted(measured.statuses.items())},
        "memory at the start, MB": measured.memory[0][1] / MEGABYTE,
        "memory at the end, MB": measured.memory[-1][1] / MEGABYTE,
    }
    goals = [
        Goal("answers that are errors", 0.0, errors, at_least=False),
        Goal("p99 beside p50", 10.0, cuts[98] / cuts[49], at_least=False),
        Goal("growth of memory, MB a minute", FLAT, growth, at_least=False),
    ]
    return Outcome("load", figures=figures, goals=goals)


async def load(url: str, bodies: Sequence[bytes], *, clients: int, seconds: float, pid: int) -> Measured:
    """Have so many clients ask for so long."""
    host, port = urlsplit(url).hostname or "", urlsplit(url).port or 80
    # What is read and made at the first request is another benchmark's.
    warm = min(WARM_SECONDS, seconds)
    await _ask(host, port, bodies, until=time.monotonic() + warm, measured=Measured(warm))
    measured = Measured(seconds)
    started, spent = time.monotonic(), processor_seconds(pid)
    asking = [
        asyncio.create_task(_ask(host, port, bodies[number:], until=started + seconds, measured=measured))
        for number in range(clients)
    ]
    while time.monotonic() < started + seconds:
        measured.memory.append((time.monotonic() - started, memory_bytes(pid)))
        await asyncio.sleep(min(1.0, seconds / 10))
    await asyncio.gather(*asking)
    measured.memory.append((time.monotonic() - started, memory_bytes(pid)))
    measured.processor_seconds = processor_seconds(pid) - spent
    return measured


async def _ask(host: str, port: int, bodies: Sequence[bytes], *, until: float, measured: Measured) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    number = 0
    while (started := time.monotonic()) < until:
        writer.write(bodies[number % len(bodies)])
        number += 1
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
        measured.milliseconds.append((time.monotonic() - started) * 1000)
        measured.statuses[int(head.split()[1])] += 1
    writer.close()
    await writer.wait_closed()


def memory_bytes(pid: int) -> int:
    """What the process holds in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES


def processor_seconds(pid: int) -> float:
    """What the process has had of the processors, in its own code and in the system's."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def requests_of(questions: Sequence[str], *, count: int) -> list[bytes]:
    """Different requests, as they go over the wire."""
    made = []
    for number in range(count):
        body = json.dumps(
            {"query": f"{questions[number % len(questions)]} {number}", "top_k": 1 + number % 10}
        ).encode()
        head = (
            f"POST /search HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {API_KEY}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


def _embed(pipe: Connection) -> None:
    with embeddings_server() as server:
        pipe.send(server.url)
        pipe.recv()


@contextmanager
def embedding() -> Iterator[str]:
    """The embeddings endpoint as a process of its own; yields its URL."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_embed, args=(there,))
    process.start()
    try:
        yield here.recv()
    finally:
        here.send("enough")
        process.join()


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = arguments(__doc__)
    parser.add_argument("--clients", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--rate-limit", help="such as 600/minute; 429 is not an error then")
    given = parser.parse_args(argv)
    clients, seconds = given.clients or (10 if given.small else 50), given.seconds or (0.5 if given.small else 60.0)
    questions = [each["question"] for each in json.loads((EXAMPLES / "questions.json").read_text("utf-8"))]
    with tempfile.TemporaryDirectory() as folder, embedding() as embeddings_url:
        documents = EXAMPLES / "handbook" / ("support" if given.small else "")
        ingest(Path(folder), EmbeddingsServer(url=embeddings_url), documents)
        environment = {
            "PATH": os.environ["PATH"],
            "CHROMA_PATH": folder,
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": embeddings_url,
            "API_KEYS": str(ENTRY),
            **({"RATE_LIMIT": given.rate_limit} if given.rate_limit else {}),
        }
        with serving(**environment) as served:
            bodies = requests_of(questions, count=2_000)
            measured = asyncio.run(load(served.url, bodies, clients=clients, seconds=seconds, pid=served.pid))
    finish(outcome_of(measured, clients=clients, limited=bool(given.rate_limit)), given)


if __name__ == "__main__":
    main(sys.argv[1:])
