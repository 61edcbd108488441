"""infra.release: a release needs a dated version, and the version stands in one place."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from corpus import __version__
from infra.release import ROOT, NotReady, dated

GIT = shutil.which("git") or "git"
PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "retrieval-action"
dynamic = ["version"]
requires-python = ">=3.11"

[tool.hatch.version]
path = "corpus/__init__.py"

[tool.hatch.build.targets.wheel]
packages = ["corpus"]
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A small project of the same version, with the same program for releases, all committed."""
    for name in ("corpus", "infra"):
        (tmp_path / name).mkdir()
        shutil.copy2(ROOT / name / "__init__.py", tmp_path / name)
    shutil.copy2(ROOT / "infra" / "release.py", tmp_path / "infra")
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n## {__version__} - 2026-11-28\n")
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / ".gitignore").write_text("__pycache__\ndist\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "config", "user.name", "A")
    git(tmp_path, "config", "user.email", "a@example.com")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "All")
    return tmp_path


def git(at: Path, *words: str) -> str:
    return subprocess.run([GIT, *words], cwd=at, capture_output=True, text=True, check=True).stdout.strip()


def release(at: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "infra.release"], cwd=at, capture_output=True, text=True, check=False)


def test_a_release_builds_and_tags_and_publishes_nothing(clone: Path) -> None:
    done = release(clone)
    assert done.returncode == 0, done.stderr
    built = [f"dist/retrieval_action-{__version__}{ending}" for ending in ("-py3-none-any.whl", ".tar.gz")]
    assert done.stdout.splitlines()[:2] == built
    assert all((clone / name).is_file() for name in built)
    assert f"git push origin v{__version__}" in done.stdout
    assert git(clone, "tag", "--list", "--format=%(refname:short) %(*objectname)") == (
        f"v{__version__} {git(clone, 'rev-parse', 'HEAD')}"
    )
    assert git(clone, "status", "--porcelain") == ""
    again = release(clone)
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == f"v{__version__} is tagged already. Set the next version in corpus/__init__.py.\n"


def test_a_change_that_belongs_to_no_version_is_not_released(clone: Path) -> None:
    changelog = f"# Changelog\n\n## Unreleased\n\n### Added\n- A door.\n\n## {__version__} - 2026-11-28\n"
    (clone / "CHANGELOG.md").write_text(changelog)
    git(clone, "commit", "--all", "--quiet", "--message", "A door")
    done = release(clone)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"CHANGELOG.md has entries under Unreleased. Move them below `## {__version__} - …`.\n"
    (clone / "CHANGELOG.md").write_text(changelog.replace("### Added\n- A door.\n\n", ""))
    git(clone, "commit", "--all", "--quiet", "--message", "No door")
    assert release(clone).returncode == 0


def test_what_is_not_committed_is_not_released(clone: Path) -> None:
    (clone / "notes.txt").write_text("Not yet.")
    done = release(clone)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "There are changes that are not committed. Commit or drop them.\n"
    assert git(clone, "tag", "--list") == ""
    assert not (clone / "dist").exists()


def test_outside_a_clone_gits_own_words_are_told(clone: Path) -> None:
    shutil.rmtree(clone / ".git")
    done = release(clone)
    assert (done.returncode, done.stdout) == (1, "")
    assert "not a git repository" in done.stderr


def test_the_version_stands_in_one_place() -> None:
    written = [
        path
        for folder in ("corpus", "ingest", "handler", "infra")
        for path in (ROOT / folder).rglob("*.py")
        if f'"{__version__}"' in path.read_text("utf-8")
    ]
    assert written == [ROOT / "corpus" / "__init__.py"]


def test_a_release_needs_a_dated_version() -> None:
    assert dated("# Changelog\n\n## 0.2.0 - 2026-11-28\n", "0.2.0") == "2026-11-28"
    with pytest.raises(NotReady, match="CHANGELOG"):
        dated("# Changelog\n\n## Unreleased\n", "0.2.0")


def test_the_changelog_has_this_version() -> None:
    assert dated((ROOT / "CHANGELOG.md").read_text("utf-8"), __version__)
