"""The benchmarks run, with sizes so tiny that no figure means a thing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from benchmarks import embedding, lexical, reading, splitting

Main = Callable[[Sequence[str]], None]
MAINS: dict[str, Main] = {
    "embedding": embedding.main,
    "lexical": lexical.main,
    "reading": reading.main,
    "splitting": splitting.main,
}


@pytest.mark.parametrize("name", MAINS)
def test_a_small_run_prints_and_saves_its_outcome(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "outcome.json"
    MAINS[name](["--small", "--json", str(file)])
    saved = json.loads(file.read_text("utf-8"))
    assert saved["benchmark"] == name
    assert all(times for each in saved["comparisons"] for times in each["seconds"].values())
    assert capsys.readouterr().out.startswith(f"{name}: ")
