"""A reader process as its parent sees it, and the idle ones kept for the next run."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from ingest.processes import Child
from ingest.reading.reader_child import Limits, Request, Result

# Queued at a worker, so that it can continue while the parent processes its last answer.
_FILES_AHEAD = 8
_BYTES_AHEAD = 1024 * 1024


class ReaderProcess:
    """One process and its unanswered requests, oldest first."""

    def __init__(self, limits: Limits) -> None:
        self._child = Child("ingest.reading.reader_child")
        self.limits = limits
        self.answers = self._child.answers
        self.close_stdin = self._child.close_stdin
        self.end = self._child.end
        self.pid = self._child.pid
        self.pending: deque[Request] = deque()
        self.is_ready = False
        self._child.send(limits)

    def has_room(self) -> bool:
        """Whether its queue is small and short, so that it is done sooner than a new process could begin."""
        return (
            len(self.pending) < _FILES_AHEAD and sum(size_of(request.path) for request in self.pending) < _BYTES_AHEAD
        )

    def is_alive(self) -> bool:
        return self._child.is_alive()

    def ask(self, request: Request) -> None:
        self.pending.append(request)
        # The process may have been started in another folder.
        self._child.send(replace(request, path=request.path.absolute()))

    def answer(self) -> tuple[Request, Result | bytes] | None:
        """The answer to the oldest request; None for the greeting. Raises EOFError if the process has ended."""
        message = self.answers.recv()
        if not self.is_ready:
            self.is_ready = True
            return None
        return self.pending.popleft(), message


class IdleProcesses:
    """Idle processes for the next pool with the same limits; starting one costs more than reading a small file.

    Safe for use by several threads. When processes with other limits are added, those kept before end.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workers: list[ReaderProcess] = []
        self._owner = os.getpid()

    def take(self, limits: Limits) -> ReaderProcess | None:
        """An idle process that is still alive; None if there is none."""
        with self._lock:
            self._forget_inherited()
            while self._workers and self._workers[-1].limits == limits:
                worker = self._workers.pop()
                if worker.is_alive():
                    return worker
                worker.end()
        return None

    def keep(self, workers: Sequence[ReaderProcess]) -> list[ReaderProcess]:
        """Keep the idle ones. Returns those to end: the busy ones, and those that the kept ones replace."""
        idle = [worker for worker in workers if not worker.pending]
        with self._lock:
            self._forget_inherited()
            ended = [worker for worker in self._workers if idle and worker.limits != idle[0].limits]
            self._workers = [worker for worker in self._workers if worker not in ended] + idle
        return [worker for worker in workers if worker.pending] + ended

    def close(self) -> None:
        """End them all."""
        with self._lock:
            self._forget_inherited()
            workers, self._workers = self._workers, []
        end_all(workers)

    def _forget_inherited(self) -> None:
        """Forget processes inherited by a fork: they belong to the parent, which uses them."""
        if self._owner != os.getpid():
            self._owner, self._workers = os.getpid(), []


def end_all(workers: Iterable[ReaderProcess]) -> None:
    """Tell all processes to end before waiting for any."""
    workers = list(workers)
    for worker in workers:
        worker.close_stdin()
    for worker in workers:
        worker.end()


def size_of(path: Path) -> int:
    """The file's size in bytes; 0 if it cannot be examined."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
