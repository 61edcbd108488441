"""How much memory this process uses."""

from __future__ import annotations

import os
from pathlib import Path

_STATM = Path("/proc/self/statm")  # Linux only: elsewhere it is unknown.
_PAGES_A_MB = 2**20 // os.sysconf("SC_PAGE_SIZE")


def resident_mb() -> float:
    """Resident memory in MB (2^20 bytes); 0 if the system does not tell."""
    try:
        return int(_STATM.read_text("ascii").split()[1]) / _PAGES_A_MB
    except (OSError, ValueError, IndexError):
        return 0.0
