"""`python -m tests.hostile [--requests N …]`: repeats the hostile review and counts; exit code 1 where it found any."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import SecretStr
from starlette.testclient import TestClient

from handler.access.keys import make_key
from handler.mcp.stdio import Stdio
from handler.served import served_app
from handler.settings import HandlerSettings
from ingest.reading.reader_child import peak_bytes
from tests.corpus.snapshot.keeper import keeper_of
from tests.handler.corpora import MANUALS, corpus_settings, write_corpus
from tests.hostile import contents, doors, places
from tests.hostile.commands import COMMANDS, commands
from tests.openai_server import EmbeddingsServer, embeddings_server

MB = 1 << 20
# Of what the first tenth of the requests has taken.
MAX_GROWTH_MB = 64


def resident_mb() -> float:
    """What this process holds now."""
    status = Path("/proc/self/status")
    if not status.exists():
        return peak_bytes() / MB
    return int(status.read_text().partition("VmRSS:")[2].split()[0]) / 1024


def counted(name: str, count: int, found: Iterator[str]) -> int:
    """Run one part; print what it found and how long it took. Returns the number of findings."""
    started = time.monotonic()
    findings = list(found)
    for each in findings[:20]:
        print(f"  {each}")
    print(f"{name}: {count:,} tried, {len(findings)} findings, {time.monotonic() - started:.0f} s", flush=True)
    return len(findings)


def all_doors(folder: Path, server: EmbeddingsServer, given: argparse.Namespace) -> int:
    """Requests and events, and the memory that they leave."""
    corpus = corpus_settings(folder / "manuals", server)
    write_corpus(corpus, MANUALS)
    shutil.copytree(folder / "manuals", folder / "other")
    key, entry = make_key("hostile")
    one = HandlerSettings.model_validate(corpus.model_dump() | {"api_keys": SecretStr(str(entry))})
    places = ",".join(f"{name}=store:{folder / name}" for name in ("manuals", "other"))
    several = one.model_copy(update={"corpora": places, "playground": True, "rate_limit": None})
    found = all_requests(one, "one corpus", key, given) + all_requests(several, "several corpora", key, given)
    os.environ |= {
        "CHROMA_PATH": str(corpus.chroma_path),
        "OPENAI_API_KEY": corpus.openai_api_key.get_secret_value() if corpus.openai_api_key else "",
        "OPENAI_BASE_URL": corpus.openai_base_url or "",
        "API_KEYS": str(entry),
    }
    main = importlib.import_module("handler.main")
    answered: Counter[int] = Counter()
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stderr(nowhere):
        found += counted("events", given.events, doors.events(main, key, given.events, given.seed, answered=answered))
    print(f"  by status: {dict(sorted(answered.items()))}", flush=True)
    return found


def all_requests(settings: HandlerSettings, name: str, key: str, given: argparse.Namespace) -> int:
    """Half of the requests to one app, after some to warm up."""
    app = served_app(settings)
    client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
    count = given.requests // 2
    found = counted(f"{name}, to warm up", count // 10, doors.requests(client, key, count // 10, given.seed))
    before = resident_mb()
    answered: Counter[int] = Counter()
    found += counted(
        f"requests to {name}", count, doors.requests(client, key, count, given.seed + 1, answered=answered)
    )
    stdio = Stdio(app.state.action, lambda: "http://127.0.0.1")
    found += counted(f"lines to {name}", count // 10, doors.lines(stdio, count // 10, given.seed))
    grown = resident_mb() - before
    print(f"  by status: {dict(sorted(answered.items()))}")
    print(f"  memory: {before:.0f} MB, and {grown:+.0f} MB after that; {threading.active_count()} threads", flush=True)
    app.state.action.close()
    return found + (grown > MAX_GROWTH_MB)


def main() -> None:
    parser = argparse.ArgumentParser(description="Repeat the hostile review.")
    for name, count in (
        ("requests", 20_000),
        ("events", 3_000),
        ("hosts", 60),
        ("versions", 40),
        ("contents", 1_000),
        ("kills", 10),
    ):
        parser.add_argument(f"--{name}", type=int, default=count)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, embeddings_server() as server:
        folder = Path(scratch)
        os.environ |= server.environment
        keepers = (keeper_of(folder / name, str(folder / name / "published"), server) for name in ("a", "b", "c"))
        parts: tuple[tuple[str, int, Callable[[], Iterator[str]]], ...] = (
            ("hosts", given.hosts, lambda: places.hosts(given.hosts, given.seed)),
            ("endpoints", len(places.MANNERS) * 20, places.endpoints),
            ("tampered versions", given.versions, lambda: places.versions(next(keepers), given.versions, given.seed)),
            ("tampered contents", given.contents, lambda: contents.contents(folder / "d", given.contents, given.seed)),
            ("commands", len(COMMANDS), lambda: commands(folder / "e")),
            ("full disks", 4, lambda: places.disks(next(keepers))),
            ("killed publishers", given.kills, lambda: places.publishers(next(keepers), given.kills, given.seed)),
        )
        found = sum(counted(name, count, part()) for name, count, part in parts)
        found += all_doors(folder, server, given)
    print(f"{found} findings")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
