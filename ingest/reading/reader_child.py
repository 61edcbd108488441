"""A process that reads files for its parent: requests in, answers out. It outlives neither its parent nor its limits.

The kernel enforces the limits: an alarm ends a reading that takes too long, even inside a C library, and the address
space has a ceiling. Exit code 0 with requests open means: give them to a fresh process.
"""

from __future__ import annotations

import contextlib
import os
import queue
import resource
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from corpus.errors import DocumentError, DocumentUnreadable
from ingest.processes import line_to_parent, receive, silence
from ingest.reading.document import Document
from ingest.reading.ocr import Ocr, is_wanted, recognised
from ingest.reading.readers.registry import read, read_share

Result = Sequence[Document] | DocumentError


@dataclass(frozen=True, slots=True)
class Limits:
    """For one file each.

    `timeout_seconds` are of processor time, and five times as many by the clock: a busy machine is not a hostile file.
    `memory_bytes` is on top of what the process has mapped when it starts. Both hold for `ocr` too.
    """

    timeout_seconds: float
    memory_bytes: int
    ocr: Ocr | None = None


class Share(NamedTuple):
    """One of the shares in which a file is read, `number` counted from 0; `file` tells such files apart."""

    file: int
    number: int
    of: int


@dataclass(frozen=True, slots=True)
class Request:
    """To read a file, or only a `share` of it; `shares` are what was answered to those who asked for them."""

    path: Path
    size: int
    password: str | None
    charset: str | None = None
    share: Share | None = None
    shares: tuple[bytes, ...] = ()


_CLOCK_FACTOR = 5
READY = "ready"


def serve() -> None:
    """Answer the requests on standard input, limits first, on standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = line_to_parent()
    limits = requests.recv()
    _limit_memory(limits.memory_bytes)
    try:
        answers.send(READY)
    except BrokenPipeError:  # The parent is done already.
        return
    silence()
    waiting: queue.SimpleQueue[Request] = queue.SimpleQueue()
    receive(requests, waiting)
    is_fresh = True
    while True:
        request = waiting.get()
        _set_alarms(limits.timeout_seconds)
        try:
            answer = _answer(request, limits.ocr)
            _set_alarms(0)
            answers.send(answer)
            del answer
        except MemoryError:
            _set_alarms(0)
            if not is_fresh:  # What earlier files left behind may be to blame.
                os._exit(0)
            answers.send(_too_large(limits.memory_bytes))
        if _has_grown(limits.memory_bytes):
            os._exit(0)
        is_fresh = False


def _set_alarms(seconds: float) -> None:
    """The kernel ends the process when they go off; 0 stops them."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, _CLOCK_FACTOR * seconds)


def _answer(request: Request, ocr: Ocr | None) -> Result | bytes:
    try:
        if request.share is not None:
            _, number, of = request.share
            return read_share(request.path, number, of, password=request.password)
        result: Result = read(request.path, password=request.password, charset=request.charset, shares=request.shares)
    except DocumentError as error:
        result = error
    return recognised(request.path, result, ocr) if ocr is not None and is_wanted(result) else result


def _too_large(memory_bytes: int) -> DocumentUnreadable:
    return DocumentUnreadable(f"Reading the file needs more than {memory_bytes // 2**20} MB of memory. Split it.")


def _limit_memory(memory_bytes: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    ceiling = _mapped_bytes() + memory_bytes
    if hard != resource.RLIM_INFINITY:
        ceiling = min(ceiling, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS has no such limit.
        resource.setrlimit(resource.RLIMIT_AS, (ceiling, hard))


def _mapped_bytes() -> int:
    """The address space in use, where the system tells it."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _has_grown(memory_bytes: int) -> bool:
    """True when the process has held so much that the next file would not have its share."""
    return peak_bytes() > memory_bytes // 2


def peak_bytes() -> int:
    """The most memory that this program has held."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    except (OSError, IndexError, ValueError):
        # Not first: on Linux it counts what the parent held too, from before this program was loaded.
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
