"""infra.release, and the wheel that it builds: everything that the programs need is in it, and one version."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from email.parser import Parser

import pytest

from corpus import __version__
from infra.release import ROOT, NotReady, dated


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_holds_every_module_its_data_and_its_types(wheel: zipfile.ZipFile) -> None:
    held = set(wheel.namelist())
    for package in ("corpus", "ingest", "handler"):
        files = {p for p in (ROOT / package).rglob("*") if p.is_file() and "__pycache__" not in p.parts}
        assert {path.relative_to(ROOT).as_posix() for path in files} <= held
        assert f"{package}/py.typed" in held
    assert not {name for name in held if name.startswith(("tests/", "benchmarks/", "infra/", "examples/"))}


def test_the_wheel_has_the_one_version_and_both_programs(wheel: zipfile.ZipFile) -> None:
    folder = f"retrieval_action-{__version__}.dist-info"
    metadata = Parser().parsestr(wheel.read(f"{folder}/METADATA").decode())
    assert metadata["Version"] == __version__
    programs = wheel.read(f"{folder}/entry_points.txt").decode()
    assert "ingest = ingest.__main__:main" in programs
    assert "handler = handler.cli:main" in programs


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
