"""`make coverage`: run the tests, and show which branches they reach, in the processes that they start too.

python -m tests.covered [WHAT PYTEST TAKES]
"""

from __future__ import annotations

import io
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import coverage

ROOT = Path(__file__).parents[1]
PACKAGES = ("corpus", "ingest", "handler", "infra")


def is_whole(path: Path) -> bool:
    """Whether a process finished writing what it measured: tests kill some in the midst of it."""
    try:
        with closing(sqlite3.connect(path)) as database:
            (found,) = database.execute("PRAGMA integrity_check").fetchone()
            database.execute("SELECT count(*) FROM coverage_schema")
    except sqlite3.DatabaseError:
        return False
    return bool(found == "ok")


def combined() -> coverage.Coverage:
    """What all processes measured, but for those whose file was cut off."""
    measured = coverage.Coverage(config_file=str(ROOT / "pyproject.toml"))
    files = sorted(ROOT.glob(".coverage.*"))
    for path in files:
        if not is_whole(path):
            path.unlink()
    left = sorted(ROOT.glob(".coverage.*"))
    print(f"{len(left)} processes were measured, {len(files) - len(left)} more were killed while they wrote it down.")
    measured.combine([str(path) for path in left])
    return measured


def main() -> int:
    for path in ROOT.glob(".coverage*"):
        path.unlink()
    command = [sys.executable, "-m", "coverage", "run", "-m", "pytest", *sys.argv[1:]]
    ran = subprocess.run(command, cwd=ROOT, check=False)
    measured = combined()
    measured.report()
    for package in PACKAGES:
        share = measured.report(include=[f"{package}/*"], file=io.StringIO())
        print(f"{package}: {share:.1f} %")
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main())
