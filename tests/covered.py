"""`make coverage`: run the tests, and show which branches they reach, in the processes that they start too.

python -m tests.covered [WHAT PYTEST TAKES]

Processes with a cleared environment, in other folders, or of a copied tree are measured as well: while the tests run, a
file in the environment says so to each of its interpreters. What is killed outright, or runs by an interpreter of its
own (the installed wheel, the Lambda package), writes nothing down.
"""

from __future__ import annotations

import io
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import coverage

ROOT = Path(__file__).parents[1]
PACKAGES = ("corpus", "ingest", "handler", "infra")
# Before coverage's own, which begins to measure where this variable is set.
STARTER = "a0_measured.pth"
VARIABLE = "COVERAGE_PROCESS_CONFIG"


def is_whole(path: Path) -> bool:
    """Whether a process finished writing what it measured: tests kill some in the midst of it."""
    try:
        with closing(sqlite3.connect(path)) as database:
            (found,) = database.execute("PRAGMA integrity_check").fetchone()
            database.execute("SELECT count(*) FROM coverage_schema")
    except sqlite3.DatabaseError:
        return False
    return bool(found == "ok")


@contextmanager
def measuring(folder: Path) -> Iterator[None]:
    """Meanwhile every process of this environment writes into `folder` what it reached."""
    # By folder too: the build backend loads a module by its path.
    sources = [str(ROOT / package) for package in PACKAGES]
    config = coverage.Coverage(
        config_file=str(ROOT / "pyproject.toml"), data_file=str(folder / "measured"), source=sources
    ).config
    starter = Path(sysconfig.get_path("purelib")) / STARTER
    starter.write_text(f"import os; os.environ.setdefault({VARIABLE!r}, {config.serialize()!r})\n", "utf-8")
    try:
        yield
    finally:
        starter.unlink()


def combined(folder: Path) -> coverage.Coverage:
    """What all processes measured, but for those whose file was cut off. A module that none imported is in it too."""
    measured = coverage.Coverage(config_file=str(ROOT / "pyproject.toml"), data_file=str(ROOT / ".coverage"))
    files = sorted(folder.iterdir())
    whole = [str(path) for path in files if is_whole(path)]
    print(f"{len(whole)} processes were measured, {len(files) - len(whole)} more were killed while they wrote it down.")
    measured.combine(whole)
    modules = [str(path) for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    measured.get_data().touch_files(modules)
    return measured


def main() -> int:
    (ROOT / ".coverage").unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="measured-") as name:
        with measuring(Path(name)):
            ran = subprocess.run([sys.executable, "-m", "pytest", *sys.argv[1:]], cwd=ROOT, check=False)
        measured = combined(Path(name))
    measured.save()
    measured.report()
    for package in PACKAGES:
        share = measured.report(include=[f"{package}/*"], file=io.StringIO())
        print(f"{package}: {share:.1f} %")
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main())
