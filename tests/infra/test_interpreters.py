"""An interpreter of a version is found where it is, and told how to get where it is not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from infra.interpreters import InterpreterMissing, find_python

OURS = "{}.{}".format(*sys.version_info[:2])


def test_the_named_interpreter_counts_only_if_it_is_of_that_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "python"
    other.write_text("#!/bin/sh\necho 2.7\n")
    other.chmod(0o755)
    monkeypatch.setenv("LAMBDA_PYTHON", str(other))
    assert find_python("2.7") == other
    assert find_python(OURS) == Path(sys.executable)
    other.chmod(0o600)  # One that cannot be started is passed over.
    assert find_python(OURS) == Path(sys.executable)


def test_a_version_that_nobody_has_is_told_with_the_ways_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(InterpreterMissing, match=r"No Python 1\.5 is found.*LAMBDA_PYTHON"):
        find_python("1.5")
