"""What `handler serve` refuses before the app sees it: names that are not ours, and requests that never begin.

A web page can have its own name resolve to 127.0.0.1 (DNS rebinding) and then read what this machine serves; the Host
header that the browser sends gives it away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from handler.access.caller_addresses import is_own_name


class OwnNamesOnly:
    """Serves requests to a name of loopback, or to one of `names`; all others get 421 (RFC 9110, 15.5.20)."""

    def __init__(self, app: ASGIApp, *, names: Sequence[str]) -> None:
        self.app = app
        self.names = tuple(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        host = Headers(scope=scope).get("host") if scope["type"] == "http" else None
        if host is None or is_own_name(host, self.names):  # Browsers always send it.
            await self.app(scope, receive, send)
            return
        message = (
            "This server listens for this machine alone and does not answer under that name. To reach it through a "
            "tunnel, set PUBLIC_URL to the tunnel's URL."
        )
        await JSONResponse({"error": "misdirected_request", "message": message}, 421)(scope, receive, send)


class PatientProtocol(AutoHTTPProtocol):  # type: ignore[valid-type,misc] # One of two classes, chosen at run time.
    """uvicorn's protocol, with a limit in seconds on how long a request's head may take to arrive."""

    head_seconds: ClassVar[float] = 20.0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Start waiting for the first request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Process the data, and keep waiting if no request has begun with it."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_watching()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_watching()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_seconds, self.transport.close)

    def _stop_watching(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
