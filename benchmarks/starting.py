"""Start processes of one kind on one core, and keep what each tells: its phases, warm answers and memory."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from infra import package
from infra.build_lambda import find_python
from tests.handler.events import http_api

ZIP = package.ROOT / "dist" / "lambda.zip"
PHASES = ("interpreter", "imports", "open", "first answer")
EVENT = http_api("POST", "/search", json.dumps({"query": "warranty"}))
BARE, HANDLER = "bare libraries", "handler"

# Both print the times at which their phases ended, milliseconds of warm answers, and the most memory they had.
COMMON = """
import json, sys, time
marks = [time.time()]
sys.path.insert(0, sys.argv[1])
def end(answer, embedding=lambda answer: 0.0):
    marks.append(time.time())
    spent = []
    for _ in range(60):
        started = time.perf_counter()
        found = answer()
        spent.append((time.perf_counter() - started) * 1000 - embedding(found))
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) / 1000 for line in status if line.startswith("VmHWM"))
    print(json.dumps({"marks": marks, "warm_ms": sorted(spent)[30], "peak_mb": peak}))
"""
BARE_SCRIPT = """
import contextlib, fastapi, mangum, chromadb
with contextlib.suppress(ImportError):  # In packages of before; see benchmarks/against.py.
    import openai
from chromadb.config import Settings
marks.append(time.time())
client = chromadb.PersistentClient(sys.argv[2], settings=Settings(anonymized_telemetry=False))
collection = client.get_collection("corpus", embedding_function=None)
marks.append(time.time())
vector = [[1.0] * int(sys.argv[3])]
query = lambda: collection.query(query_embeddings=vector, n_results=5, include=["documents", "metadatas", "distances"])
query()
end(query)
"""
HANDLER_SCRIPT = """
import handler.app, mangum
marks.append(time.time())
import handler.main
marks.append(time.time())
class Context:
    function_name = "benchmark"
    aws_request_id = "x"
    def get_remaining_time_in_millis(self):
        return 29000
event = json.loads(sys.argv[2])
def answer():
    found = handler.main.handler(event, Context())
    assert found["statusCode"] == 200, found
    return found
def embedding(found):
    timing = dict(part.strip().split(";dur=") for part in found["headers"]["server-timing"].split(","))
    return float(timing["embedding"])
answer()
end(answer, embedding)
"""


class Start:
    """Starts processes of one kind on one core, and keeps what each has told."""

    def __init__(self, script: str, words: Sequence[str], variables: Mapping[str, str] | None = None) -> None:
        self._command = ["taskset", "-c", "0", str(find_python()), "-I", "-B", "-c", COMMON + script, *words]
        self._environment = {"PATH": "/usr/bin:/bin", **(variables or {})}
        self._told: list[dict[str, Any]] = []

    def __call__(self) -> None:
        started = time.time()
        ended = subprocess.run(self._command, env=self._environment, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr[-2000:]
        told = json.loads(ended.stdout.splitlines()[-1])
        times = [started, *told.pop("marks")]
        told |= {phase: (end - start) * 1000 for phase, (start, end) in zip(PHASES, pairwise(times), strict=True)}
        self._told.append(told | {"all": times[-1] - started})

    def clear(self) -> None:
        """Forget the warm-up."""
        self._told.clear()

    def all(self, name: str) -> list[float]:
        """What every process has told."""
        return [each[name] for each in self._told]

    def median(self, name: str) -> float:
        """The middle one."""
        return statistics.median(self.all(name))


def unpacked(archived: Path, folder: Path) -> Path:
    """The built package, of which `archived` is the zip, or a folder where it is unpacked already."""
    if archived.is_dir():
        return archived
    with zipfile.ZipFile(archived) as archive:
        archive.extractall(folder)
    return folder


def asked_of_package(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments, with the built package as `zip`. Ends the program where it is not there."""
    parser.add_argument("--zip", type=Path, default=ZIP, metavar="FILE", help="the package, dist/lambda.zip")
    given = parser.parse_args(argv)
    if not given.zip.exists():
        sys.exit(f"There is no {given.zip}. Run `make lambda` first.")
    return given
