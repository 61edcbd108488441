"""What a collection is queried through; reopened when another process has written to the same files.

Chroma's embedded engine reads the vector index at the first query and notices no write by another process after that;
it even keeps reading a store whose folder was deleted. `reopen` says which client is opened.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from corpus.errors import CollectionMissing, StoreError, StoreUnavailable
from corpus.store.change_detection import State, Watch
from corpus.store.errors import once_indexed, translated
from corpus.store.index_lock import index_lock

T = TypeVar("T")
ATTEMPTS = 5
SECONDS_BETWEEN = 0.1
# During an ingest, the next reopening waits so many times longer than the last one took.
REST = 10.0
# A reader gives up here; a writer goes on, because a stopped process must not stop it.
PATIENCE_SECONDS = 20.0


class Opened(Protocol):
    """A client and its collection."""

    @property
    def client(self) -> Any: ...
    @property
    def collection(self) -> Any: ...
    def close(self) -> None: ...


class _Held:
    """Something open, and its number of users. `seen` is the state of the store before it was opened."""

    def __init__(self, opened: Opened, seen: State | None) -> None:
        self.opened = opened
        self.seen = seen
        self.has_index = False
        self.users = 0
        self.is_replaced = False


class Handle:
    """The newest of what `reopen` opens. Safe in threads: what is in use is not closed.

    `watch` and `folder` are of an embedded store that others may write to; without them, the first one stays open.
    """

    def __init__(
        self,
        opened: Opened,
        reopen: Callable[[], Opened],
        *,
        watch: Watch | None = None,
        folder: Path | None = None,
    ) -> None:
        self._reopen = reopen
        self.watch = watch  # None for what nobody writes to, and for a server.
        self._folder = folder
        self._held = self._holding(opened, self.state())
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._refreshing: threading.Thread | None = None
        self._rests_until = 0.0
        self._is_closed = False
        # Raises if another process may write now; set by the holder of the lease.
        self.before_write: Callable[[], None] = lambda: None

    @property
    def client(self) -> Any:
        """The client that is open now."""
        return self._held.opened.client

    @property
    def collection(self) -> Any:
        """The collection that is open now."""
        return self._held.opened.collection

    @property
    def index(self) -> Path | None:
        """The folder of an embedded store's vector index; None for a server, and if nobody writes."""
        return None if self.watch is None else self.watch.index()

    @contextlib.contextmanager
    def used(self) -> Iterator[Any]:
        """The collection, for queries without vectors, for the length of the block. Raises StoreError."""
        if self.watch is not None and not self._is_in_place():
            self._open_anew(None, unless=self._is_in_place)
        with self._acquired() as held, translated():
            yield held.opened.collection

    def look(self, question: Callable[[Any], T]) -> T:
        """The collection's answer to a query without vectors. Raises StoreError."""
        for attempt in range(ATTEMPTS):
            with self.used() as collection, contextlib.suppress(*self._moved(attempt)), translated():
                return question(collection)
        raise AssertionError("unreachable")

    def _moved(self, attempt: int) -> tuple[type[CollectionMissing], ...]:
        """Ignored once: another collection has replaced this one since it was opened."""
        return () if self.watch is None or attempt == ATTEMPTS - 1 else (CollectionMissing,)

    @contextlib.contextmanager
    def written(self) -> Iterator[Any]:
        """The collection, to write to: by one writer at a time, which callers ensure. Raises StoreError."""
        self.before_write()
        if self.watch is None or self._folder is None:
            with self.used() as collection:
                yield collection
            return
        with translated(), index_lock(self._folder, patience_seconds=PATIENCE_SECONDS), self._acquired() as held:
            is_newest = self.watch.state() == held.seen
            yield held.opened.collection
            if is_newest:
                # The engine knows of its own writes.
                held.seen = self.watch.state()

    def ask(self, question: Callable[[Any], T]) -> T:
        """The collection's answer to a query with vectors, from the newest index. Raises StoreError."""
        for attempt in range(ATTEMPTS):
            try:
                with contextlib.suppress(*self._moved(attempt)):
                    self._catch_up(question, anyway=attempt > 0)
                    with self._acquired() as held:
                        return self._answered(held, question)
            except StoreUnavailable:
                # The index was written by a program that does not know our lock.
                if self.watch is None or attempt == ATTEMPTS - 1:
                    raise
                time.sleep(SECONDS_BETWEEN * attempt)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close the files or the connection."""
        self._is_closed = True
        if (refreshing := self._refreshing) is not None:
            refreshing.join()
        self._held.opened.close()

    def _answered(self, held: _Held, question: Callable[[Any], T]) -> T:
        if held.has_index or self._folder is None:
            ask = partial(question, held.opened.collection)
            with translated():
                return ask() if self.watch is not None else once_indexed(ask)
        with translated(), index_lock(self._folder, patience_seconds=PATIENCE_SECONDS) as is_ours:
            if not is_ours:
                raise StoreUnavailable("The vectors are being written to. Ask again.")
            if not held.has_index:
                held.seen = self.state()
            answer = question(held.opened.collection)
            held.has_index = True
            return answer

    def _catch_up(self, question: Callable[[Any], object], *, anyway: bool) -> None:
        if self.watch is None:
            return
        if anyway:
            self._open_anew(question, unless=lambda: False)
        elif not self._is_newest():
            if not self._is_in_place() or not self.watch.is_written_to():
                self._open_anew(question, unless=self._is_newest)
            elif time.monotonic() >= self._rests_until:
                self._refresh_beside(question)

    def state(self) -> State | None:
        """The state of an embedded store that others may write to; None for everything else."""
        return None if self.watch is None else self.watch.state()

    def indexed(self) -> State | None:
        """The state to which the open vectors belong, if it is the newest; None for everything else."""
        held = self._held
        return held.seen if held.has_index and self.state() == held.seen else None

    def _is_newest(self) -> bool:
        return self.state() == self._held.seen

    def _is_in_place(self) -> bool:
        state, seen = self.state(), self._held.seen
        return (state and state.place) == (seen and seen.place)

    def _refresh_beside(self, question: Callable[[Any], object]) -> None:
        """While an ingest writes, questions use what is open, and need not wait for the newer one."""
        with self._lock:
            if self._refreshing is not None or self._is_closed:
                return
            self._refreshing = threading.Thread(target=self._refreshed, args=(question,), daemon=True)
            self._refreshing.start()

    def _refreshed(self, question: Callable[[Any], object]) -> None:
        # A failure here is retried, and reported, once the ingest is done.
        with contextlib.suppress(StoreError):
            self._open_anew(question, unless=self._is_newest)
        self._refreshing = None

    def _open_anew(self, question: Callable[[Any], object] | None, *, unless: Callable[[], bool]) -> None:
        """Open the newest state, and have it read its index if there is a question."""
        with self._opening:
            if unless():
                return
            started = time.monotonic()
            try:
                held = self._opened_anew(question)
            finally:
                self._rests_until = time.monotonic() + REST * (time.monotonic() - started)
            with self._lock:
                old, self._held = self._held, held
                old.is_replaced = True
                is_unused = not old.users
            if is_unused:
                old.opened.close()

    def _opened_anew(self, question: Callable[[Any], object] | None) -> _Held:
        seen = self.state()
        held = self._holding(self._reopen(), seen)
        if question is not None:
            try:
                self._answered(held, question)
            except BaseException:
                held.opened.close()
                raise
        return held

    @staticmethod
    def _holding(opened: Opened, seen: State | None) -> _Held:
        """The collection that replaced this one meanwhile is not known yet."""
        is_it = seen is not None and seen.place[-1] == str(opened.collection.id)
        return _Held(opened, seen if is_it else None)

    @contextlib.contextmanager
    def _acquired(self) -> Iterator[_Held]:
        with self._lock:
            held = self._held
            held.users += 1
        try:
            yield held
        finally:
            with self._lock:
                held.users -= 1
                is_last = held.is_replaced and not held.users
            if is_last:
                held.opened.close()
