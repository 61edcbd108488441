"""The names of Ray's errors, of which the product knows."""

from __future__ import annotations


class RayError(Exception):
    pass


class RayTaskError(RayError):
    def __init__(self, cause: Exception) -> None:
        super().__init__("a traceback of a worker")
        self.cause = cause


class WorkerCrashedError(RayError):
    pass


class ObjectStoreFullError(RayError):
    pass


class OutOfDiskError(RayError):
    pass


class OutOfMemoryError(RayError):
    pass
