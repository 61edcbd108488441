"""Read files in worker processes, so that a hostile file costs only itself. Nothing is parsed in this process."""

from __future__ import annotations

import atexit
import signal
from collections.abc import Iterable, Iterator
from multiprocessing.connection import wait
from pathlib import Path
from types import TracebackType
from typing import Self

from corpus.errors import DocumentUnreadable
from ingest.reading.ocr import Ocr
from ingest.reading.read_queue import SHARE_BYTES, ReadQueue
from ingest.reading.reader_child import Limits, Request, Result
from ingest.reading.reader_process import IdleProcesses, ReaderProcess, end_all, size_of
from ingest.settings import IngestSettings

__all__ = ["SPARES", "ReaderPool", "Result", "pool_of"]

# Shared by the whole process: workers of one run serve the next.
SPARES = IdleProcesses()
atexit.register(SPARES.close)


class ReaderPool:
    """Up to `workers` processes, started when there is work for them. Use it as a context manager.

    `timeout_seconds` and `memory_bytes` limit the reading of one file. For use by one thread at a time.
    The pages of a large PDF are shared among the workers; a share is at least `share_bytes` of the file, and the limits
    then apply to each share. Scans are passed to `ocr`. Workers come from `spares` and return there when idle.
    """

    def __init__(
        self,
        *,
        workers: int = 2,
        timeout_seconds: float = 60.0,
        memory_bytes: int = 1 << 30,
        password: str | None = None,
        share_bytes: int = SHARE_BYTES,
        ocr: Ocr | None = None,
        spares: IdleProcesses | None = None,
    ) -> None:
        self._size = max(workers, 1)
        self._share_bytes = share_bytes
        self._limits = Limits(timeout_seconds, memory_bytes, ocr)
        self._password = password
        self._spares = spares
        self._workers: list[ReaderProcess] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all workers except those that `spares` keeps; busy ones are killed."""
        workers, self._workers = self._workers, []
        end_all(workers if self._spares is None else self._spares.keep(workers))

    def read_all(self, paths: Iterable[Path]) -> Iterator[tuple[Path, Result]]:
        """Each path with its documents, or with the error that explains why there are none, in order of completion.

        At most one finished file per worker waits to be taken, and `paths` is consumed as fast as that allows.
        """
        return (answer for answer in self.read_stream((path, None) for path in paths) if answer is not None)

    def read_stream(self, coming: Iterable[tuple[Path, str | None] | None]) -> Iterator[tuple[Path, Result] | None]:
        """Like `read_all`, for paths with their charsets. A None is passed through, so that a source that has nothing
        yet gets a turn.
        """
        source = iter(coming)
        read_queue = ReadQueue(workers=self._size, share_bytes=self._share_bytes)
        try:
            while True:
                if is_waiting := not self._feed(source, read_queue):
                    yield None
                busy = {worker.answers: worker for worker in self._workers if worker.pending}
                if not busy and not is_waiting:
                    return
                for line in wait(list(busy), timeout=0 if is_waiting else None):
                    worker = busy[line]  # type: ignore[index] # wait() gives back what it was given.
                    if (result := self._take(worker, read_queue)) is not None:
                        yield result
        finally:
            if any(worker.pending for worker in self._workers):  # The caller has stopped early.
                self.close()

    def _feed(self, source: Iterator[tuple[Path, str | None] | None], read_queue: ReadQueue) -> bool:
        """Hand out requests until every worker has enough; False if the source has nothing yet."""
        while (worker := self._free_worker()) is not None:
            if (request := read_queue.next()) is not None:
                worker.ask(request)
                continue
            try:
                given = next(source)
            except StopIteration:
                return True
            if given is None:
                return False
            path, charset = given
            read_queue.add(Request(path, size_of(path), self._password, charset))
        return True

    def _free_worker(self) -> ReaderProcess | None:
        """The worker with the least to do, or a new one while all are busy; None if all have enough."""
        least = min(self._workers, key=lambda worker: len(worker.pending), default=None)
        if least is not None and not least.pending:
            return least
        if len(self._workers) < self._size:
            worker = (self._spares and self._spares.take(self._limits)) or ReaderProcess(self._limits)
            self._workers.append(worker)
            return worker
        return least if least is not None and least.has_room() else None

    def _take(self, worker: ReaderProcess, read_queue: ReadQueue) -> tuple[Path, Result] | None:
        """The worker's next answer; if it has ended, an error for the file that it was reading, if any."""
        try:
            answered = worker.answer()
            return None if answered is None else read_queue.answered(*answered)
        except (EOFError, OSError):
            self._workers.remove(worker)
        code = worker.end()
        if not worker.is_ready:
            raise ChildProcessError(f"The process that reads files ended at its start, with code {code}.")
        unfinished = worker.pending.popleft() if code else None
        read_queue.put_back(worker.pending)
        return read_queue.failed(unfinished, self._failure(code)) if unfinished else None

    def _failure(self, code: int) -> DocumentUnreadable:
        if code in (-signal.SIGALRM, -signal.SIGPROF):
            seconds = self._limits.timeout_seconds
            return DocumentUnreadable(f"Reading the file took longer than {seconds:g} s. Split it or save it again.")
        return DocumentUnreadable(
            "The file makes its reader crash: it is damaged or hostile. Open it and save it again."
        )


def pool_of(settings: IngestSettings, password: str | None) -> ReaderPool:
    """The pool that the settings specify; its workers serve the next run of this process too."""
    return ReaderPool(
        workers=settings.workers,
        timeout_seconds=settings.read_timeout_seconds,
        memory_bytes=settings.read_memory_mb * 2**20,
        password=password,
        ocr=Ocr(settings.ocr_command, settings.ocr_path) if settings.ocr_command else None,
        spares=SPARES,
    )
