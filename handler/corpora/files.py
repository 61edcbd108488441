"""How many files this process may still open: Lambda allows 1,024 at once, and an open corpus has a dozen."""

from __future__ import annotations

import resource
from pathlib import Path

SPARE = 256  # Sixteen corpora that open at once, and connections.
_OPEN = Path("/proc/self/fd")  # Linux alone: elsewhere nothing is known of it.


def is_short_of_files() -> bool:
    """Whether few more can be opened, of those that the system allows."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY:
        return False
    try:
        return sum(1 for _ in _OPEN.iterdir()) > most - min(SPARE, most // 2)
    except OSError:
        return False
