"""The names of Ray's errors, of which the product knows."""

from __future__ import annotations


class RayError(Exception):
    pass


class RayTaskError(RayError):
    """See `of`."""

    cause: Exception


def of(cause: Exception) -> RayTaskError:
    """An error of the cause's class too, as Ray makes it."""
    kind = type(f"RayTaskError({type(cause).__name__})", (RayTaskError, type(cause)), {"__init__": lambda *_: None})
    error: RayTaskError = kind("much\nmore")
    error.args = ("a traceback\nof a worker",)
    error.cause = cause
    return error


class WorkerCrashedError(RayError):
    pass


class ObjectStoreFullError(RayError):
    pass


class OutOfDiskError(RayError):
    pass


class OutOfMemoryError(RayError):
    pass
