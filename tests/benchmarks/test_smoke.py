"""Every benchmark runs, with sizes so small that no figure means a thing, and saves what it found."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS, section, write
from benchmarks.turns import Comparison, Goal, Outcome
from tests.lambda_ import tools
from tests.lambda_.built import Built


def run(name: str, folder: Path, printed: pytest.CaptureFixture[str], *words: str) -> Outcome:
    """In this process: each start of an interpreter would cost more than the benchmark."""
    saved = folder / f"{name}.json"
    importlib.import_module(f"benchmarks.{name}").main(["--small", "--json", str(saved), *words])
    outcome = Outcome.from_json(json.loads(saved.read_text("utf-8")))
    assert outcome.benchmark == name
    assert outcome.markdown() in printed.readouterr().out
    return outcome


# What a benchmark leaves open goes with its process, which here is the tests'.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("name", sorted(BENCHMARKS.keys() - {"cold_start"}))
def test_it_runs_and_saves_what_it_found(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    found = run(name, tmp_path, capfd)
    assert found.comparisons or found.figures


def test_a_cold_start_is_told_by_phases(built: Built, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    tools.runtime()
    found = run("cold_start", tmp_path, capfd, "--zip", str(built.zip))
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
