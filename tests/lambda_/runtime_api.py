"""A Lambda Runtime API with /restore/next, which the emulator lacks: it takes a function through SnapStart.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.lambda_ import tools
from tests.lambda_.built import lambda_python
from tests.loopback import listening

WAIT_SECONDS = 120.0


@dataclass
class SnapStart:
    """A function that has been initialised and waits to be restored. `pid` is its process; `log_path` its output."""

    pid: int
    log_path: Path
    api: _Api

    def restore(self) -> None:
        """Go on, as if from the snapshot."""
        self.api.restored_at = time.monotonic()
        self.api.restore.set()

    def invoke(self, event: object) -> Any:
        """What the function answers."""
        return self.api.ask(json.dumps(event).encode())

    @property
    def log(self) -> str:
        return self.log_path.read_text("utf-8", "replace")

    def connections(self) -> list[int]:
        """The remote ports of the function's TCP connections, but for its lines to this API."""
        own = {str(path.readlink()) for path in Path(f"/proc/{self.pid}/fd").iterdir() if path.is_symlink()}
        ports = []
        for line in Path(f"/proc/{self.pid}/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            port = int(fields[2].partition(":")[2], 16)
            if f"socket:[{fields[9]}]" in own and port != self.api.port:
                ports.append(port)
        return ports


@dataclass
class _Api:
    restore: threading.Event = field(default_factory=threading.Event)
    snapshot: threading.Event = field(default_factory=threading.Event)
    events: queue.Queue[tuple[str, bytes] | None] = field(default_factory=queue.Queue)
    answers: queue.Queue[tuple[str, bytes]] = field(default_factory=queue.Queue)
    restored_at: float = 0.0
    number: int = 0
    port: int = 0

    def ask(self, event: bytes) -> Any:
        self.number += 1
        self.events.put((f"request-{self.number}", event))
        path, body = self.answers.get(timeout=WAIT_SECONDS)
        if not path.endswith("/response"):
            raise AssertionError(f"{path}: {body!r}")
        return json.loads(body)


def _handler_of(api: _Api) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def log_message(self, *_: object) -> None:
            pass

        def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
            self.send_response(status)
            # Without a type the runtime's client crashes.
            for name, value in {"Content_Type": "application/json", **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            if self.path.endswith("/restore/next"):
                api.snapshot.set()
                api.restore.wait()
                self.reply(200)
                return
            found = api.events.get()
            if found is None:
                self.close_connection = True
                return
            name, event = found
            deadline = int((time.time() + 29) * 1000)
            arn = "arn:aws:lambda:eu-west-1:123456789012:function:retrieval-action:snapstart"
            self.reply(
                200,
                event,
                Lambda_Runtime_Aws_Request_Id=name,
                Lambda_Runtime_Deadline_Ms=str(deadline),
                Lambda_Runtime_Invoked_Function_Arn=arn,
                Lambda_Runtime_Trace_Id="Root=1-0-0",
            )

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if "chunked" in self.headers.get("transfer-encoding", ""):
                body = self.read_chunks()
            self.reply(202)
            api.answers.put((self.path, body))

        def read_chunks(self) -> bytes:
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

    return Handler


@contextmanager
def snap_start(task: Path, folder: Path, variables: Mapping[str, str]) -> Iterator[SnapStart]:
    """Initialise the function and wait until it asks to be restored."""
    api = _Api()
    with listening(_handler_of(api)) as url:
        api.port = int(url.rpartition(":")[2])
        given = {
            "PATH": "/usr/bin:/bin",
            "LAMBDA_TASK_ROOT": str(task),
            "PYTHONPATH": str(tools.runtime()),
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.port}",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
            "AWS_LAMBDA_FUNCTION_NAME": "retrieval-action",
            "AWS_REGION": "eu-west-1",
            **variables,
        }
        log_path = folder / f"snap-start-{api.port}.log"
        with log_path.open("wb") as log:
            command = [str(lambda_python()), "-m", "awslambdaric", "handler.main.handler"]
            process = subprocess.Popen(command, cwd=task, env=given, stdout=log, stderr=log)
        try:
            if not api.snapshot.wait(WAIT_SECONDS) or process.poll() is not None:
                raise AssertionError(f"Never ready for a snapshot: {log_path.read_text()[-3000:]}")
            yield SnapStart(process.pid, log_path, api)
        finally:
            process.kill()
            process.wait()
            api.restore.set()
            api.events.put(None)
