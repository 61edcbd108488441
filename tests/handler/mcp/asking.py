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


def payload(result: Any) -> Any:
    """The answer of a tool, which stands in the result twice."""
    (item,) = result["content"]
    assert item["type"] == "text"
    assert json.loads(item["text"]) == result["structuredContent"]
    assert result["isError"] is False
    return result["structuredContent"]


def failure(result: Any) -> Any:
    """What a tool says that did not work."""
    (item,) = result["content"]
    assert result["isError"] is True
    assert "structuredContent" not in result
    return json.loads(item["text"])


def refused(response: Any, status: int, code: int, identifier: object = 1) -> Any:
    """The error of a refusal, which is JSON-RPC."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert body["jsonrpc"] == "2.0"
    assert body["id"] == identifier
    assert body["error"]["code"] == code, body
    assert body["error"]["message"]
    return body["error"]
