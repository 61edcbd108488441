"""Cold start, restore, warm search and memory of the built Lambda package, as ratios within one run, on one core.

make lambda && python -m benchmarks.cold_start [--chunks 10000] [--dimensions 1536] [--runs 5]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from corpus.collection import CollectionRecord
from corpus.records import Chunk, DocumentRecord, document_id_of
from corpus.settings import CorpusSettings
from corpus.snapshot.publish import publish
from corpus.store import create_store
from infra.build_lambda import find_python
from infra.package import ROOT
from ingest.lexicon import bring_up_to_date
from tests.handler.events import http_api
from tests.lambda_ import tools
from tests.lambda_.runtime_api import snap_start
from tests.openai_server import EmbeddingsServer, embeddings_server

WORDS = [f"{start}{middle}{end}" for start in "bdfgklmn" for middle in ("ara", "elo", "iru", "uta") for end in "nrst"]
WORDS_A_TEXT = 120
PER_DOCUMENT = 50
DAY = "2026-01-01"

BARE = """
import sys, time, json
sys.path.insert(0, sys.argv[1])
import fastapi, mangum, openai, chromadb
from chromadb.config import Settings
client = chromadb.PersistentClient(sys.argv[2], settings=Settings(anonymized_telemetry=False))
collection = client.get_collection("corpus", embedding_function=None)
vector = [[1.0] * int(sys.argv[3])]
query = lambda: collection.query(query_embeddings=vector, n_results=5, include=["documents", "metadatas", "distances"])
query()
print("first", flush=True)
times = []
for _ in range(60):
    started = time.perf_counter()
    query()
    times.append(time.perf_counter() - started)
print(json.dumps(sorted(times)[30] * 1000))
"""

HANDLER = """
import sys, time, json
sys.path.insert(0, sys.argv[1])
import handler.main
class Context:
    aws_request_id = "x"
    def get_remaining_time_in_millis(self):
        return 29000
