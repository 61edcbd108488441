"""The URL of this deployment. Trusts API Gateway's own record, never X-Forwarded-Host: anybody can send it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

HOST = re.compile(r"([A-Za-z0-9-]+\.)*[A-Za-z0-9-]+(:\d{1,5})?|\[[0-9a-fA-F:]+\](:\d{1,5})?")


def own_url(scope: Scope) -> str:
    """The URL below which the request's paths lie, without a trailing slash."""
    event = scope.get("aws.event", {})
    host = event.get("requestContext", {}).get("domainName") or Headers(scope=scope).get("host", "")
    if not HOST.fullmatch(host):
        name, port = scope.get("server") or ("localhost", None)
        host = f"{name}:{port}" if port else name
    scheme = "https" if event else scope.get("scheme", "http")
    return f"{scheme}://{host}{scope.get('root_path', '')}"


def own_path(scope: Scope) -> str:
    """The request's path below that URL."""
    path, prefix = str(scope["path"]), scope.get("root_path", "")
    return (path.removeprefix(prefix) if _lies_under(path, prefix) else path) or "/"


class PathPrefix:
    """Tells the app which part of the path is the deployment's own: a stage's name, or the path of PUBLIC_URL."""

    def __init__(self, app: ASGIApp, public_url: str | None) -> None:
        self.app = app
        self.public_path = urlsplit(public_url or "").path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on with its root path."""
        if scope["type"] == "http":
            prefix = stage_prefix(scope.get("aws.event", {}))
            if _lies_under(scope["path"], self.public_path):
                prefix = self.public_path
            scope["root_path"] = prefix
        await self.app(scope, receive, send)


def stage_prefix(event: Mapping[str, Any]) -> str:
    """`/prod` if API Gateway serves the stage `prod` under its name, else empty."""
    context = event.get("requestContext", {})
    if "http" in context:
        stage = f"/{context.get('stage', '$default')}"
        return stage if stage != "/$default" and _lies_under(context["http"]["path"], stage) else ""
    full, path = context.get("path", ""), event.get("path", "")
    return full.removesuffix(path) if path and full.endswith(path) else ""


def _lies_under(path: str, prefix: str) -> bool:
    return bool(prefix) and (path == prefix or path.startswith(prefix + "/"))
