"""A site on loopback, and what fetches from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ingest.sources.http_client import NO_PROXIES, Limits
from ingest.sources.proxies import Proxies
from ingest.sources.retry_after_gate import RetryAfterGate
from ingest.sources.spool import Spool
from ingest.sources.web import Web
from tests.web_server import WebServer, web_server

Connect = Callable[..., Web]


@pytest.fixture
def site() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


@pytest.fixture
def spool() -> Iterator[Spool]:
    with Spool() as opened:
        yield opened


@pytest.fixture
def connect(spool: Spool) -> Iterator[Connect]:
    """Makes a Web of given limits, which may ask loopback."""
    opened: list[Web] = []

    def make(
        *,
        allow_private: bool = True,
        timeout_seconds: float = 30.0,
        max_bytes: int = 1 << 20,
        proxies: Proxies = NO_PROXIES,
    ) -> Web:
        opened.append(Web(Limits(allow_private, timeout_seconds, max_bytes, proxies), RetryAfterGate(), spool))
        return opened[-1]

    yield make
    for web in opened:
        web.close()
