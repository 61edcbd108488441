"""Wait for a server that was started as a process."""

from __future__ import annotations

import subprocess
import time

import httpx2

SECONDS = 120.0


def until_answered(url: str, server: subprocess.Popen[bytes]) -> None:
    """Return once it answers there. Raises httpx2.TransportError where it does not come up."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            httpx2.get(url, timeout=60)
        except httpx2.TransportError:
            if time.monotonic() > deadline or server.poll() is not None:
                raise
            time.sleep(0.2)
        else:
            return
