"""What `handler serve` refuses before the app sees it."""

from __future__ import annotations

import json
import os
import socket
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from handler.server import page_of
from handler.server_guard import PatientProtocol
from tests.handler.running import running
from tests.handler.serving import serving


class HastyProtocol(PatientProtocol):
    head_seconds = 0.2


async def hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


def asked(url: str, host: str, *, forwarded: str = "198.51.100.1") -> int:
    headers = {"Host": host, "X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:  # noqa: S310 - our own
            return int(answer.status)
    except HTTPError as error:
        with error:
            body = json.load(error)
        assert set(body) >= {"error", "message"}
        return error.code


def test_a_page_that_has_its_own_name_lead_here_reads_nothing(manuals: Path) -> None:
    """Nor does a header that anybody can send make many callers of one."""
    environment = {"PATH": os.environ["PATH"], "CHROMA_PATH": str(manuals), "AUTH": "none", "RATE_LIMIT": "3/day"}
    with serving(**environment, PUBLIC_URL="https://tunnel.example", OPENAI_API_KEY="sk-unused") as served:
        url = served.url + "/documents"
        assert [asked(url, host) for host in ("evil.example", "127.0.0.1.evil.example", "10.0.0.1")] == [421] * 3
        hosts = ("localhost:8000", "tunnel.example", "127.0.0.1", "127.0.0.1")
        statuses = [asked(url, host, forwarded=f"198.51.100.{place}") for place, host in enumerate(hosts)]
        assert statuses == [200, 200, 200, 429]


@pytest.mark.parametrize("begun", [b"", b"GET / HTT", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: "])
def test_a_request_that_never_begins_is_hung_up_on(begun: bytes) -> None:
    app = Starlette(routes=[Route("/", hello)])
    with running(app, http=HastyProtocol) as url:
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=20) as slow:
            slow.sendall(begun)
            assert slow.recv(1000) == b""
        with socket.create_connection(("127.0.0.1", port), timeout=20) as again:
            again.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert again.recv(1000).startswith(b"HTTP/1.1 200")
            # Nor may the second request of a connection wait for ever.
            again.sendall(b"GET / HT")
            while again.recv(1000):
                pass


def test_the_page_is_where_whoever_reads_the_line_can_open_it() -> None:
    public = "https://docs.example.com"
    assert page_of("http://127.0.0.1:8000", "0.0.0.0", public) == public  # noqa: S104 - as in a container
    assert page_of("http://127.0.0.1:8000", "0.0.0.0", None) == "http://127.0.0.1:8000"  # noqa: S104
    # The key is this run's, which what runs at PUBLIC_URL may not know.
    assert page_of("http://127.0.0.1:8000", "127.0.0.1", public) == "http://127.0.0.1:8000"
