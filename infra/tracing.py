"""In place of chromadb/telemetry/opentelemetry/__init__.py (1.5.9) in the wheel: the same names, and nothing is traced.

Chroma has the Apache License 2.0, which lies beside it; this file alone differs from theirs. See infra/wheel.py.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from chromadb.config import Component

Traced = TypeVar("Traced", bound=Callable[..., Any])


class OpenTelemetryGranularity(Enum):
    """How much would be traced."""

    NONE = "none"
    OPERATION = "operation"
    OPERATION_AND_SEGMENT = "operation_and_segment"
    ALL = "all"


class OpenTelemetryClient(Component):
    """Chroma starts one of these with each of its systems."""


tracer = None
granularity = OpenTelemetryGranularity.NONE


def otel_init(*_: object) -> None:
    """Nothing is traced."""


def trace_method(*_: object, **__: object) -> Callable[[Traced], Traced]:
    """A decorator that leaves the method as it is."""
    return lambda method: method


def add_attributes_to_current_span(*_: object) -> None:
    """There is no span."""
