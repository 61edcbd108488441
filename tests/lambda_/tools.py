"""What AWS brings and we must find: the runtime's client and the emulator. Fetched once from the package index, cached.

The emulator travels in the wheel of aws-sam-cli, of which nothing else is used.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import filelock

from infra import package

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "retrieval-action"

SAM_CLI = "aws-sam-cli==1.170.0"
EMULATOR = "samcli/local/rapid/aws-lambda-rie-x86_64"
EMULATOR_SHA256 = "6b1e686e62ab2baf5759c412c4864276ef2a88b094fca53ec070637ccba9b9a5"


class ToolMissing(Exception):
    """It cannot be had on this machine; the message says why."""


@contextlib.contextmanager
def installing() -> Iterator[None]:
    """One process at a time: tests run in several."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(CACHE / "lock"):
        yield


@cache
def emulator() -> Path:
    """AWS's Lambda Runtime Interface Emulator. Raises ToolMissing."""
    if platform.machine() != "x86_64" or sys.platform != "linux":
        raise ToolMissing("The emulator is used on x86_64 Linux only.")
    target = CACHE / EMULATOR_SHA256 / "aws-lambda-rie"
    with installing():
        if not target.exists():
            _fetch_emulator(target)
    found = hashlib.sha256(target.read_bytes()).hexdigest()
    if found != EMULATOR_SHA256:
        raise ToolMissing(f"The emulator at {target} is another: its SHA-256 is {found}.")
    return target


@cache
def runtime() -> Path:
    """A folder with what AWS has in /var/runtime: the runtime's client, and boto3. Raises ToolMissing."""
    lock = package.ROOT / "requirements" / "lambda-runtime.txt"
    target = CACHE / f"runtime-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"
    with installing():
        if not target.exists():
            _install_runtime(target, lock)
    return target


def _fetch_emulator(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        _run_pip("download", "--no-deps", "--dest", scratch, SAM_CLI)
        (wheel,) = Path(scratch).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(EMULATOR)
        part = Path(scratch) / "part"
        part.write_bytes(content)
        part.chmod(0o755)
        part.replace(target)


def _install_runtime(target: Path, lock: Path) -> None:
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        folder = Path(scratch) / "runtime"
        tags = [word for tag in ("2_28", "2_17") for word in ("--platform", f"manylinux_{tag}_x86_64")]
        _run_pip(
            *("install", "--target", str(folder), "--no-compile", "--only-binary", ":all:", "--no-deps"),
            *("--require-hashes", "--ignore-requires-python", "--python-version", "3.13", *tags, "-r", str(lock)),
        )
        shutil.move(folder, target)


def _run_pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise ToolMissing(f"{' '.join(words[:2])} failed: {run.stderr.strip().splitlines()[-1:]}")
