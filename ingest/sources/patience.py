"""When the servers of a run may be asked again. One host's wishes do not hold back requests to others."""

from __future__ import annotations

import threading
import time

from corpus.errors import DocumentUnreadable

# The most that one host may hold a run back.
MAX_WAITS_SECONDS = 300.0


class RetryAfterGate:
    """What a server asked for with Retry-After holds for all who ask that host, in this run. `stop` ends every wait."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}
        self._asked: dict[str, float] = {}

    def wait(self, host: str) -> None:
        """Wait until requests to the host are welcome. Raises DocumentUnreadable when the run is stopped."""
        while (seconds := self._until.get(host, 0.0) - time.monotonic()) > 0 and not self.stop.is_set():
            self.stop.wait(seconds)
        if self.stop.is_set():
            raise DocumentUnreadable("The run was stopped. Run it again.")

    def ask_for(self, host: str, seconds: float) -> bool:
        """Hold back requests to the host for some seconds from now; False if it has used up all that a run allows."""
        now = time.monotonic()
        with self._lock:
            further = now + seconds - max(now, self._until.get(host, 0.0))
            if further <= 0:
                return True
            if self._asked.get(host, 0.0) + further > MAX_WAITS_SECONDS:
                return False
            self._asked[host] = self._asked.get(host, 0.0) + further
            self._until[host] = now + seconds
        return True
