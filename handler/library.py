"""The corpus as the handler holds it: opened at the first need, again after a fault, newer where one is published."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from corpus.errors import StoreError

if TYPE_CHECKING:
    # chromadb comes with it, which takes longer to import than everything else together.
    from corpus.corpus import Corpus


class Library:
    """Success is kept, failure is not: an outage heals by itself."""

    def __init__(self, open_corpus: Callable[[], Corpus]) -> None:
        self._open_corpus = open_corpus
        self._lock = threading.Lock()
        self._corpus: Corpus | None = None
        self._readers: dict[Corpus, int] = {}

    @contextmanager
    def corpus(self) -> Iterator[Corpus]:
        """The open corpus. A StoreError in the block lets go of it, so that the next request opens it anew."""
        corpus = self._opened()
        try:
            yield corpus
        except StoreError:
            with self._lock:
                if self._corpus is corpus:
                    self._corpus = None
            raise
        finally:
            self._done(corpus)

    def close(self) -> None:
        """Close the corpus, if it is open; a reader that is still at it closes it when done."""
        with self._lock:
            corpus, self._corpus = self._corpus, None
            busy = corpus in self._readers
        if corpus is not None and not busy:
            corpus.close()

    def _opened(self) -> Corpus:
        with self._lock:
            if self._corpus is None:
                self._corpus = self._open_corpus()
            corpus = self._corpus
        # Outside of the lock: the one request that fetches a newer snapshot waits alone.
        newest = corpus.refreshed()
        with self._lock:
            if self._corpus is corpus:
                self._corpus = newest
            self._readers[newest] = self._readers.get(newest, 0) + 1
        return newest

    def _done(self, corpus: Corpus) -> None:
        with self._lock:
            self._readers[corpus] -= 1
            if self._readers[corpus]:
                return
            del self._readers[corpus]
            given_up = self._corpus is not corpus
        # A snapshot's corpus closes itself: what it has open may be its successor's too.
        if given_up and corpus.newest is None:
            corpus.close()
