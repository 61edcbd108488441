"""A collection's client, opened anew where another process has written to the same files.

Chroma reads the vector index from its files once and then follows the queue of writes. The process that writes clears
the queue whenever it has brought the files up to date, so that others would never hear of what was in it.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from corpus.errors import StoreUnavailable
from corpus.settings import CorpusSettings, target_kind
from corpus.store.client import collection_of, connect, disconnect
from corpus.store.errors import translated

T = TypeVar("T")
# Chroma writes this file of a collection's index last.
INDEX_FILE = "index_metadata.pickle"
ATTEMPTS = 5
SECONDS_BETWEEN = 0.1

Look = frozenset[tuple[str, int, int]]


class Handle:
    """A client and its collection. Safe in threads: what is in use is not taken away.

    To what `is_published` nobody writes.
    """

    def __init__(
        self,
        client: Any,
        collection: Any,
        settings: CorpusSettings,
        *,
        only_reads: bool = False,
        is_published: bool = False,
    ) -> None:
        self.client = client
        self.collection = collection
        self._settings = settings
        self.is_published = is_published
        self._only_reads = only_reads
        self._folder = settings.chroma_path if target_kind(settings) == "embedded" and not is_published else None
        self._seen = self._look()
        self._users = 0
        self._is_closing = False
        self._changed = threading.Condition()
        self._reopening = threading.Lock()

    @contextlib.contextmanager
    def used(self) -> Iterator[Any]:
        """The collection, for as long as the block takes. Raises StoreError."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_closing)
            self._users += 1
        try:
            with translated():
                yield self.collection
        finally:
            with self._changed:
                self._users -= 1
                self._changed.notify_all()

    def ask(self, question: Callable[[Any], T]) -> T:
        """What the collection answers to a question that needs vectors, of the newest index. Raises StoreError."""
        for attempt in range(ATTEMPTS):
            try:
                self._catch_up(anyway=attempt > 0)
                with self.used() as collection:
                    return question(collection)
            except StoreUnavailable:
                # The index has lost touch, or was read while its files were being written.
                if self._folder is None or attempt == ATTEMPTS - 1:
                    raise
                time.sleep(SECONDS_BETWEEN * attempt)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Let go of the files or the connection."""
        disconnect(self.client)

    def _catch_up(self, *, anyway: bool) -> None:
        if self._folder is None or (self._look() == self._seen and not anyway):
            return
        with self._reopening:
            seen = self._look()
            if seen == self._seen and not anyway:
                return
            with self._changed:
                self._is_closing = True
                try:
                    self._changed.wait_for(lambda: not self._users)
                    disconnect(self.client)
                    self.client = connect(self._settings, only_reads=self._only_reads)
                    self.collection = collection_of(self.client, self._settings)
                    self._seen = seen
                finally:
                    self._is_closing = False
                    self._changed.notify_all()

    def _look(self) -> Look:
        """How the files of the indexes look now."""
        found = set()
        if self._folder is not None:
            for file in self._folder.glob(f"*/{INDEX_FILE}"):
                with contextlib.suppress(OSError):
                    status = file.stat()
                    found.add((str(file), status.st_mtime_ns, status.st_size))
        return frozenset(found)
