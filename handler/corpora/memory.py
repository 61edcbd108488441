"""How much memory this process has."""

from __future__ import annotations

import os
from pathlib import Path

_STATM = Path("/proc/self/statm")  # Linux alone: elsewhere nothing is known of it.
_PAGES_A_MB = 2**20 // os.sysconf("SC_PAGE_SIZE")


def resident_mb() -> float:
    """MB (2^20 bytes) that are in memory now; 0 where the system does not tell."""
    try:
        return int(_STATM.read_text("ascii").split()[1]) / _PAGES_A_MB
    except (OSError, ValueError, IndexError):
        return 0.0
