"""Every benchmark, one after the other: `make bench`, or python -m benchmarks [--small] [NAME ...]

Each is a process of its own, prints its tables, is saved as JSON below .bench, and takes its section's place in
docs/performance.md as soon as it ends: a run that is stopped keeps what it has. With --small the docs stay as they are.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.turns import Outcome

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance.md"
SAVED = ROOT / ".bench"
# In the order of issue by which a user meets them; those that other libraries stand beside run where these are.
BENCHMARKS = {
    "splitting": "Splitting text",
    "reading": "Reading PDF",
    "ingest": "Ingest, end to end",
    "queries": "A question",
    "lexical": "The index of words",
    "changed": "One changed document",
    "cold_start": "Cold start",
    "snapshots": "Snapshots",
    "load": "Many callers at once",
    "embedding": "The local model",
}
COMPARED = {"splitting", "reading", "ingest"}
PLOTTED = {"queries"}


def command(name: str, *, small: bool) -> list[str]:
    """What runs a benchmark."""
    environment = ".venv-bench" if name in COMPARED else ".venv"
    python = ROOT / environment / "bin" / "python"
    words = [str(python) if python.exists() else sys.executable, "-m", f"benchmarks.{name}"]
    words += ["--json", str(SAVED / f"{name}.json")]
    if small:
        return [*words, "--small"]
    return [*words, "--plot", str(PAGE.with_suffix(".svg"))] if name in PLOTTED else words


def section(name: str, saved: dict[str, Any], day: str) -> str:
    """A benchmark's part of the page."""
    machine = saved["machine"]
    about = f"`python -m benchmarks.{name}`, {day}, load average {machine['load_average']:.1f} at the end."
    plot = ["", f"![{BENCHMARKS[name]}]({PAGE.stem}.svg)"] if name in PLOTTED else []
    tables = Outcome.from_json(saved).markdown()
    return "\n".join(
        [f"<!-- {name} -->", f"## {BENCHMARKS[name]}", "", about, *plot, "", tables, f"<!-- end {name} -->"]
    )


def write(page: Path, name: str, text: str) -> None:
    """Put a section in its place, or at the end."""
    before = page.read_text("utf-8")
    after, found = re.subn(f"<!-- {name} -->.*<!-- end {name} -->", lambda _: text, before, flags=re.S)
    page.write_text(after if found else f"{before.rstrip()}\n\n{text}\n", "utf-8")


def main(argv: Sequence[str]) -> int:
    """Run them; returns 1 where one has failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--small", action="store_true", help="tiny sizes, to see that they run")
    given = parser.parse_args(argv)
    SAVED.mkdir(exist_ok=True)
    failed = []
    for name in given.names or BENCHMARKS:
        print(f"\n# {BENCHMARKS[name]}", flush=True)
        if subprocess.run(command(name, small=given.small), cwd=ROOT, check=False).returncode:
            failed.append(name)
        elif not given.small:
            saved = json.loads((SAVED / f"{name}.json").read_text("utf-8"))
            write(PAGE, name, section(name, saved, datetime.now(UTC).date().isoformat()))
    if failed:
        sys.stderr.write(f"Error: {', '.join(failed)} failed; the lines above say why.\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
