"""A real OpenAI-compatible embeddings server on loopback: the one stand-in, for the one paid service.

Its vectors come from the words of the text (hashed bag of words), so that texts that share words are near each other.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

import numpy as np

from tests.loopback import listening

Reply = tuple[int, dict[str, str], object]
KEY = "sk-loopback"


@dataclass
class EmbeddingsServer:
    """`requests` holds every request's body, `paths` its path with the query, `headers` its headers in small letters.

    `interceptor` may answer instead: (number, body) -> reply or None.
    """

    url: str = ""
    dimensions: int = 1536
    latency_seconds: float = 0.0
    models: frozenset[str] = frozenset({"text-embedding-3-small", "text-embedding-3-large"})
    requests: list[dict[str, Any]] = field(default_factory=list, repr=False)
    paths: list[str] = field(default_factory=list, repr=False)
    headers: list[dict[str, str]] = field(default_factory=list, repr=False)
    interceptor: Callable[[int, dict[str, Any]], Reply | None] | None = None
    in_flight: int = 0
    most_in_flight: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def inputs(self) -> list[str]:
        """Every text that was sent, in order of arrival."""
        return [text for body in self.requests for text in body["input"]]

    @property
    def environment(self) -> dict[str, str]:
        """The settings that make the product use this server."""
        return {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": self.url}

    def answer(self, authorization: str | None, body: dict[str, Any]) -> Reply:
        """What the API answers."""
        with self.lock:
            self.requests.append(body)
            number = len(self.requests)
        if self.interceptor and (reply := self.interceptor(number, body)):
            return reply
        if authorization != f"Bearer {KEY}":
            return failure(401, "invalid_api_key", f"Incorrect API key provided: {authorization}.")
        if body["model"] not in self.models:
            return failure(404, "model_not_found", f"The model `{body['model']}` does not exist.")
        if len(body["input"]) > 2048 or not all(body["input"]):
            return failure(400, None, "'$.input' is invalid.")
        dimensions = body.get("dimensions", self.dimensions)
        vectors = [vector_of(text, dimensions) for text in body["input"]]
        return 200, {}, listing(vectors, as_base64=body.get("encoding_format") == "base64")


def vector_of(text: str, dimensions: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """A unit vector from the text's words; the same text gives the same vector, in every process."""
    vector = np.zeros(dimensions, dtype=np.float32)
    for word in re.findall(r"\w+", text.lower()) or [text]:
        digest = hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()
        vector[int.from_bytes(digest[:4], "big") % dimensions] += 1.0
    return vector / np.float32(np.linalg.norm(vector))


def listing(vectors: list[Any], *, as_base64: bool = True) -> dict[str, object]:
    """The body of a good reply."""
    data = [
        {
            "object": "embedding",
            "index": index,
            "embedding": base64.b64encode(np.asarray(vector, dtype="<f4").tobytes()).decode()
            if as_base64
            else [float(value) for value in vector],
        }
        for index, vector in enumerate(vectors)
    ]
    return {"object": "list", "data": data, "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}}


def failure(status: int, code: str | None, message: str, **headers: str) -> Reply:
    """The body of an error, as the API words it."""
    return (
        status,
        headers,
        {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}},
    )


@contextmanager
def embeddings_server(**options: Any) -> Iterator[EmbeddingsServer]:
    """Serve on a free port of loopback until the block ends."""
    state = EmbeddingsServer(**options)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with state.lock:
                state.paths.append(self.path)
                state.headers.append({name.lower(): value for name, value in self.headers.items()})
                state.in_flight += 1
                state.most_in_flight = max(state.most_in_flight, state.in_flight)
            time.sleep(state.latency_seconds)
            status, headers, answer = state.answer(self.headers["authorization"], body)
            with state.lock:
                state.in_flight -= 1
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with listening(Handler) as url:
        state.url = f"{url}/v1"
        yield state
