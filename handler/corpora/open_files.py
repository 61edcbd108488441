"""How many more files this process may open: Lambda allows 1,024 at once, and an open corpus has a dozen."""

from __future__ import annotations

import resource
from pathlib import Path

SPARE = 256  # For sixteen corpora that open at once, and connections.
_OPEN = Path("/proc/self/fd")  # Linux only: elsewhere it is unknown.


def is_short_of_files() -> bool:
    """Whether only few more files may be opened."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY:
        return False
    try:
        return sum(1 for _ in _OPEN.iterdir()) > most - min(SPARE, most // 2)
    except OSError:
        return False
