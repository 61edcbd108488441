"""What a well-behaved client never sends, byte by byte over a socket: a 4xx, and the next one is served."""

from __future__ import annotations

import gzip
import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from corpus.corpus_opening import open_corpus
from handler.app import create_app
from handler.settings import HandlerSettings
from tests.handler.conftest import API_KEY, ENTRY
from tests.handler.corpora import corpus_settings
from tests.handler.running import running
from tests.openai_server import EmbeddingsServer

QUESTION = b'{"query": "warranty"}'
LIMIT = 100_000


@pytest.fixture(scope="module")
def address(manuals: Path, server: EmbeddingsServer) -> Iterator[tuple[str, int]]:
    """Where the real app listens."""
    corpus = corpus_settings(manuals, server).model_dump(include={"chroma_path", "openai_api_key", "openai_base_url"})
    settings = HandlerSettings.model_validate({**corpus, "api_keys": SecretStr(str(ENTRY)), "deadline_seconds": 10})
    app = create_app(settings, open_corpus)
    with running(app) as url:
        host, _, port = url.removeprefix("http://").partition(":")
        yield host, int(port)
    app.state.library.close()


def post(body: bytes, *headers: str, length: int | None = None) -> bytes:
    """A request to /search with a right key, whatever its body is."""
    size = len(body) if length is None else length
    own = [f"Content-Length: {size}"] if not any(each.startswith("Transfer-Encoding") for each in headers) else []
    if not any(each.startswith("Content-Type") for each in headers):
        own.append("Content-Type: application/json")
    lines = ["POST /search HTTP/1.1", "Host: host", f"Authorization: Bearer {API_KEY}", "Connection: close"]
    return "\r\n".join([*lines, *own, *headers, "", ""]).encode("latin-1") + body


def chunked(body: bytes, size: int) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def answer(address: tuple[str, int], request: bytes, *, end: bool = False) -> tuple[int, str]:
    """The status and the error's code; the code is empty where it worked or where the server spoke for the app."""
    with socket.create_connection(address, timeout=60) as connection:
        try:
            connection.sendall(request)
            if end:
                connection.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            # It answered before it had read everything.
            pass
        received = b""
        try:
            while data := connection.recv(65536):
                received += data
        except ConnectionResetError:
            pass
    if not received:
        return 0, ""
    head, _, body = received.partition(b"\r\n\r\n")
    is_json = b"application/json" in head.lower()
    return int(head.split()[1]), json.loads(body).get("error", "") if is_json else ""


def filled(size: int) -> bytes:
    """A good request of exactly so many bytes."""
    return QUESTION + b" " * (size - len(QUESTION))


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (post(filled(LIMIT)), (200, "")),
        (post(filled(LIMIT + 1)), (413, "body_too_large")),
        (post(chunked(filled(LIMIT), 7_000), "Transfer-Encoding: chunked"), (200, "")),
        (post(chunked(filled(LIMIT + 1), 7_000), "Transfer-Encoding: chunked"), (413, "body_too_large")),
        (post(b"", length=10**12), (413, "body_too_large")),
        (post(b"", length=10**30), (400, "")),
        (post(gzip.compress(QUESTION), "Content-Encoding: gzip"), (415, "unsupported_media_type")),
        (post(QUESTION, "Content-Encoding: identity"), (200, "")),
        (post(QUESTION, "Content-Type: multipart/form-data; boundary=x"), (415, "unsupported_media_type")),
        (post(QUESTION, "Content-Type: application/json; charset=utf-16"), (415, "unsupported_media_type")),
        (post(QUESTION.decode().encode("utf-16")), (400, "malformed_request")),
        (post(b'{"query": "\xed\xa0\x80"}'), (400, "malformed_request")),
        (post(b'{"query": "\xc0\xaf"}'), (400, "malformed_request")),
        (post(b'{"query": "a\x00b"}'), (400, "malformed_request")),
        (post(b'{"query": "x", "min_score": 1e400}'), (422, "invalid_request")),
        (post(b'{"query": "x", "min_score": -1e400}'), (422, "invalid_request")),
        (post(b'{"query": "x", "top_k": 1e400}'), (422, "invalid_request")),
        (post(b'{"query": "x", "top_k": ' + b"9" * 399 + b"}"), (422, "invalid_request")),
        (post(b'{"query": "x", "top_k": ' + b"9" * 90_000 + b"}"), (400, "malformed_request")),
        (post(b'{"query": "x", "top_k": -Infinity}'), (400, "malformed_request")),
        (post(b'{"query": ' + b"[" * 40_000 + b"]" * 40_000 + b"}"), (400, "malformed_request")),
        (post(b'{"a":' * 900 + b"1" + b"}" * 900), (422, "invalid_request")),
        (post(b"[" + b"{}," * 30_000 + b"{}]"), (422, "invalid_request")),
        (post(b"{" + b",".join(b'"%d":1' % number for number in range(10_000)) + b"}"), (422, "invalid_request")),
        # The rest stands where the next request would, and the connection is closed.
        (post(QUESTION, length=5), (400, "malformed_request")),
        (post(QUESTION, "Transfer-Encoding: chunked"), (400, "")),
        (post(chunked(QUESTION, 5), "Transfer-Encoding: chunked", "Content-Length: 5"), None),
        (post(QUESTION, "Content-Length: 7"), (400, "")),
        (post(QUESTION, length=-5), (400, "")),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", (400, "")),
        (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: host\r\nConnection: close\r\n\r\n", None),
        (b"GET /healthz HTTP/1.1\r\nHost: host\r\nX: " + b"a" * 100_000 + b"\r\nConnection: close\r\n\r\n", None),
        (b"GET /documents/%ff%fe%00 HTTP/1.1\r\nHost: host\r\nConnection: close\r\n\r\n", (401, "missing_api_key")),
    ],
    ids=range(33),
)
def test_it_is_refused_or_served_and_never_a_fault(
    address: tuple[str, int], request_: bytes, expected: tuple[int, str] | None
) -> None:
    found = answer(address, request_)
    assert expected is None or found == expected
    assert found[0] < 500
    assert answer(address, post(QUESTION)) == (200, "")


def test_who_hangs_up_in_the_middle_is_no_fault_of_the_server(
    address: tuple[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="handler"):
        assert answer(address, post(QUESTION, length=50), end=True) == (0, "")
        assert answer(address, post(QUESTION)) == (200, "")
    assert not [record for record in caplog.records if record.levelno > logging.INFO]
