"""Query several corpora at once: one that is slow, hangs or fails neither delays nor breaks the others.

A corpus that was late or failed is in doubt: until it answers again nobody waits for it longer than for the others.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from handler.contract.errors import ActionError

T = TypeVar("T")
MAX_AT_ONCE = 16
# Corpora in doubt that a request tries as well.
MAX_TRIED_BY_THE_WAY = 4


class Doubts:
    """The corpora from which no answer in time should be expected, over all requests. Safe in threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._doubted: set[str] = set()
        self._running: Counter[str] = Counter()

    def trusted(self, names: Sequence[str]) -> list[str]:
        """Those that are not in doubt."""
        with self._lock:
            return [name for name in names if name not in self._doubted]

    def idle(self, names: Sequence[str]) -> list[str]:
        """Those that nobody is still waiting for."""
        with self._lock:
            return [name for name in names if not self._running[name]]

    def begun(self, name: str) -> None:
        """A query of it has started."""
        with self._lock:
            self._running[name] += 1

    def ended(self, name: str, *, well: bool) -> None:
        """It answered, or failed."""
        with self._lock:
            self._running[name] -= 1
            (self._doubted.discard if well else self._doubted.add)(name)

    def late(self, name: str) -> None:
        """It did not answer in time."""
        with self._lock:
            if self._running[name]:
                self._doubted.add(name)


@dataclass(slots=True)
class Answers(Generic[T]):
    """The answers, and the corpora without one, each in the order in which they were asked."""

    by_name: dict[str, T] = field(default_factory=dict)
    failures: dict[str, BaseException] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def ask_each(
    names: Sequence[str],
    ask: Callable[[str], T],
    *,
    doubts: Doubts,
    patience_seconds: float,
    seconds_left: Callable[[], float],
) -> Answers[T]:
    """What each answers; who takes longer than `patience_seconds` is missing, unless nobody else answers either.

    Raises what the first raised where none answers, ActionError 504 where none does in `seconds_left`.
    """
    asking = _Asking(names, ask, doubts, patience_seconds, seconds_left)
    asking.run()
    return asking.answers


class _Asking(Generic[T]):
    def __init__(
        self,
        names: Sequence[str],
        ask: Callable[[str], T],
        doubts: Doubts,
        patience_seconds: float,
        seconds_left: Callable[[], float],
    ) -> None:
        self._names = names
        self._ask = ask
        self._doubts = doubts
        self._patience_seconds = patience_seconds
        self._seconds_left = seconds_left
        self._results: queue.SimpleQueue[tuple[str, T | None, BaseException | None]] = queue.SimpleQueue()
        self._late_at: dict[str, float] = {}  # Among those that are waited for.
        self._late: set[str] = set()
        self.answers: Answers[T] = Answers()

    def run(self) -> None:
        trusted = self._doubts.trusted(self._names) or list(self._names)
        others = [name for name in self._names if name not in trusted]
        waiting = trusted[::-1]
        for name in self._doubts.idle(others)[:MAX_TRIED_BY_THE_WAY]:
            self._start(name)
            self._late.add(name)
        while waiting or self._late_at:
            while waiting and len(self._late_at) < MAX_AT_ONCE:
                name = waiting.pop()
                self._start(name)
                self._late_at[name] = time.monotonic() + self._patience_seconds
            try:
                self._take(min(self._late_at.values()) - time.monotonic())
            except queue.Empty:
                self._forsake()
            except ActionError:
                self._forsake(all_of_them=True)
                break
        # Better late than no answer.
        while not self.answers.by_name and self._late:
            with contextlib.suppress(queue.Empty):
                self._take(self._seconds_left())
        self._end()

    def _take(self, seconds: float) -> None:
        """Wait for one more answer. Raises queue.Empty after so many seconds, ActionError at the deadline."""
        left = self._seconds_left()
        try:
            name, answer, error = self._results.get(timeout=max(0.0, min(seconds, left)))
        except queue.Empty:
            self._seconds_left()
            raise
        self._late_at.pop(name, None)
        self._late.discard(name)
        if error is not None:
            self.answers.failures[name] = error
        else:
            self.answers.by_name[name] = answer  # type: ignore[assignment] # Without an error it is one.

    def _forsake(self, *, all_of_them: bool = False) -> None:
        now = time.monotonic()
        for name in [each for each, late_at in self._late_at.items() if all_of_them or late_at <= now]:
            del self._late_at[name]
            self._late.add(name)
            self._doubts.late(name)

    def _end(self) -> None:
        found, failures = self.answers.by_name, self.answers.failures
        if not found and failures:
            raise next(failures[name] for name in self._names if name in failures)
        self.answers.by_name = {name: found[name] for name in self._names if name in found}
        self.answers.missing = [name for name in self._names if name not in found]

    def _start(self, name: str) -> None:
        self._doubts.begun(name)
        # A daemon, because a query that never ends must not keep the process alive.
        threading.Thread(target=self._run, args=(name,), name=f"ask-{name}", daemon=True).start()

    def _run(self, name: str) -> None:
        answer, failure = None, None
        try:
            answer = self._ask(name)
        except BaseException as error:  # noqa: BLE001 - who waits for the answer raises it, or tells of it
            failure = error
        self._doubts.ended(name, well=failure is None or _is_refusal(failure))
        self._results.put((name, answer, failure))


def _is_refusal(error: BaseException) -> bool:
    """Whether the error is about the request, and not about the corpus."""
    return isinstance(error, ActionError) and error.status < 500
