"""A process that reads files for its parent: requests in, answers out. It never outlives its parent or its limits.

The kernel enforces the limits: an alarm ends a read that takes too long, even inside a C library, and the address
space has a ceiling. Exit code 0 with open requests means that a fresh process should take them.
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
    """Limits for each file.

    `timeout_seconds` are of processor time, and five times as many by the clock: a busy machine is not a hostile file.
    `memory_bytes` is on top of what the process has mapped at its start. Both apply to `ocr` too.
    """

    timeout_seconds: float
    memory_bytes: int
    ocr: Ocr | None = None


class Share(NamedTuple):
    """Share `number`, counted from 0, of the `of` shares of a file. `file` distinguishes files read in shares."""

    file: int
    number: int
    of: int


@dataclass(frozen=True, slots=True)
class Request:
    """A request to read a file, or one `share` of it. `shares` are the results of all its shares, to be merged."""

    path: Path
    size: int
    password: str | None
    charset: str | None = None
    share: Share | None = None
    shares: tuple[bytes, ...] = ()


_CLOCK_FACTOR = 5
READY = "ready"


def serve() -> None:
    """Read the limits and then requests from standard input, and write answers to standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = line_to_parent()
    limits = requests.recv()
    _limit_memory(limits.memory_bytes)
    try:
        answers.send(READY)
    except BrokenPipeError:  # The parent has ended.
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
            if not is_fresh:  # Memory left over from earlier files may be to blame.
                os._exit(0)
            answers.send(_too_large(limits.memory_bytes))
        if _has_grown(limits.memory_bytes):
            os._exit(0)
        is_fresh = False


def _set_alarms(seconds: float) -> None:
    """Set the alarms with which the kernel ends the process; 0 stops them."""
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
    """The address space in use, in bytes; 0 if the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _has_grown(memory_bytes: int) -> bool:
    """Whether the process has used so much memory that the next file would not get its share."""
    return peak_bytes() > memory_bytes // 2


def peak_bytes() -> int:
    """The most memory that this program has used, in bytes."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    except (OSError, IndexError, ValueError):
        # Only the fallback: on Linux it includes the parent's memory from before this program was loaded.
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
