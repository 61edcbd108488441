"""Around every request: its id, its log line, and the last word on errors that nobody foresaw."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handler.action import Trace
from handler.errors import ActionError, error_response

logger = logging.getLogger("handler")


class Observe:
    """The outermost layer. What is logged never holds the query, a chunk's text or a key."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        trace = Trace(request_id=_aws_request_id(scope) or Trace().request_id)
        scope.setdefault("state", {})["trace"] = trace
        status = 0

        async def observed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = trace.request_id
            await send(message)

        try:
            await self.app(scope, receive, observed_send)
        except Exception:
            logger.exception("unforeseen_error", extra={"fields": {"request_id": trace.request_id}})
            if status:
                raise
            unforeseen = ActionError(500, "internal_error", "Something failed in the server. It has been logged.")
            await error_response(unforeseen, request_id=trace.request_id)(scope, receive, observed_send)
        finally:
            logger.info("request", extra={"fields": _fields(scope, trace, status)})


def _fields(scope: Scope, trace: Trace, status: int) -> Mapping[str, Any]:
    # The route's pattern, not the path: a path may hold anything.
    route = getattr(scope.get("route"), "path", None)
    return {
        "request_id": trace.request_id,
        "key": trace.key_name,
        "method": scope["method"],
        "route": route,
        "status": status,
        "ms": round((time.monotonic() - trace.started) * 1000, 1),
        **{f"{name}_ms": round(seconds * 1000, 1) for name, seconds in trace.seconds.items()},
        **trace.counts,
    }


def _aws_request_id(scope: Scope) -> str | None:
    return getattr(scope.get("aws.context"), "aws_request_id", None)
