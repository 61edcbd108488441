"""The newer era's envelope: its headers and its `_meta` agree, and name a version that is served."""

from __future__ import annotations

import base64

import pytest
from starlette.testclient import TestClient

from tests.handler.mcp.asking import META, MODERN, PREFIX, headers_of, message, post, refused


def test_a_notification_of_an_unknown_version_is_told_so(client: TestClient) -> None:
    headers = headers_of({}, modern=False) | {"MCP-Protocol-Version": "2099-01-01"}
    error = refused(post(client, {"jsonrpc": "2.0", "method": "x"}, headers), 400, -32022, None)
    assert error["data"] == {"supported": [MODERN], "requested": "2099-01-01"}


def test_a_reply_is_passed_over_in_the_older_era_and_refused_in_the_newer(client: TestClient) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "result": {}}
    headers = headers_of({}, modern=False)
    assert post(client, body, headers).status_code == 202
    refused(post(client, body, headers | {"MCP-Protocol-Version": MODERN}), 400, -32600, None)


@pytest.mark.parametrize("name", ["MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"])
def test_a_routing_header_that_stands_twice_is_refused(client: TestClient, name: str) -> None:
    body = message("tools/call", {"name": "search", "arguments": {"query": "x"}}, modern=True)
    headers = headers_of(body, modern=True)
    refused(post(client, body, [*headers.items(), (name, headers[name])]), 400, -32020)


@pytest.mark.parametrize(
    "meta",
    [None, [], "x", {}, {f"{PREFIX}protocolVersion": MODERN}, {f"{PREFIX}clientCapabilities": {}}],
)
def test_without_its_envelope_a_modern_request_is_refused(client: TestClient, meta: object) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}
    refused(post(client, body, headers_of(body, modern=True)), 400, -32602)
    refused(post(client, {**body, "params": {}}, headers_of(body, modern=True)), 400, -32602)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Mcp-Method", "tools/call"),
        ("Mcp-Method", None),
        ("Mcp-Name", "fetch"),
        ("Mcp-Name", None),
        ("Mcp-Name", "=?base64?ZmV0Y2g=?="),
        ("Mcp-Name", "=?base64?!?="),
        ("Mcp-Name", "=?base64?c2VhcmNo==?="),
        ("MCP-Protocol-Version", "2099-01-01"),
    ],
)
def test_a_header_that_contradicts_the_body_is_refused(client: TestClient, header: str, value: str | None) -> None:
    method = "tools/list" if header == "Mcp-Method" else "tools/call"
    body = message(method, {"name": "search", "arguments": {"query": "warranty"}}, modern=True)
    headers = {name: each for name, each in headers_of(body, modern=True).items() if name != header}
    refused(post(client, body, headers | ({header: value} if value else {})), 400, -32020)


def test_the_tools_name_may_come_encoded(client: TestClient) -> None:
    body = message("tools/call", {"name": "search", "arguments": {"query": "warranty"}}, modern=True)
    encoded = f"=?base64?{base64.b64encode(b'search').decode()}?="
    response = post(client, body, headers_of(body, modern=True) | {"Mcp-Name": encoded})
    assert response.json()["result"]["isError"] is False


def test_an_unknown_version_of_the_newer_era_is_told_which_are_served(client: TestClient) -> None:
    body = message("tools/list", modern=True)
    body["params"]["_meta"] = META | {f"{PREFIX}protocolVersion": "2099-01-01"}
    headers = headers_of(body, modern=True) | {"MCP-Protocol-Version": "2099-01-01"}
    error = refused(post(client, body, headers), 400, -32022)
    assert error["data"] == {"supported": [MODERN], "requested": "2099-01-01"}
