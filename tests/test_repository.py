"""What is committed makes sense on any machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.absent import absent

ROOT = Path(__file__).parents[1]
MAX_LINES = 250


def git(*arguments: str) -> list[str]:
    """The lines that git prints."""
    command = shutil.which("git")
    if command is None or not (ROOT / ".git").exists():
        absent("This is not a clone, or there is no git.")
    words = [command, "-c", "safe.directory=*", *arguments]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def test_no_link_is_committed() -> None:
    assert [line for line in git("ls-files", "--stage") if line.startswith("120000")] == []


def test_nothing_that_is_ignored_is_committed() -> None:
    assert git("ls-files", "--cached", "--ignored", "--exclude-per-directory=.gitignore") == []


def test_no_file_of_the_source_is_longer_than_somebody_reads_at_once() -> None:
    folders = ("corpus", "ingest", "handler", "infra", "benchmarks", "examples")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert [path for path in paths if len(path.read_text("utf-8").splitlines()) > MAX_LINES] == []
