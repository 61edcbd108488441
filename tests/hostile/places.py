"""Hosts, published versions, endpoints, disks and publishers that mean ill or die."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from corpus.corpus_opening import open_published
from corpus.errors import CorpusError
from corpus.snapshot.live import LiveSnapshot
from corpus.snapshot.manifest import POINTER, Manifest, manifest_key, manifest_to_bytes, object_key, pointer_to_bytes
from corpus.snapshot.publish import publish
from corpus.snapshot.versions import list_versions
from ingest.sources.checked_addresses import is_callable
from tests.corpus.snapshot.keeper import Keeper, answer
from tests.corpus.test_outbound import Hostile, embedder
from tests.loopback import listening

OLD = "The warranty lasts 12 months."
MANNERS = ("head", "body", "endless", "negative", "interim", "trailers", "switched", "packed", "redirect")
LIMITED = """
import resource, runpy, sys
before = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), before[1]))
try:
    runpy.run_module("ingest", run_name="__main__", alter_sys=True)
finally:
    resource.setrlimit(resource.RLIMIT_FSIZE, before)  # What measures this process writes at its end.
"""


def hosts(count: int, seed: int) -> Iterator[str]:
    """Addresses of networks that are nobody's business, in every wrapping; yields those that would be called."""
    draw = random.Random(seed)
    inner = ("127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "100.100.100.200", "168.63.129.16", "0.0.0.0")  # noqa: S104 - refused
    wrappings = ("{}", "::ffff:{}", "::{}", "64:ff9b::{}")
    for _ in range(count):
        address = draw.choice(wrappings).format(draw.choice(inner))
        if is_callable(address, allow_private=False):
            yield f"would call {address}"


def versions(keeper: Keeper, count: int, seed: int) -> Iterator[str]:
    """Tampers with so many published versions; yields those after which the old one was not served."""
    draw = random.Random(seed)
    base = keeper.publishes(OLD).manifest
    live = LiveSnapshot(keeper.reader_settings(), open_published)
    live.current()
    for number in range(count):
        manifest = replace(base, version=f"2999{base.version[4:-12]}{number:012x}")
        _tamper(Path(keeper.dest), manifest, draw)
        try:
            if answer(live.current()) != OLD:
                yield f"version {number} was served"
        except CorpusError as error:
            yield f"version {number}: {error}"


def _tamper(place: Path, manifest: Manifest, draw: random.Random) -> None:
    content = bytearray(manifest_to_bytes(manifest))
    pointer = bytearray(pointer_to_bytes(manifest))
    kind = draw.randrange(5)
    if kind == 0:
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(7)
    elif kind == 1:
        pointer[draw.randrange(len(pointer))] ^= 1 << draw.randrange(7)
    elif kind == 2:  # With right hashes: another count than the store's.
        manifest = replace(manifest, chunks=draw.randrange(2, 2**40))
        content, pointer = bytearray(manifest_to_bytes(manifest)), bytearray(pointer_to_bytes(manifest))
    elif kind == 3:
        files = [replace(file, path=draw.choice((file.path, "../x", ".lock", "a/../b"))) for file in manifest.files]
        manifest = replace(manifest, files=(*files, replace(files[0], path="../../outside")))
        content, pointer = bytearray(manifest_to_bytes(manifest)), bytearray(pointer_to_bytes(manifest))
    else:
        files = [replace(file, bytes=file.bytes + draw.randrange(-1, 2**40)) for file in manifest.files]
        manifest = replace(manifest, files=tuple(files), chunks=manifest.chunks + 1)
        content, pointer = bytearray(manifest_to_bytes(manifest)), bytearray(pointer_to_bytes(manifest))
    (place / manifest_key(manifest.version)).write_bytes(content)
    (place / POINTER).write_bytes(pointer)


def endpoints() -> Iterator[str]:
    """Every manner of a bad endpoint, twenty at once; yields what took longer than its time, or left a thread."""
    kinds = {"asked": [], "elsewhere": "http://127.0.0.1:9/"}
    with listening(type("Handler", (Hostile,), kinds)) as url:
        for manner in MANNERS:
            started = time.monotonic()
            threads = [threading.Thread(target=_ask, args=(f"{url}/{manner}",)) for _ in range(20)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
            if any(thread.is_alive() for thread in threads) or time.monotonic() - started > 30:
                yield f"{manner} held a thread"


def _ask(url: str) -> None:
    with contextlib.closing(embedder(url)) as asking, contextlib.suppress(CorpusError):
        asking.embed_queries(["how long?"], timeout_seconds=2)


def disks(keeper: Keeper) -> Iterator[str]:
    """A publisher whose disk is full, at several sizes; yields where it ended otherwise than by one line."""
    keeper.publishes(OLD)
    served = list_versions(keeper.dest).latest
    keeper.says("The warranty lasts 24 months.")
    # Python writes what is left of a module's bytecode where no more fits, and stumbles over it for ever after.
    environment = {**os.environ, "CHROMA_PATH": str(keeper.settings.chroma_path), "PYTHONDONTWRITEBYTECODE": "1"}
    for size in (0, 1000, 50_000, 200_000):
        command = [sys.executable, "-c", LIMITED, str(size), "publish", keeper.dest]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode == 0 and size < 50_000:
            yield f"a disk of {size} bytes was enough"
        if "Traceback" in done.stderr:
            yield f"a disk of {size} bytes ended in a traceback: {done.stderr.splitlines()[-1]}"
        if done.returncode and list_versions(keeper.dest).latest != served:
            yield f"a disk of {size} bytes changed what is served"


def publishers(keeper: Keeper, count: int, seed: int) -> Iterator[str]:
    """Publishers that are killed at any moment; yields where a reader then sees neither the old nor the new."""
    draw = random.Random(seed)
    keeper.publishes(OLD)
    texts = {OLD}
    environment = {**os.environ, "CHROMA_PATH": str(keeper.settings.chroma_path)}
    for number in range(count):
        text = f"The warranty lasts {number} years."
        texts.add(text)
        keeper.says(text)
        command = [sys.executable, "-m", "ingest", "publish", keeper.dest]
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as run:
            time.sleep(draw.uniform(0.2, 6.0))
            run.send_signal(signal.SIGKILL)
        live = LiveSnapshot(keeper.reader_settings(), open_published)
        if answer(live.current()) not in texts:
            yield f"kill {number}: neither the old nor the new is served"
    publish(keeper.settings, keeper.dest, keep=1)
    kept = {object_key(sha256) for each in list_versions(keeper.dest).manifests for sha256 in each.objects}
    there = {f"objects/{path.name}" for path in Path(keeper.dest, "objects").iterdir()}
    if there - kept:
        yield f"{len(there - kept)} objects of killed publishers are left"
