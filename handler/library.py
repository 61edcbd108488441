"""The corpus as the handler holds it: opened when first needed, reopened after a fault, replaced by newer versions.

One thread opens it, and no lock is held meanwhile: requests wait for it as long as there is time, then do without.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING

from corpus.errors import CollectionMissing, StoreUnavailable
from handler.observing.trace import too_late

if TYPE_CHECKING:
    # It brings chromadb, which takes longer to import than everything else together.
    from corpus.searching.corpus import Corpus

# Errors that reopening the store may cure. A missing lexical index, say, is not one.
FAULTS = (StoreUnavailable, CollectionMissing)


class Library:
    """Success is kept, failure is not: an outage heals by itself."""

    def __init__(self, open_corpus: Callable[[], Corpus], *, patience_seconds: float | None = None) -> None:
        """An opening that takes longer than `patience_seconds` is given up: the next request begins another."""
        self._open_corpus = open_corpus
        self._patience_seconds = patience_seconds
        self._lock = threading.Lock()
        self._corpus: Corpus | None = None
        self._opening: Future[Corpus] | None = None
        self._opening_since = 0.0
        self._readers: dict[Corpus, int] = {}
        self._is_closed = False

    @property
    def is_idle(self) -> bool:
        """Whether it is open and nobody reads it."""
        with self._lock:
            return self._corpus is not None and not self._readers

    @contextmanager
    def corpus(self, *, wait_seconds: float | None = None, canary: bool = False) -> Iterator[Corpus]:
        """The open corpus; with `canary` the version that some get first, where there is one. A fault of its store in
        the block lets go of it, so that the next request opens it anew.

        Raises ActionError 504 where it is not open in `wait_seconds`, and the CorpusError with which opening ended.
        """
        corpus = self._acquire(wait_seconds)
        try:
            corpus = self._newest(corpus)
            if canary:
                corpus = self._canary_of(corpus)
            yield corpus
        except FAULTS:
            self._distrust(corpus)
            raise
        finally:
            self._returned(corpus)

    def close(self) -> None:
        """Close the corpus, if it is open; a reader that is still using it closes it when done."""
        with self._lock:
            self._is_closed = True
            corpus, self._corpus, self._opening = self._corpus, None, None
            busy = corpus in self._readers
        if corpus is not None and not busy:
            corpus.close()

    def _acquire(self, wait_seconds: float | None) -> Corpus:
        deadline = None if wait_seconds is None else time.monotonic() + wait_seconds
        while True:
            with self._lock:
                if self._corpus is not None:
                    self._lend(self._corpus)
                    return self._corpus
                opening = self._start_opening()
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not wait([opening], timeout=left).done:
                raise too_late()
            opening.result()

    def _start_opening(self) -> Future[Corpus]:
        """The opening in progress; a new one if there is none, or if it hangs."""
        age = time.monotonic() - self._opening_since
        if self._opening is None or (self._patience_seconds is not None and age > self._patience_seconds):
            self._opening, self._opening_since = Future(), time.monotonic()
            # A daemon, because an opening that never ends must not keep the process alive.
            threading.Thread(target=self._open, args=(self._opening,), name="open-corpus", daemon=True).start()
        return self._opening

    def _open(self, opening: Future[Corpus]) -> None:
        corpus, failure = None, None
        try:
            corpus = self._open_corpus()
        except BaseException as error:  # noqa: BLE001 - those who wait for it raise it
            failure = error
        # Before the waiters are told: whoever asks after a failure begins anew.
        with self._lock:
            wanted = self._opening is opening
            if wanted:
                self._corpus, self._opening = corpus, None
        if corpus is None:
            opening.set_exception(failure)
            return
        if not wanted:
            corpus.close()
        opening.set_result(corpus)

    def _newest(self, corpus: Corpus) -> Corpus:
        """Replace it with a newer version if one is published. Only the request that fetches it waits."""
        newest = corpus.refreshed()
        if newest is not corpus:
            with self._lock:
                if self._corpus is corpus:
                    self._corpus = newest
                self._lend(newest)
            self._returned(corpus)
        return newest

    def _canary_of(self, corpus: Corpus) -> Corpus:
        canary = corpus.canary() if corpus.canary is not None else None
        if canary is None:
            return corpus
        with self._lock:
            self._lend(canary)
        self._returned(corpus)
        return canary

    def _distrust(self, corpus: Corpus) -> None:
        if corpus.on_fault is not None:  # It stays in use until its successor is open.
            corpus.on_fault()
            return
        with self._lock:
            if self._corpus is corpus:
                self._corpus = None

    def _lend(self, corpus: Corpus) -> None:
        self._readers[corpus] = self._readers.get(corpus, 0) + 1

    def _returned(self, corpus: Corpus) -> None:
        with self._lock:
            self._readers[corpus] -= 1
            if self._readers[corpus]:
                return
            del self._readers[corpus]
            if self._is_closed and self._corpus is corpus:  # Somebody asked for it while it was being closed.
                self._corpus = None
            given_up = self._corpus is not corpus
        # A snapshot's corpus closes itself: its successor may share what it has open.
        if given_up and (corpus.newest is None or self._is_closed):
            corpus.close()
