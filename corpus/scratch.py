"""Temporary folders that are removed when their process ends; a killed process's, by the next that makes one."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

LOCK = ".lock"


def claim(parent: Path) -> tuple[Path, IO[str]]:
    """A new folder in `parent`, which must be ours alone, and the lock that marks it as in use; keep it open.

    Raises OSError; PermissionError if the parent belongs to somebody else.
    """
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if parent.stat().st_uid != os.getuid():
        raise PermissionError(1, "belongs to somebody else", str(parent))
    _sweep(parent)
    folder = Path(tempfile.mkdtemp(dir=parent))
    # Held until the process ends, however it ends: a folder whose lock nobody holds is swept up.
    lock = (folder / LOCK).open("w")
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return folder, lock


@contextlib.contextmanager
def scratch(purpose: str) -> Iterator[Path]:
    """An empty folder among the system's temporary files, for as long as the block takes. Raises OSError."""
    folder, lock = claim(Path(tempfile.gettempdir()) / f"retrieval-action-{purpose}-{os.getuid()}")
    inside = folder / "files"
    inside.mkdir()
    try:
        yield inside
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.close()


def _sweep(parent: Path) -> None:
    """Remove the folders of killed processes: nobody holds their locks."""
    for folder in parent.iterdir():
        with contextlib.suppress(OSError), (folder / LOCK).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
