"""How many requests a caller may send. Windows are aligned to the clock, so that all Lambdas count in the same one."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from handler.contract.errors import ActionError

logger = logging.getLogger("handler")
PERIODS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
RATE = re.compile(r"([1-9][0-9]{0,8})\s*/\s*(second|minute|hour|day)s?")


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `amount` requests in each window of `seconds`."""

    amount: int
    seconds: int


def parse_rate(text: str) -> Rate:
    """The rate of `60/minute`. Raises ValueError."""
    found = RATE.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError("must look like 60/minute; a period is a second, minute, hour or day")
    return Rate(int(found[1]), PERIODS[found[2]])


class CounterUnavailable(Exception):
    """The shared counter cannot be reached."""


class Counter(Protocol):
    """Where the requests are counted. `waits` means that counting may take long, and needs a thread."""

    waits: ClassVar[bool]

    def add(self, name: str, *, expires: int) -> int:
        """Count one more under this name and say how many there are now; forget it after `expires` (seconds since
        1970). Raises CounterUnavailable.
        """
        ...


# More callers than these in one window share one count.
MAX_COUNTED = 50_000
EVERYBODY_ELSE = "everybody else"


class MemoryCounter:
    """Counts within this process."""

    waits: ClassVar[bool] = False

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self._expires = 0

    def add(self, name: str, *, expires: int) -> int:
        """Count one more. All names expire together, because windows are aligned."""
        with self._lock:
            if expires != self._expires:
                self._counts.clear()
                self._expires = expires
            if name not in self._counts and len(self._counts) >= MAX_COUNTED:
                name = EVERYBODY_ELSE
            self._counts[name] = self._counts.get(name, 0) + 1
            return self._counts[name]

    def count(self, name: str, *, expires: int) -> int:
        """The current count."""
        with self._lock:
            return self._counts.get(name, 0) if expires == self._expires else 0


class Limiter:
    """Refuses a caller who sends more than the rate."""

    def __init__(self, rate: Rate, counter: Counter, *, clock: Callable[[], float] = time.time) -> None:
        self._rate = rate
        self._counter = counter
        self._clock = clock

    @property
    def waits(self) -> bool:
        """Whether a check may take long."""
        return self._counter.waits

    def check(self, caller: str) -> None:
        """Count a request of the caller. Raises ActionError 429 when it is one too many.

        Serves everybody while the shared counter is out of reach: answers matter more than the limit.
        """
        now = self._clock()
        name, expires = _window(caller, self._rate, now)
        try:
            count = self._counter.add(name, expires=expires)
        except CounterUnavailable as error:
            logger.error("rate_limit_unavailable", extra={"fields": {"detail": str(error)}})  # noqa: TRY400 - no bug of ours
            return
        if count > self._rate.amount:
            raise _too_many(self._rate, seconds=max(1, round(expires - now + 0.5)))


class Refusals:
    """Limits callers that were refused too often, within this process: this bounds what refusals cost."""

    def __init__(self, rate: Rate, *, clock: Callable[[], float] = time.time) -> None:
        self._rate = rate
        self._counter = MemoryCounter()
        self._clock = clock

    def check(self, caller: str) -> None:
        """Raises ActionError 429 if the caller was refused too often."""
        now = self._clock()
        name, expires = _window(caller, self._rate, now)
        if self._counter.count(name, expires=expires) >= self._rate.amount:
            raise _too_many(self._rate, seconds=max(1, round(expires - now + 0.5)))

    def note(self, caller: str) -> None:
        """Count a refusal of the caller."""
        name, expires = _window(caller, self._rate, self._clock())
        self._counter.add(name, expires=expires)


def _window(caller: str, rate: Rate, now: float) -> tuple[str, int]:
    """The name under which the caller is counted in this window, and when the window ends."""
    window = int(now // rate.seconds)
    return f"{caller}/{rate.seconds}/{window}", (window + 1) * rate.seconds


def _too_many(rate: Rate, *, seconds: int) -> ActionError:
    period = next(name for name, length in PERIODS.items() if length == rate.seconds)
    return ActionError(
        429,
        "rate_limited",
        f"Too many requests: {rate.amount} a {period} are allowed. Send the same request again in {seconds} seconds; "
        "several questions fit into one call as queries.",
        headers={"Retry-After": str(seconds)},
    )
