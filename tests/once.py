"""What takes long to make is made once for all the processes that tests run in."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import filelock
import pytest


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder of that name that `make` has filled, by whichever process asks first; the others wait for it."""
    # The processes' folders lie side by side.
    ours = factory.getbasetemp()
    shared = (ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours) / name
    with filelock.FileLock(f"{shared}.lock"):
        if not shared.exists():
            part = factory.mktemp(f"making-{name}")
            make(part)
            part.rename(shared)
    return shared
