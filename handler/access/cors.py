"""Which web pages may call: those of CORS_ORIGINS. A refused preflight is a JSON error like every other."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from handler.contract.deployment_url import own_path
from handler.contract.errors import ActionError, error_response

EXPOSED = ("X-Request-Id", "Retry-After", "Server-Timing", "WWW-Authenticate")
# Public, and without cookies: an OAuth client in any page may read them.
OPEN = ("/.well-known/oauth-protected-resource", "/.well-known/oauth-authorization-server", "/oauth/token", "/register")
# Headers that a client of /mcp sends from a page; also those of sessions, which older clients send unasked.
MCP_HEADERS = ("MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Session-Id", "Last-Event-ID")
SENT = ("Authorization", "Content-Type", *MCP_HEADERS)


class Cors(CORSMiddleware):
    """Starlette's middleware, except for the refusal and for what is open to all pages."""

    def __init__(self, app: ASGIApp, *, origins: Sequence[str], key_header: str | None) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=("GET", "HEAD", "POST"),
            allow_headers=(*SENT, *([key_header] if key_header else [])),
            expose_headers=EXPOSED,
        )
        self._open = CORSMiddleware(
            app, allow_origins=("*",), allow_methods=("GET", "HEAD", "POST"), allow_headers=SENT, expose_headers=EXPOSED
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request by the rules of its path."""
        if scope["type"] == "http" and own_path(scope).startswith(OPEN):
            await self._open(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Starlette's answer; a refusal in our own words."""
        response = super().preflight_response(request_headers)
        return response if response.status_code < 400 else Refusal(headers=dict(response.headers))


class Refusal(Response):
    """Composed when it is sent, because the request's id is known only then."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        message = "This web origin, method or header may not be used from a web page. CORS_ORIGINS names who may."
        headers = {"Vary": self.headers.get("Vary", "Origin")}
        error = ActionError(400, "cors_refused", message, headers=headers)
        await error_response(error, request_id=scope["state"]["trace"].request_id)(scope, receive, send)
