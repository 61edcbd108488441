"""Write to a store: in this process while there is little to write, then in a child process.

Chroma keeps Python's lock for as long as it writes: nothing in the same process could be read, chunked or embedded.
"""

from __future__ import annotations

import contextlib
import queue
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from corpus.embedding.model import Vectors
from corpus.errors import CorpusError, StoreUnavailable
from corpus.records import Chunk, DocumentRecord
from corpus.settings import CorpusSettings, target_kind
from corpus.store import Store, open_store, widen_page_cache
from ingest.processes import Child, line_to_parent, receive, silence

Documents = Sequence[tuple[DocumentRecord, Sequence[Chunk], Vectors]]
_Answer = tuple[Any, CorpusError | None]


def _nothing() -> None:
    pass


class Writing:
    """One run's writing to a store, opened with `settings`.

    Methods raise StoreError. A write, a removal and a stamp may go on when the method returns: their error is raised by
    the next method. `keep_open` are descriptors by which the run keeps others out: they hold as long as the other
    process is there.
    """

    def __init__(self, store: Store, settings: CorpusSettings, *, keep_open: Sequence[int] = ()) -> None:
        self.store = store
        self._settings = settings
        self._keep_open = keep_open
        self._child: Child | None = None
        self._is_open = False
        self._answer: Any = None
        self._then: Callable[[], None] = _nothing

    def begin(self) -> None:
        """Announce that there is much to write: from now on it is done in a process."""
        if self._child is None:
            self._child = Child("ingest.sync.writer", keep_open=self._keep_open)
            self._child.send(self._settings)

    def close(self) -> None:
        """Let the process end, which it does when it has finished what was requested."""
        child, self._child = self._child, None
        if child is not None:
            child.leave()

    @property
    def is_idle(self) -> bool:
        """Whether what was requested before is finished."""
        return not self._is_open or self._child is None or self._child.answers.poll()

    def write(self, documents: Documents, *, then: Callable[[Mapping[str, str]], None]) -> None:
        """See Store. `then` is told of what was refused by whichever method first knows that the others are stored."""
        self._ask("write", documents, lambda: then(self._answer))

    def remove(self, document_ids: Iterable[str]) -> None:
        """See Store."""
        self._ask("remove", list(document_ids))

    def restamp(self, stamps: Mapping[str, str]) -> None:
        """See Store."""
        self._ask("restamp", stamps)

    def grant(self, records: Sequence[DocumentRecord]) -> None:
        """See Store."""
        self._ask("grant", list(records))

    def vectors_of(self, text_digests: Iterable[str]) -> dict[str, Vectors]:
        """See Store. Finds what was written before."""
        self._ask("vectors_of", list(text_digests))
        self.settle()
        found: dict[str, Vectors] = self._answer
        return found

    def settle(self) -> None:
        """Wait until everything that was requested is done."""
        if self._child is None or not self._is_open:
            return
        self._is_open = False
        try:
            self._answer, error = self._child.answers.recv()
        except (EOFError, OSError):
            code = self._child.end()
            self._child = None
            raise StoreUnavailable(
                f"The process that writes to the store has ended, with code {code}. What is stored is kept: run this "
                "again."
            ) from None
        if error is not None:
            raise error
        self._then()

    def _ask(self, name: str, about: object, then: Callable[[], None] = _nothing) -> None:
        self.settle()
        if self._child is None:
            self._answer = getattr(self.store, name)(about)
            then()
        else:
            if name != "vectors_of":  # The other process holds no lease.
                self.store.lease.check()
            self._child.send((name, about))
            self._is_open, self._then = True, then


def serve() -> None:
    """In a process of its own: write what arrives on standard input. See ingest/processes.py."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = line_to_parent()
    settings = requests.recv()
    silence(but_errors=True)
    waiting: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
    receive(requests, waiting)
    # The parent has gone and waits for nothing.
    with contextlib.suppress(BrokenPipeError):
        if target_kind(settings) == "embedded":
            widen_page_cache(settings.chroma_path)
        try:
            store = open_store(settings)
        except CorpusError as error:
            answers.send((None, error))
            return
        while True:
            name, about = waiting.get()
            answers.send(_answer(store, name, about))


def _answer(store: Store, name: str, about: Any) -> _Answer:
    try:
        return getattr(store, name)(about), None
    except CorpusError as error:
        return None, error
