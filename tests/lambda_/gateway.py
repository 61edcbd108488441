"""A local HTTP API, as API Gateway's with payload 2.0, in front of whatever is deployed; one environment at a time."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import threading
import time
import uuid
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.lambda_.environment import Environment, environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A function as it was deployed."""

    code: bytes
    handler: str
    memory_mb: int
    timeout_seconds: int
    variables: dict[str, str]


class Runner:
    """Runs what is deployed, and something else once that is deployed."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self._folder = folder
        self._aws = {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
        }
        self._lock = threading.Lock()
        self._running: tuple[Deployed, Environment] | None = None
        self._stack = ExitStack()

    def invoke(self, function: Deployed, event: object) -> tuple[int, str]:
        """Status and body of the emulator's answer."""
        with self._lock:
            if self._running is None or self._running[0] != function:
                self._stack.close()
                started = environment(
                    self._unpacked(function.code),
                    self._folder,
                    {**self._aws, **{name: str(value) for name, value in function.variables.items()}},
                    # Lambda takes both of its separators.
                    handler=function.handler.replace("/", "."),
                    memory_mb=function.memory_mb,
                    timeout_seconds=function.timeout_seconds,
                )
                self._running = function, self._stack.enter_context(started)
            return self._running[1].invoke_raw(event)

    def close(self) -> None:
        """End what runs, which is in a session of its own and would live on."""
        self._stack.close()

    def _unpacked(self, code: bytes) -> Path:
        task = self._folder / hashlib.sha256(code).hexdigest()[:16]
        if not task.exists():
            with zipfile.ZipFile(io.BytesIO(code)) as archive:
                archive.extractall(task)
        return task


class Throttle:
    """API Gateway's token bucket: so many at once, and so many a second after that. Less a second than infra/stage.yml
    says, for the emulator on a busy machine does not answer so many.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
    """

    def __init__(self, *, burst: int = 40, rate: float = 1.0) -> None:
        self._burst = burst
        self._rate = rate
        self._left = float(burst)
        self._seen = time.monotonic()
        self._lock = threading.Lock()

    def admits(self) -> bool:
        with self._lock:
            now = time.monotonic()
            self._left = min(self._burst, self._left + (now - self._seen) * self._rate)
            self._seen = now
            if self._left < 1:
                return False
            self._left -= 1
            return True


def serve_gateway(port: int, runner: Runner, deployed: Callable[[], Deployed | None]) -> None:
    """Serve until the process ends."""
    throttle = Throttle()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def log_message(self, *_: object) -> None:
            pass

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            function = deployed()
            if function is None:
                self.reply(404, {}, b'{"message":"Not Found"}')
                return
            if not throttle.admits():
                self.reply(
                    429,
                    {"content-type": "application/json", "apigw-requestid": uuid.uuid4().hex},
                    b'{"message":"Too Many Requests"}',
                )
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            event = event_of(self.command, self.path, headers, body)
            status, text = runner.invoke(function, event)
            if status != 200 or text.startswith("Task timed out"):
                self.reply(503 if status == 200 else 500, {}, b'{"message":"Internal Server Error"}')
                return
            found = json.loads(text)
            content = found.get("body") or ""
            decoded = base64.b64decode(content) if found.get("isBase64Encoded") else content.encode()
            self.reply(found["statusCode"], found.get("headers") or {}, decoded)

        def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() != "content-length":
                    self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_OPTIONS = do_PUT = do_DELETE = answer  # noqa: N815 - the names that http.server calls

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


def event_of(method: str, target: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """The event that API Gateway makes of a request.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    parts = urlsplit(target)
    host = headers.get("host", "")
    http = {"method": method, "path": parts.path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": ""}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": parts.path,
        "rawQueryString": parts.query,
        "headers": {**headers, "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "https"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": host,
            "http": http,
            "requestId": uuid.uuid4().hex,
            "routeKey": "$default",
            "stage": "$default",
        },
        "body": body.decode() if body else None,
        "isBase64Encoded": False,
    }
