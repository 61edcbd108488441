"""Something that is opened when first needed and shared by threads; after `close` the next use opens another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Closeable(Protocol):
    """What holds connections or files until it is closed."""

    def close(self) -> None: ...


T = TypeVar("T", bound=Closeable)


class OnDemand(Generic[T]):
    """Opens one at a time: `functools.cached_property` has had no lock since Python 3.12. `opened` makes a new one."""

    def __init__(self, opened: Callable[[], T]) -> None:
        self._opened = opened
        self._lock = threading.Lock()
        self._current: T | None = None

    def get(self) -> T:
        """The open one. What `opened` raises is not cached: the next call tries again."""
        with self._lock:
            if self._current is None:
                self._current = self._opened()
            return self._current

    def close(self) -> None:
        """Close what is open, if anything is."""
        with self._lock:
            current, self._current = self._current, None
        if current is not None:
            current.close()
