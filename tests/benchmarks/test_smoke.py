"""Every benchmark runs, with sizes so small that no figure means a thing, and saves what it found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS, section, write
from benchmarks.turns import Comparison, Goal, Outcome
from infra.package import ROOT
from tests.lambda_ import tools
from tests.lambda_.built import Built

# One process for all: each start of an interpreter costs more than a benchmark of this size.
RUN = """
import importlib, sys
folder, words, *names = sys.argv[1:]
for name in names:
    print(f"== {name}", flush=True)
    importlib.import_module(f"benchmarks.{name}").main(["--small", "--json", f"{folder}/{name}.json", *words.split()])
"""


def run(folder: Path, *names: str, words: str = "") -> dict[str, Outcome]:
    command = [sys.executable, "-c", RUN, str(folder), words, *names]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert ended.returncode == 0, ended.stderr[-3000:]
    outcomes = {name: Outcome.from_json(json.loads((folder / f"{name}.json").read_text("utf-8"))) for name in names}
    for name, outcome in outcomes.items():
        assert outcome.benchmark == name
        assert outcome.markdown() in ended.stdout
    return outcomes


@pytest.mark.slow
def test_each_runs_and_saves_what_it_found(tmp_path: Path) -> None:
    for found in run(tmp_path, *sorted(BENCHMARKS.keys() - {"cold_start"})).values():
        assert found.comparisons or found.figures


@pytest.mark.slow
def test_a_cold_start_is_told_by_phases(built: Built, server_task: Path, tmp_path: Path) -> None:
    tools.runtime()
    found = run(tmp_path, "cold_start", words=f"--zip {built.task} --bare {server_task}")["cold_start"]
    (cold,) = found.comparisons
    phases = ("interpreter", "imports", "open", "first answer")
    told = sum(found.figures[f"handler: {phase}, ms"] for phase in phases)
    assert told == pytest.approx(cold.median("handler") * 1000, rel=0.01)


def test_a_section_of_the_page_is_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("# How fast it is\n", "utf-8")
    one = Outcome("load", [Comparison("a", "x", {"x": [1.0], "y": [2.0]})], {"figure": 1.0}, [Goal("g", 1.0, 2.0)])
    write(page, "load", section("load", one.as_json(), "2026-01-01"))
    write(page, "reading", section("reading", Outcome("reading").as_json(), "2026-01-01"))
    between = page.read_text("utf-8")
    write(page, "load", section("load", Outcome("load", figures={"other": 3.0}).as_json(), "2026-01-02"))
    after = page.read_text("utf-8")
    assert "| y | 2.000 | 2.00 | 2.00 to 2.00 |" in between
    assert "figure |" in between
    assert "| other | 3.00 |" in after
    assert "| y |" not in after
    assert after.startswith("# How fast it is\n")
    assert after[after.index("<!-- reading -->") :] == between[between.index("<!-- reading -->") :]
