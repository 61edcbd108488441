"""An embeddings endpoint in a process of its own that costs next to nothing: it hands out vectors made beforehand."""

from __future__ import annotations

import base64
import contextlib
import json
import subprocess
import sys
import time
import urllib.request
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from corpus.embedding.model import Vectors

DIMENSIONS = 1536
MADE = 4096
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server listens."""

    url: str

    def environment(self) -> dict[str, str]:
        """What makes ours and the frameworks use it."""
        return {"OPENAI_API_KEY": "sk-loopback", "OPENAI_BASE_URL": self.url, "OPENAI_API_BASE": self.url}

    def requests(self) -> int:
        """How many requests for embeddings came so far."""
        with urllib.request.urlopen(self.url) as reply:  # noqa: S310 - loopback
            return int(reply.read())


def made_vectors(dimensions: int = DIMENSIONS) -> Vectors:
    """The vectors that it hands out, of length 1, near a few themes as those of real texts are."""
    chance = np.random.default_rng(5)
    themes = chance.standard_normal((100, dimensions), dtype=np.float32)
    made = themes[chance.integers(0, 100, MADE)] + chance.standard_normal((MADE, dimensions), dtype=np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


@contextlib.contextmanager
def endpoint(latency_seconds: float) -> Iterator[Endpoint]:
    """Run a server until the block ends."""
    command = [sys.executable, "-m", "benchmarks.embeddings_server", str(latency_seconds)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield Endpoint(process.stdout.readline().strip())
        finally:
            process.terminate()


def serve(latency_seconds: float) -> None:
    """Print the URL on a free port of loopback, then answer for ever."""
    vectors = made_vectors()
    encoded = [base64.b64encode(vector.astype("<f4").tobytes()) for vector in vectors]
    numbers = count()
    state = {"requests": 0}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            self.answer(str(state["requests"]).encode())

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            state["requests"] = next(numbers) + 1
            time.sleep(latency_seconds)
            given = body["input"] if isinstance(body["input"], list) else [body["input"]]
            if given and isinstance(given[0], int):  # One text as tokens.
                given = [given]
            self.answer(reply(given, as_base64=body.get("encoding_format") == "base64"))

        def answer(self, content: bytes) -> None:
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    def reply(given: list[Any], *, as_base64: bool) -> bytes:
        items = []
        for index, text in enumerate(given):
            # A framework sends a text as its tokens.
            place = zlib.crc32(text.encode() if isinstance(text, str) else repr(text[:50]).encode()) % MADE
            vector = b'"%s"' % encoded[place] if as_base64 else json.dumps(vectors[place].tolist()).encode()
            items.append(b'{"object":"embedding","index":%d,"embedding":%s}' % (index, vector))
        tail = b'"model":"text-embedding-3-small","usage":{"prompt_tokens":1,"total_tokens":1}}'
        return b'{"object":"list","data":[' + b",".join(items) + b"]," + tail

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(float(sys.argv[1]))
