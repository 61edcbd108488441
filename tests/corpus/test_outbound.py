"""An endpoint that means ill: one that drips, one that never ends, one that leads elsewhere."""

from __future__ import annotations

import contextlib
import json
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from corpus.embedding.endpoint import Endpoint
from corpus.embedding.openai import OpenAIEmbedder
from corpus.errors import (
    EmbeddingError,
    EmbeddingReplyInvalid,
    EmbeddingTimeout,
    EmbeddingUnavailable,
    RerankUnavailable,
)
from corpus.searching.rerank import HttpReranker
from corpus.tokens import Cl100kTokenizer
from tests.loopback import listening
from tests.openai_server import EmbeddingsServer, embeddings_server

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Hostile(BaseHTTPRequestHandler):
    """Does by the path what a bad server does, until it is hung up on."""

    protocol_version = "HTTP/1.1"
    asked: list[str]
    elsewhere: str

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.asked.append(self.path)
        self.close_connection = True
        with contextlib.suppress(OSError):
            getattr(self, self.path.strip("/").split("/")[0])()

    def _drip(self, begun: bytes) -> None:
        self.wfile.write(begun)
        for _ in range(600):  # A minute: far beyond any deadline of these tests.
            time.sleep(0.1)
            self.wfile.write(b"x")

    def head(self) -> None:
        self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: ")

    def body(self) -> None:
        self._drip(HEAD + b'Content-Length: 100000\r\n\r\n{"x": "')

    def endless(self) -> None:
        self.wfile.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(1000):  # A gigabyte, were it taken.
            self.wfile.write(b"100000\r\n" + bytes(1 << 20) + b"\r\n")

    def negative(self) -> None:
        self.wfile.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n")
        for _ in range(1000):  # http.client reads a piece of that length to its end.
            self.wfile.write(bytes(1 << 20))

    def interim(self) -> None:
        for _ in range(100):  # 25 MB.
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000)

    def trailers(self) -> None:
        self.wfile.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n")
        for _ in range(100):
            self.wfile.write(b"X: a trailer that nobody waits for\r\n" * 10_000)

    def switched(self) -> None:
        self.wfile.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\n\r\n")

    def packed(self) -> None:
        content = zlib.compress(json.dumps({"data": []}).encode())
        self.wfile.write(HEAD + b"Content-Encoding: deflate\r\nContent-Length: %d\r\n\r\n" % len(content) + content)

    def redirect(self) -> None:
        where = self.elsewhere.encode()
        self.wfile.write(b"HTTP/1.1 307 Go\r\nLocation: " + where + b"\r\nContent-Length: 0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[EmbeddingsServer]:
    with embeddings_server() as server:
        yield server


@pytest.fixture
def hostile(elsewhere: EmbeddingsServer) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    leads_to = f"{elsewhere.url}/embeddings"
    with listening(type("Handler", (Hostile,), {"asked": asked, "elsewhere": leads_to})) as url:
        yield url, asked


def embedder(url: str) -> OpenAIEmbedder:
    return OpenAIEmbedder(
        model="text-embedding-3-small",
        endpoint=Endpoint(base_url=url, api_key="sk-loopback"),
        tokenizer=Cl100kTokenizer(),
    )


@pytest.mark.parametrize(
    ("manner", "error"),
    [
        ("head", EmbeddingTimeout),
        ("body", EmbeddingTimeout),
        ("endless", EmbeddingUnavailable),
        ("negative", EmbeddingUnavailable),
        ("interim", EmbeddingUnavailable),
        ("trailers", EmbeddingUnavailable),
        ("switched", EmbeddingUnavailable),
        ("packed", EmbeddingUnavailable),
        ("redirect", EmbeddingReplyInvalid),
    ],
)
def test_an_embeddings_endpoint_gets_its_time_and_its_bytes_and_no_more(
    hostile: tuple[str, list[str]], elsewhere: EmbeddingsServer, manner: str, error: type[EmbeddingError]
) -> None:
    url, asked = hostile
    with contextlib.closing(embedder(f"{url}/{manner}")) as asking, pytest.raises(error):
        asking.embed_queries(["how long?"], timeout_seconds=1.0 if error is EmbeddingTimeout else 30.0)
    assert asked
    assert elsewhere.requests == []


@pytest.mark.parametrize("manner", ["head", "body", "endless", "packed", "redirect"])
def test_a_reranker_too(hostile: tuple[str, list[str]], elsewhere: EmbeddingsServer, manner: str) -> None:
    url, asked = hostile
    with pytest.raises(RerankUnavailable):
        HttpReranker(url=f"{url}/{manner}", model="m").scores("q", ["a"], timeout_seconds=2.0)
    assert asked
    assert elsewhere.requests == []


def test_a_connection_that_is_kept_has_the_next_exchanges_deadline(elsewhere: EmbeddingsServer) -> None:
    with contextlib.closing(embedder(elsewhere.url)) as asking:
        asking.embed_queries(["how long?"], timeout_seconds=2)
        time.sleep(2.1)
        asking.embed_queries(["how long?"], timeout_seconds=30)
    assert len(elsewhere.requests) == 2
    elsewhere.requests.clear()
