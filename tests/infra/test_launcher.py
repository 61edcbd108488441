"""What stands in place of others' modules in an installation: the beginning of the commands, and tracing of nothing."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest
from chromadb.telemetry import opentelemetry

from corpus import __version__
from infra import tracing
from infra.package import ROOT


@pytest.mark.parametrize("command", ["ingest", "handler"])
def test_the_command_starts_where_our_packages_are_found_already(command: str) -> None:
    code = (
        f"import sys; from infra.launcher import run_{command}; sys.argv = ['{command}', '--version']; run_{command}()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, __version__ in done.stdout) == (0, True), done.stderr


def test_chromas_tracing_is_replaced_name_by_name_and_leaves_methods_alone() -> None:
    wanted = {
        name
        for name, value in vars(opentelemetry).items()
        if inspect.isroutine(value) or inspect.isclass(value)
        if value.__module__ == opentelemetry.__name__
    }
    assert {"OpenTelemetryClient", "trace_method"} < wanted
    assert wanted <= set(vars(tracing))
    assert {each.name for each in opentelemetry.OpenTelemetryGranularity} == {
        each.name for each in tracing.OpenTelemetryGranularity
    }

    def method() -> str:
        return "untouched"

    assert tracing.trace_method("name", tracing.OpenTelemetryGranularity.ALL)(method) is method
    assert tracing.otel_init("name", "endpoint", {}) is None  # type: ignore[func-returns-value]
    assert tracing.add_attributes_to_current_span({"a": 1}) is None  # type: ignore[func-returns-value]
    assert tracing.tracer is opentelemetry.tracer is None
    assert tracing.granularity.value == opentelemetry.granularity.value
