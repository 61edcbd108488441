"""A real Chroma server on loopback."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.free_port import free_port

START_SECONDS = 120.0


@contextmanager
def chroma_server(folder: Path, *, port: int | None = None) -> Iterator[str]:
    """Run `chroma run` over the folder, on a free port unless one is given; yields its URL."""
    process, url = start_chroma(folder, port=port)
    try:
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def start_chroma(folder: Path, *, port: int | None = None) -> tuple[subprocess.Popen[bytes], str]:
    """Start it, and wait until it answers."""
    port = port or free_port()
    program = str(Path(sys.executable).parent / "chroma")
    command = [program, "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    _wait_until_up(url, process)
    return process, url


def _wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(f"{url}/api/v2/heartbeat", timeout=1).is_success:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    process.kill()
    process.wait()
    raise RuntimeError("The Chroma server did not start.")
