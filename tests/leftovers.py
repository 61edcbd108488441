"""Processes that the tests started and that still run when all tests are done: there must be none."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

MARK = "RETRIEVAL_ACTION_TEST_RUN"
GRACE_SECONDS = 5.0


def left_over(mark: str) -> list[str]:
    """`pid command` of each process with that mark in its environment, but for this one and those above it."""
    until = time.monotonic() + GRACE_SECONDS
    while (found := sorted(_marked(mark))) and time.monotonic() < until:
        time.sleep(0.1)
    return found


def _marked(mark: str) -> Iterator[str]:
    above = _above(os.getpid())
    wanted = f"{MARK}={mark}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
        except OSError:  # It has ended, or is somebody else's.
            continue
        if wanted in environment and int(folder.name) not in above:
            yield f"{folder.name} {command[:120]}"


def _above(pid: int) -> set[int]:
    found = set()
    while pid > 0:
        found.add(pid)
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])
        except OSError:
            break
    return found
