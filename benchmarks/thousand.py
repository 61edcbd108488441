"""A thousand corpora of 100 chunks behind Lambda's handler: python -m benchmarks.thousand [--corpora 1000] [--turns 5]

The first answer of a fresh process with all of them, beside that of one with a corpus alone, in turns; then all of them
asked, one after the other, in one process: how long a corpus that was not open takes, and what memory, /tmp and open
files are.
Corpora are published in folders; the embeddings endpoint is a stand-in on loopback.
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
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.corpora import make_store
from corpus.snapshot.publish import publish
from tests.openai_server import embeddings_server

CHUNKS = 100
DIMENSIONS = 1536
# The corpora are copies of so many.
DIFFERENT = 5
FUNCTION_MB = 1769
MEMORY_MB = 300
CACHE_MB = 64
STEP = 100

# In a process of its own, as Lambda starts one: what it prints is read by us.
ASKED = """
import json, os, resource, sys, time
started = time.perf_counter()
resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))  # As Lambda has it.
from handler.main import handler
from handler.corpora.memory import resident_mb
from tests.handler.events import http_api
from pathlib import Path

class Context:
    function_name, aws_request_id = "f", "id"
    def get_remaining_time_in_millis(self): return 28_000

def ask(name):
    begun = time.perf_counter()
    sent = {"query": "ka lo mi"} | ({"corpus": [name]} if name else {})
    answer = handler(http_api("POST", "/search", json.dumps(sent)), Context())
    assert answer["statusCode"] == 200 and json.loads(answer["body"])["results"], answer
    return time.perf_counter() - begun

cache = Path(sys.argv[1])
for number, name in enumerate(sys.argv[2:], 1):
    seconds = ask(name)
    if number == 1:
        print(json.dumps({"first": time.perf_counter() - started}))
    files = [path for path in cache.rglob("*") if not path.is_dir()] if number % 20 == 1 else None
    held = sum(path.lstat().st_size for path in files) / 2**20 if files is not None else None
    told = {"seconds": seconds, "again": ask(name), "memory": resident_mb(), "tmp": held}
    print(json.dumps(told | {"files": len(os.listdir("/proc/self/fd"))}))
"""


def asked(scratch: Path, names: list[str], environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """What the process says that asks these corpora, one after the other."""
    cache = Path(tempfile.mkdtemp(dir=scratch))
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", ASKED, str(cache), *names],
        env={
            **inherited,
            **environment,
            "AUTH": "none",
            "SNAPSHOT_CACHE": str(cache),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(FUNCTION_MB),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
        text=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=int, default=1000)
    parser.add_argument("--turns", type=int, default=5)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-thousand-") as name, embeddings_server() as server:
        scratch = Path(name)
        for number in range(DIFFERENT):
            settings = make_store(scratch / f"store{number}", CHUNKS, DIMENSIONS)
            publish(settings, str(scratch / f"published{number}"))
        names = [f"c{number}" for number in range(wanted.corpora)]
        for number, each in enumerate(names):
            shutil.copytree(scratch / f"published{number % DIFFERENT}", scratch / "corpora" / each)
        listed = scratch / "corpora.txt"
        listed.write_text("\n".join(f"{each}={scratch / 'corpora' / each}" for each in names), "utf-8")
        several = {**server.environment, "CORPORA_FILE": str(listed)}
        first: dict[str, list[float]] = {"alone": [], "one of them": []}
        for turn in range(wanted.turns):
            each = names[turn * 37 % len(names)]
            alone = {**server.environment, "SNAPSHOT_URL": str(scratch / "corpora" / each)}
            first["alone"].append(asked(scratch, [""], alone)[0]["first"])
            first["one of them"].append(asked(scratch, [each], several)[0]["first"])
        ratios = [one / other for one, other in zip(first["one of them"], first["alone"], strict=True)]
        for kind, seconds in first.items():
            print(f"first answer of a fresh process, {kind}: {statistics.median(seconds):.2f} s")
        print(
            f"ratio: {statistics.median(ratios):.2f} (of {len(ratios)}: {', '.join(f'{each:.2f}' for each in ratios)})",
            flush=True,
        )
        limits = {"CORPORA_MEMORY_MB": str(MEMORY_MB), "SNAPSHOT_CACHE_MB": str(CACHE_MB)}
        told = asked(scratch, names, several | limits)[1:]
        print(f"\nwith CORPORA_MEMORY_MB={MEMORY_MB}, SNAPSHOT_CACHE_MB={CACHE_MB}:")
        print(
            "| asked | first answer, ms | again, ms | memory, MB | /tmp, MB | open files |\n|---|---|---|---|---|---|"
        )
        for start in range(0, len(told), STEP):
            part = told[start : start + STEP]
            cold, warm = (statistics.median(each[kind] for each in part) * 1000 for kind in ("seconds", "again"))
            memory = max(each["memory"] for each in part)
            held = max(each["tmp"] for each in part if each["tmp"] is not None)
            files = max(each["files"] for each in part)
            print(f"| {start + len(part)} | {cold:.0f} | {warm:.0f} | {memory:.0f} | {held:.0f} | {files} |")


if __name__ == "__main__":
    main()
