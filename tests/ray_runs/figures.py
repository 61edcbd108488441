"""Ratios within one run, and memory."""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from corpus.embedding.choice import collection_for, embedder_for_new_collection
from ingest.onray import ray_session as sessions
from ingest.onray.parcels import Orders
from ingest.onray.ray_machines import EmbedderOnRay, OnRay
from ingest.sources.descriptions import Description
from ingest.sources.gather import Input, sources
from ingest.sources.patterns import Selection
from ingest.sources.spool import Spool
from ingest.sync.diff import Job
from ingest.sync.machines import Course, Cutting
from tests.openai_server import EmbeddingsServer
from tests.ray_runs.scene import Scene, beside, say

SOURCE = Path(sessions.__file__).parent
FLAT = 1.25
TURNS = 3


def lines() -> None:
    """How many are Ray's: those that name it in code, and all of its package."""
    code = [
        line
        for path in sorted(SOURCE.glob("*.py"))
        for line in re.sub(r'""".*?"""', "", path.read_text("utf-8"), flags=re.S).splitlines()
        if line.strip() and not line.strip().startswith("#")
    ]
    naming = [line for line in code if re.search(r"\bray\.|_ray\.|\.remote\(|\.options\(", line)]
    say("lines that call Ray", kept=len(naming) < 50, figure=f"{len(naming)} of {len(code)} in ingest/onray")


def throughput(server: EmbeddingsServer) -> None:
    """A batch of texts takes 1 s a request, two at a time for each worker."""
    seconds = {}
    server.latency_seconds = 1.0
    for workers in (1, 8):
        with tempfile.TemporaryDirectory() as name:
            scene = Scene(Path(name), server)
            scene.write(1)
            warm = [[f"warm {number}"] for number in range(2 * workers)]
            texts = [[f"text {number} of batch {batch}" for number in range(48)] for batch in range(64)]
            with sessions.session("ray", workers=workers, orders=partial(orders_of, scene)) as opened:
                list(EmbedderOnRay(opened).embed_documents(warm))
                started = time.monotonic()
                list(EmbedderOnRay(opened).embed_documents(texts))
                seconds[workers] = time.monotonic() - started
    server.latency_seconds = 0.0
    ratio = seconds[1] / seconds[8]
    figure = f"{seconds[1]:.1f} s / {seconds[8]:.1f} s = {ratio:.1f}"
    say("eight workers against one, 1 s a request", kept=ratio >= 6, figure=figure)


def orders_of(scene: Scene) -> Orders:
    given = scene.settings("unused", 1)
    embedder = embedder_for_new_collection(given)
    return Orders(
        settings=given,
        password=None,
        description=Description(),
        options="",
        collection=collection_for(embedder, given),
        tokenizer=embedder.tokenizer,
        max_bytes=None,
        lease=None,
    )


def overhead(scene: Scene, on: str, count: int) -> None:
    """Small files, here before and after; Ray's own start is taken off."""
    scene.write(count)
    before = scene.add("before")
    with starting() as up:
        there = scene.add("there", on=on)
    here, there = (before + scene.add("after")) / 2, there - up[0]
    ratio = there / here
    figure = f"{there:.1f} s / {here:.1f} s = {ratio:.2f}, once Ray is up ({up[0]:.1f} s)"
    say(f"{count:,} small files", kept=ratio <= 1.3, figure=figure)


@contextlib.contextmanager
def starting() -> Iterator[list[float]]:
    """The seconds from Ray's first import, which is to come, until it is up."""
    taken: list[float] = []

    def watch(done: threading.Event) -> None:
        while "ray" not in sys.modules and not done.wait(0.01):
            pass
        started = time.monotonic()
        while not done.wait(0.01):
            is_up = getattr(sys.modules.get("ray"), "is_initialized", bool)
            if is_up():
                taken.append(time.monotonic() - started)
                return

    with beside(watch):
        yield taken


def unchanged(scene: Scene, on: str, count: int) -> None:
    """A second run over so many files, which were all brought in here; three times in turns, the shortest of each."""
    scene.write(count)
    scene.add("here")
    turns = [(scene.add("here"), scene.add("here", on=on)) for _ in range(TURNS)]
    here, there = map(min, zip(*turns, strict=True))
    ratio = there / here
    figure = f"{there:.1f} s / {here:.1f} s = {ratio:.2f}, Ray not started"
    say(f"{count:,} unchanged files", kept=ratio <= 1.2, figure=figure)


def memory(scene: Scene, on: str, count: int) -> None:
    """Of the driver and of Ray's store of objects, at each fifth of what is read; nothing is kept of it."""
    scene.write(count)
    resident: list[int] = []
    objects: list[float] = []
    settings, orders = scene.settings("none"), orders_of(scene)
    cutting = Cutting(collection=orders.collection, tokenizer=lambda: orders.tokenizer, max_bytes=None)
    with contextlib.ExitStack() as stack:
        places = stack.enter_context(sources(settings, Selection(), stack.enter_context(Spool()), Input()))
        job = Job(items=places.gather([str(scene.docs)], lambda _: "").items, read=lambda _: iter(()))
        machines = OnRay(on, settings, stack, password=None, lease=None)
        ray = None
        for number, _ in enumerate(machines.changes(job, stored=[], cutting=cutting, course=Course())):
            if number % (count // 5) == count // 5 - 1:
                ray = ray or importlib.import_module("ray")
                resident.append(_resident())
                free = ray.available_resources().get("object_store_memory", 0.0)
                objects.append(ray.cluster_resources()["object_store_memory"] - free)
    kept = max(resident) <= FLAT * resident[0] and max(objects) <= sessions.OBJECT_STORE_BYTES / 2
    figure = (
        f"driver {' '.join(f'{each / 2**20:.0f}' for each in resident)} MiB, "
        f"objects {' '.join(f'{each / 2**20:.0f}' for each in objects)} MiB"
    )
    say(f"memory at each fifth of {count:,} files", kept=kept, figure=figure)


def _resident() -> int:
    pages = int(Path(f"/proc/{os.getpid()}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
