"""One Lambda execution environment: AWS's emulator around the real runtime client over the built package.

The emulator serves one request at a time, as an environment of Lambda does; it crashes when asked two at once.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.free_port import free_port
from tests.lambda_ import tools
from tests.lambda_.built import lambda_python
from tests.lambda_.sandbox import Sandbox

INVOKE = "/2015-03-31/functions/function/invocations"
START_SECONDS = 20.0
HANDLER = "handler.main.handler"


@dataclass
class Environment:
    """`log` is what the function and the emulator print."""

    url: str
    log_path: Path
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def log(self) -> str:
        return self.log_path.read_text("utf-8", "replace")

    @property
    def init_ms(self) -> list[float]:
        """How long each start took; the REPORT line's own figure is not it."""
        return [float(ms) for ms in re.findall(r"INIT REPORT\(durationMs: ([0-9.]+)", self.log)]

    def events(self, name: str) -> list[dict[str, Any]]:
        """Our own log lines of that event."""
        lines = (line for line in self.log.splitlines() if line.startswith("{") and f'"event": "{name}"' in line)
        return [json.loads(line) for line in lines]

    def invoke_raw(self, event: object) -> tuple[int, str]:
        """Status and body of the emulator's own answer."""
        with self.lock:
            reply = httpx2.post(self.url + INVOKE, content=json.dumps(event).encode(), timeout=120)
        return reply.status_code, reply.text

    def invoke(self, event: object) -> tuple[int, Any]:
        """Status and JSON body of what the function answers to an API Gateway event."""
        status, text = self.invoke_raw(event)
        if status != 200:
            raise AssertionError(f"{status}: {text}")
        answer = json.loads(text)
        body = answer["body"]
        if answer["isBase64Encoded"]:
            body = base64.b64decode(body).decode()
        kind = answer["headers"].get("content-type", "")
        return answer["statusCode"], json.loads(body) if kind.startswith("application/json") else body


@contextmanager
def environment(
    task: Path,
    folder: Path,
    variables: Mapping[str, str],
    *,
    handler: str = HANDLER,
    memory_mb: int = 1769,
    timeout_seconds: int = 29,
    sandbox: Sandbox | None = None,
) -> Iterator[Environment]:
    """Run one until the block ends. `folder` takes the log. With a sandbox the limits are real."""
    port, api_port = free_port(), free_port()
    python = lambda_python()
    if python is None:
        raise tools.ToolMissing("There is no Python 3.13, the version of the Lambda runtime.")
    log_path = folder / f"lambda-{port}.log"
    places = sandbox.places if sandbox else {"task": str(task), "runtime": str(tools.runtime()), "python": str(python)}
    given = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "LAMBDA_TASK_ROOT": places["task"],
        "LAMBDA_RUNTIME_DIR": places["runtime"],
        "PYTHONPATH": places["runtime"],
        "_HANDLER": handler,
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_FUNCTION_NAME": "retrieval-action",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout_seconds),
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        **variables,
    }
    command = [
        str(tools.emulator()),
        *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
        *("--runtime-api-address", f"127.0.0.1:{api_port}"),
        *(places["python"], "-m", "awslambdaric", handler),
    ]
    if sandbox:
        command, given = sandbox.wrap(command, given, task=task, python=python, memory_mb=memory_mb)
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=None if sandbox else task,
            env=given,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _wait(port, process, log_path)
            yield Environment(f"http://127.0.0.1:{port}", log_path)
        finally:
            # The emulator leaves its child behind; both are in a group of their own.
            os.killpg(process.pid, 9)
            process.wait(timeout=20)
            if sandbox:
                sandbox.close()


def _wait(port: int, process: subprocess.Popen[bytes], log_path: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx2.get(f"http://127.0.0.1:{port}/", timeout=1)
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"The emulator did not start: {log_path.read_text('utf-8', 'replace')[-2000:]}")
