"""What of Ray the product asks, in threads of this process: tasks and actors over bytes, a task of a kind at a time.

`python -m tests.ray_runs` has Ray itself.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from . import exceptions

__all__ = ["exceptions"]

AWAY = "ray://127.0.0.1:9"
CLOSED = "ray://127.0.0.1:10"
OLDER = "ray://127.0.0.1:11"
starts: list[dict[str, Any]] = []  # What each `init` was given.
seen: list[Any] = []  # The names of what was asked of workers.
busy = 0  # So often the head lets nobody in.
at_once = 0
most_at_once = 0
failing: Exception | None = None
on_task: Callable[[], object] = bool  # Called when a task is asked for.
_threads: ThreadPoolExecutor | None = None
_worker = threading.Lock()  # One process that reads.


class Ref(Future[Any]):
    """What comes."""


def init(**given: Any) -> None:
    global _threads, busy
    if given["address"] == AWAY:
        raise ConnectionError("ray client connection timeout")
    if given["address"] == CLOSED or busy:
        busy = max(0, busy - 1)
        raise ConnectionAbortedError("Initialization failure from server:\nTraceback\nRuntimeError: Proxy failed.\n")
    if given["address"] == OLDER:
        raise RuntimeError("Version mismatch: Cluster:\n  Python: 3.12.1\nThis process:\n  Python: 3.11.7\n")
    starts.append(given)
    _threads = ThreadPoolExecutor(4)


def is_initialized() -> bool:
    return _threads is not None


def shutdown() -> None:
    global _threads
    if _threads is not None:
        _threads.shutdown()
        _threads = None


def cluster_resources() -> dict[str, float]:
    return {"CPU": float(starts[-1].get("num_cpus", 2))}


def put(value: Any) -> Ref:
    ref = Ref()
    ref.set_result(value)
    return ref


def get(ref: Ref) -> Any:
    return ref.result()


class Remote:
    """A function or a class that runs elsewhere."""

    def __init__(self, what: Callable[..., Any]) -> None:
        self._what = what

    def options(self, **_: Any) -> Remote:
        return self

    def remote(self, *given: Any) -> Any:
        if isinstance(self._what, type):
            return Actor(self._what(*_values(given)))
        return _run(self._what, given, contextlib.nullcontext() if hasattr(self._what, "__self__") else _worker)


class Actor:
    """An instance elsewhere, whose methods are asked."""

    def __init__(self, instance: Any) -> None:
        self._instance = instance

    def __getattr__(self, name: str) -> Remote:
        return Remote(getattr(self._instance, name))


def remote(what: Callable[..., Any]) -> Remote:
    return Remote(what)


def _done(what: Callable[..., Any], given: Any) -> Any:
    if failing is not None:
        raise failing
    return what(*_values(given))


def _values(given: Any) -> list[Any]:
    return [each.result() if isinstance(each, Ref) else each for each in given]


def _run(what: Callable[..., Any], given: Any, turn: Any) -> Ref:
    global at_once, most_at_once
    if _threads is None:
        raise RuntimeError("Ray is not started.")
    seen.append("embed" if hasattr(what, "__self__") else given[0])
    on_task()
    at_once += 1
    most_at_once = max(most_at_once, at_once)
    ref = Ref()

    def done() -> None:
        global at_once
        try:
            with turn:
                ref.set_result(_done(what, given))
        except exceptions.RayError as error:
            ref.set_exception(error)
        except Exception as error:  # noqa: BLE001 - as a worker does
            ref.set_exception(exceptions.of(error))
        finally:
            at_once -= 1

    _threads.submit(done)
    return ref
