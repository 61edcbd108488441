"""Servers that all processes of a test run share: the first that needs one starts it, the end of the run stops it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import filelock

FOLDER = "RETRIEVAL_ACTION_TEST_SERVERS"

Started = tuple[subprocess.Popen[bytes], str]


def begin() -> None:
    """Make the folder in which they are noted. Once, by the process that the others come from."""
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="test-servers-")


def shared(name: str, start: Callable[[Path], Started]) -> str:
    """The URL of the server of that name. `start` gets a folder of its own for what the server keeps."""
    folder = Path(os.environ[FOLDER])
    noted = folder / f"{name}.json"
    with filelock.FileLock(folder / f"{name}.lock"):
        if not noted.exists():
            (folder / name).mkdir()
            process, url = start(folder / name)
            noted.write_text(json.dumps({"pid": process.pid, "url": url}))
            process.returncode = 0  # Forgotten on purpose: `end` stops it, maybe in another process.
    return str(json.loads(noted.read_text())["url"])


def end() -> None:
    """Stop all of them."""
    folder = Path(os.environ[FOLDER])
    for noted in folder.glob("*.json"):
        pid = json.loads(noted.read_text())["pid"]
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
    shutil.rmtree(folder, ignore_errors=True)
