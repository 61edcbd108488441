"""The package for Lambda with the local model, in AWS's emulator behind the tests' gateway, over the sample corpus."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from corpus.settings import LOCAL_MODEL
from handler.access.keys import make_key
from infra.build_lambda import build
from tests.free_port import free_port
from tests.lambda_.gateway import Deployed, Runner, serve_gateway

STARTING_SECONDS = 120
NOWHERE = "http://127.0.0.1:9"  # Of AWS nothing is needed.


@contextmanager
def emulated(store: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Its address and a key, until the block ends."""
    package = folder / "lambda.zip"
    build(package, local_model=LOCAL_MODEL)
    key, entry = make_key("client")
    function = Deployed(
        code=package.read_bytes(),
        handler="handler.main.handler",
        memory_mb=1769,
        timeout_seconds=29,
        variables={"API_KEYS": str(entry), "CHROMA_PATH": store},
    )
    runner, port = Runner(folder, NOWHERE), free_port()
    threading.Thread(target=serve_gateway, args=(port, runner, lambda: function), daemon=True).start()
    url = f"http://127.0.0.1:{port}"
    try:
        # Starts the function: on a busy machine that takes longer than a client waits for its first answer.
        httpx2.get(f"{url}/healthz", timeout=STARTING_SECONDS).raise_for_status()
        yield url, key
    finally:
        runner.close()
