"""Messages as clients of either era send them, by hand, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx2
from starlette.testclient import TestClient

MODERN = "2026-07-28"
HANDSHAKE = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
ACCEPT = "application/json, text/event-stream"
PREFIX = "io.modelcontextprotocol/"
META = {
    f"{PREFIX}protocolVersion": MODERN,
    f"{PREFIX}clientInfo": {"name": "test", "version": "1"},
    f"{PREFIX}clientCapabilities": {},
}


def message(
    method: str, params: Mapping[str, Any] | None = None, *, modern: bool, identifier: Any = 1
) -> dict[str, Any]:
    """A request of that era."""
    body: dict[str, Any] = {"jsonrpc": "2.0", "id": identifier, "method": method}
    if modern:
        return {**body, "params": {**(params or {}), "_meta": META}}
    return {**body, "params": params} if params is not None else body


def headers_of(body: Any, *, modern: bool) -> dict[str, str]:
    """The headers that such a client sends with it."""
    headers = {"Accept": ACCEPT, "Content-Type": "application/json"}
    if modern:
        headers |= {"MCP-Protocol-Version": MODERN, "Mcp-Method": body["method"]}
        if body["method"] == "tools/call":
            headers["Mcp-Name"] = body["params"]["name"]
    return headers


def post(client: TestClient, body: Any, headers: Any, path: str = "/mcp") -> httpx2.Response:
    """Send it as it is."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(path, content=content, headers=headers)


def ask(client: TestClient, method: str, params: Mapping[str, Any] | None = None, *, modern: bool) -> Any:
    """The result of a method."""
    body = message(method, params, modern=modern)
    response = post(client, body, headers_of(body, modern=modern))
    assert response.status_code == 200, response.text
    answer = response.json()
    assert (answer["jsonrpc"], answer["id"]) == ("2.0", 1)
    return answer["result"]


def call(client: TestClient, tool: str, *, modern: bool = False, **arguments: Any) -> Any:
    """The result of a tool."""
    return ask(client, "tools/call", {"name": tool, "arguments": arguments}, modern=modern)
