"""corpus.on_demand: opened once however many ask at the same moment, and again after it was closed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from corpus.on_demand import OnDemand

THREADS = 8


class Connection:
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_threads_that_ask_at_the_same_moment_share_one() -> None:
    opened = []
    others_ask = threading.Event()

    def slowly() -> Connection:
        opened.append(Connection())
        others_ask.wait(0.2)
        return opened[-1]

    shared = OnDemand(slowly)
    with ThreadPoolExecutor(THREADS) as threads:
        given = set(threads.map(lambda _: shared.get(), range(THREADS)))
    assert len(opened) == len(given) == 1


def test_what_was_closed_is_closed_once_and_opened_anew() -> None:
    shared = OnDemand(Connection)
    shared.close()
    first = shared.get()
    shared.close()
    shared.close()
    assert first.closed == 1
    assert shared.get() is not first


def test_a_failure_is_not_kept() -> None:
    tries = []

    def opened() -> Connection:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("away")
        return Connection()

    shared = OnDemand(opened)
    with pytest.raises(OSError, match="away"):
        shared.get()
    assert shared.get() is shared.get()
