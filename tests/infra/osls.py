"""osls, installed by npm as package.json pins it. Not found and not to be had: a skip that says so."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from infra import package
from tests.absent import absent
from tests.lambda_.tools import installing

PROGRAM = package.ROOT / "node_modules" / ".bin" / "osls"
FILES = ("serverless.yml", "package.json", "infra")
PACKAGES = ("corpus", "ingest", "handler")


def project(folder: Path, zip_path: Path) -> Path:
    """What osls reads of this repository, beside a package that was built elsewhere."""
    with installing():
        if not PROGRAM.exists():
            _install()
    target = folder / "project"
    for name in FILES:
        source = package.ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / name)
    (target / "dist").mkdir()
    os.link(zip_path, target / "dist" / "lambda.zip")
    return target


def checkout(folder: Path) -> Path:
    """A copy of what is committed, with this environment and osls beside it: where `make` can be run as documented."""
    with installing():
        if not PROGRAM.exists():
            _install()
    target = folder / "checkout"
    target.mkdir()
    for name in [*PACKAGES, *FILES, "requirements", "examples", "docs", "Makefile", "pyproject.toml", "README.md"]:
        source = package.ROOT / name
        if source.is_dir():
            # With the bytecode, which fits while the times stay: to compile all again takes seconds. Not what others
            # are just writing of it.
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("*.pyc.*"))
        else:
            shutil.copy2(source, target / name)
    # So old that make takes the environment and osls, which are links to this checkout's own, for made.
    for path in [target / "package.json", target / "pyproject.toml", *(target / "requirements").iterdir()]:
        os.utime(path, (0, 0))
    for name in (".venv", "node_modules"):
        (target / name).symlink_to(package.ROOT / name)
    for stamp in (package.ROOT / ".venv" / name for name in ("runtime.stamp", "dev.stamp")):
        stamp.touch()
    return target


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        absent("no npm to install osls with")
    run = subprocess.run([npm, "install"], cwd=package.ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        absent(f"npm cannot install osls: {run.stderr.strip()[-300:]}")


def osls(folder: Path, *words: str, variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run it there, with no more of our environment than it needs."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "SLS_TELEMETRY_DISABLED": "1", **(variables or {})}
    return subprocess.run([PROGRAM, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False)