event = json.loads(sys.argv[2])
answer = handler.main.handler(event, Context())
assert answer["statusCode"] == 200, answer
print("first", flush=True)
spent = []
for _ in range(60):
    started = time.perf_counter()
    answer = handler.main.handler(event, Context())
    seconds = time.perf_counter() - started
    timing = dict(part.strip().split(";dur=") for part in answer["headers"]["server-timing"].split(","))
    spent.append(seconds * 1000 - float(timing["embedding"]))
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))
print(json.dumps({"p50_ms": sorted(spent)[30], "peak_mb": peak}))
"""


def make_store(folder: Path, chunks: int, dimensions: int) -> CorpusSettings:
    """A store of random vectors."""
    settings = CorpusSettings(chroma_path=folder)
    record = CollectionRecord(
        embedding_model="text-embedding-3-small",
        dimensions=dimensions,
        shortened=dimensions != 1536,
        tokenizer="cl100k_base",
        chunk_tokens=400,
        chunk_overlap=50,
    )
    with create_store(settings, record) as store:
        for start in range(0, chunks, 1000):
            numbers = range(start // PER_DOCUMENT, min(start + 1000, chunks) // PER_DOCUMENT)
            store.write([document(number, dimensions) for number in numbers])
        bring_up_to_date(store, before={}, after={each.document_id: each for each in store.documents()})
    return settings


def document(number: int, dimensions: int, *, change: str = "") -> Any:
    """Document `number` with its chunks and their vectors."""
    source = f"{number}.txt"
    shared: dict[str, Any] = {
        "document_id": document_id_of(source),
        "source": source,
        "digest": f"{number:x}-{change}",
    }
    chunks = [
        Chunk(index=index, text=text_of(number, index) + change, start=0, end=1, tokens=200, updated_at=DAY, **shared)
        for index in range(PER_DOCUMENT)
    ]
    record = DocumentRecord(
        chunks=len(chunks),
        tokens=1,
        updated_at=DAY,
        ingested_at=DAY + change,
        file=source,
        stamp="",
        **shared,
    )
    vectors = np.random.default_rng(number).normal(size=(PER_DOCUMENT, dimensions)).astype(np.float32)
    return record, chunks, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def text_of(number: int, index: int) -> str:
    """About 600 characters of made-up words, the commoner the earlier in the list."""
    places = np.random.default_rng([number, index]).zipf(1.3, WORDS_A_TEXT) % len(WORDS)
    return "warranty " + " ".join(WORDS[place] for place in places)


def first_answer(command: list[str], variables: Mapping[str, str]) -> tuple[float, str]:
    """Milliseconds from the start of the process to its line `first`, and what it prints after it."""
    started = time.perf_counter()
    environment = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", **variables}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    line = process.stdout.readline()
    elapsed = (time.perf_counter() - started) * 1000
    rest, errors = process.communicate()
    assert line == "first\n", errors[-2000:]
    return elapsed, rest


def without_bytecode(task: Path, target: Path) -> Path:
    """The same package as a plain install leaves it to Lambda."""
    shutil.copytree(task, target, copy_function=os.link, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def measure(folder: Path, chunks: int, dimensions: int, runs: int, server: EmbeddingsServer) -> dict[str, object]:
    """All numbers."""
    python = str(find_python())
    task = folder / "task"
    with zipfile.ZipFile(ROOT / "dist" / "lambda.zip") as archive:
        archive.extractall(task)
    plain = without_bytecode(task, folder / "plain")
    settings = make_store(folder / "store", chunks, dimensions)
    published = publish(settings, str(folder / "published"))
    copy = folder / "copy"
    for file in published.manifest.files:
        (copy / file.path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / "published" / "objects" / file.sha256, copy / file.path)
    event = http_api("POST", "/search", json.dumps({"query": "warranty"}))
    given = {"AUTH": "none", "SNAPSHOT_URL": str(folder / "published"), **server.environment}
    pinned = ["taskset", "-c", "0", python, "-I", "-B", "-c"]
    times: dict[str, list[float]] = {"bare": [], "handler": [], "without_bytecode": []}
    warm: dict[str, list[float]] = {"bare": [], "handler": []}
    peak = 0
    for _ in range(runs):
        elapsed, rest = first_answer([*pinned, BARE, str(task), str(copy), str(dimensions)], {})
        times["bare"].append(elapsed)
        warm["bare"].append(float(rest))
        elapsed, rest = first_answer([*pinned, HANDLER, str(task), json.dumps(event)], given)
        times["handler"].append(elapsed)
        found = json.loads(rest.splitlines()[-1])
        warm["handler"].append(found["p50_ms"])
        peak = max(peak, found["peak_mb"])
        elapsed, _rest = first_answer([*pinned, HANDLER, str(plain), json.dumps(event)], given)
        times["without_bytecode"].append(elapsed)
    middle = {name: round(statistics.median(values)) for name, values in times.items()}
    return {
        "snapshot_bytes": published.manifest.bytes,
        "cold_start_ms": middle,
        "handler_to_bare": round(middle["handler"] / middle["bare"], 2),
        "handler_to_without_bytecode": round(middle["handler"] / middle["without_bytecode"], 2),
        "warm_p50_ms": {name: round(statistics.median(values), 2) for name, values in warm.items()},
        "warm_handler_to_bare": round(statistics.median(warm["handler"]) / statistics.median(warm["bare"]), 2),
        "peak_mb": peak,
        "restore_to_first_answer_ms": restored(task, folder, given, event, runs),
        "after_1_percent": after_change(settings, folder, chunks, dimensions),
    }


def restored(task: Path, folder: Path, given: Mapping[str, str], event: object, runs: int) -> list[float]:
    """Milliseconds from the restore to the first answer, without the time that AWS takes to restore the machine."""
    tools.runtime()
    found = []
    for _ in range(runs):
        with snap_start(task, folder, given) as function:
            started = time.perf_counter()
            function.restore()
            function.invoke(event)
            found.append(round((time.perf_counter() - started) * 1000, 1))
    return found


def after_change(settings: CorpusSettings, folder: Path, chunks: int, dimensions: int) -> dict[str, int]:
    """What publishing moves after one document in a hundred has changed."""
    from corpus.store import open_store

    count = max(1, chunks // PER_DOCUMENT // 100)
    with open_store(settings) as store:
        store.write([document(number, dimensions, change="changed") for number in range(count)])
    published = publish(settings, str(folder / "published"))
    return {"bytes": published.manifest.bytes, "moved": published.moved}


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=10_000)
    parser.add_argument("--dimensions", type=int, default=1536)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    if not (ROOT / "dist" / "lambda.zip").exists():
        sys.exit("There is no dist/lambda.zip. Run `make lambda` first.")
    with tempfile.TemporaryDirectory() as scratch, embeddings_server(dimensions=given.dimensions) as server:
        print(json.dumps(measure(Path(scratch), given.chunks, given.dimensions, given.runs, server), indent=1))


if __name__ == "__main__":
    main()
