"""POST /mcp keeps to both eras of the protocol, refusal by refusal."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.handler.conftest import Connect
from tests.handler.mcp.asking import HANDSHAKE, MODERN, PREFIX, ask, headers_of, message, post, refused

ERAS = pytest.mark.parametrize("modern", [False, True], ids=["handshake", "modern"])


@pytest.mark.parametrize("version", HANDSHAKE)
def test_a_known_version_is_echoed(client: TestClient, version: str) -> None:
    result = ask(client, "initialize", {"protocolVersion": version, "capabilities": {}}, modern=False)
    assert result["protocolVersion"] == version
    assert result["capabilities"] == {"tools": {"listChanged": False}}
    assert result["serverInfo"]["name"] == "document-search"
    assert result["serverInfo"]["version"]
    assert "resultType" not in result


@pytest.mark.parametrize("version", ["1999-01-01", MODERN, ""])
def test_an_unknown_version_is_answered_with_the_newest_of_the_era(client: TestClient, version: str) -> None:
    assert ask(client, "initialize", {"protocolVersion": version}, modern=False)["protocolVersion"] == "2025-11-25"


def test_discover_takes_the_place_of_initialize(client: TestClient) -> None:
    result = ask(client, "server/discover", modern=True)
    assert result["supportedVersions"] == [MODERN]
    assert result["resultType"] == "complete"
    assert result["cacheScope"] == "private"
    assert isinstance(result["ttlMs"], int)
    assert result["_meta"][f"{PREFIX}serverInfo"]["title"] == "Document search"


@ERAS
def test_the_tools_are_listed_without_any_handshake(client: TestClient, *, modern: bool) -> None:
    result = ask(client, "tools/list", modern=modern)
    assert [tool["name"] for tool in result["tools"]] == ["search", "fetch"]
    assert (result.get("resultType") == "complete") is modern
    assert {"ttlMs", "cacheScope"} <= result.keys() or not modern


def test_ping_belongs_to_the_handshake_era(client: TestClient) -> None:
    assert ask(client, "ping", modern=False) == {}
    for method in ("ping", "initialize"):
        body = message(method, {"protocolVersion": MODERN}, modern=True)
        refused(post(client, body, headers_of(body, modern=True)), 404, -32601)


@ERAS
@pytest.mark.parametrize("identifier", [0, -1, 7, "a", "", 2**53])
def test_the_id_comes_back_as_it_was(client: TestClient, identifier: object, *, modern: bool) -> None:
    body = message("tools/list", modern=modern, identifier=identifier)
    answer = post(client, body, headers_of(body, modern=modern)).json()
    assert answer["id"] == identifier
    assert type(answer["id"]) is type(identifier)


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "PUT", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/mcp", "/mcp/"])
def test_only_post_is_served_and_the_others_are_refused_at_once(client: TestClient, method: str, path: str) -> None:
    response = client.request(method, path, headers={"Accept": "text/event-stream", "Authorization": ""})
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    if method != "HEAD":
        assert "openapi" not in refused(response, 405, -32600, None)["message"]


def test_both_paths_answer_and_neither_redirects(client: TestClient) -> None:
    body = message("ping", modern=False)
    for path in ("/mcp", "/mcp/"):
        assert post(client, body, headers_of(body, modern=False), path).json()["result"] == {}


@ERAS
@pytest.mark.parametrize("kind", ["text/plain", "application/xml", ""])
def test_another_media_type_is_refused(client: TestClient, kind: str, *, modern: bool) -> None:
    body = message("tools/list", modern=modern)
    refused(post(client, body, headers_of(body, modern=modern) | {"Content-Type": kind}), 400, -32600, None)


@ERAS
@pytest.mark.parametrize("accept", ["text/event-stream", "text/html", ""])
def test_who_does_not_accept_json_is_refused(client: TestClient, accept: str, *, modern: bool) -> None:
    body = message("tools/list", modern=modern)
    refused(post(client, body, headers_of(body, modern=modern) | {"Accept": accept}), 406, -32600, None)


@ERAS
@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/*;q=0.9, text/html"])
def test_who_accepts_json_in_any_way_is_answered(client: TestClient, accept: str, *, modern: bool) -> None:
    body = message("tools/list", modern=modern)
    assert post(client, body, headers_of(body, modern=modern) | {"Accept": accept}).status_code == 200


@ERAS
@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"a":1,"a":2}',
        b'"\\ud800"',
        b'{"a":"\\u0000"}',
        b"\xff",
        b"[" * 5000,
        b"NaN",
        b"1" * 5000,
    ],
)
def test_what_is_not_strict_json_is_a_parse_error(client: TestClient, text: bytes, *, modern: bool) -> None:
    headers = headers_of(message("ping", modern=False), modern=False)
    refused(post(client, text, headers | ({"MCP-Protocol-Version": MODERN} if modern else {})), 400, -32700, None)


@ERAS
@pytest.mark.parametrize(
    "body",
    [
        [],
        [message("ping", modern=False)],
        "ping",
        None,
        5,
        {},
        {"id": 1, "method": "ping"},
        {"jsonrpc": "1.0", "id": 1, "method": "ping"},
        {"jsonrpc": "2.0", "id": None, "method": "ping"},
        {"jsonrpc": "2.0", "id": 1.5, "method": "ping"},
        {"jsonrpc": "2.0", "id": True, "method": "ping"},
        {"jsonrpc": "2.0", "id": {}, "method": "ping"},
        {"jsonrpc": "2.0", "id": "x" * 1001, "method": "ping"},
        {"jsonrpc": "2.0", "id": 1, "method": 5},
        {"jsonrpc": "2.0", "id": 1},
        {"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []},
        {"jsonrpc": "2.0", "method": "x", "params": "y"},
    ],
    ids=lambda body: repr(body)[:60],
)
def test_a_batch_or_a_malformed_message_is_an_invalid_request(client: TestClient, body: Any, *, modern: bool) -> None:
    headers = headers_of(message("ping", modern=False), modern=False)
    refused(post(client, body, headers | ({"MCP-Protocol-Version": MODERN} if modern else {})), 400, -32600, None)


@pytest.mark.parametrize("version", [None, *HANDSHAKE, MODERN])
@pytest.mark.parametrize("method", ["notifications/initialized", "notifications/cancelled", "whatever"])
def test_a_notification_is_taken_and_not_answered(client: TestClient, version: str | None, method: str) -> None:
    headers = headers_of({}, modern=False) | ({"MCP-Protocol-Version": version} if version else {})
    response = post(client, {"jsonrpc": "2.0", "method": method}, headers)
    assert (response.status_code, response.content) == (202, b"")


@ERAS
@pytest.mark.parametrize("method", ["resources/list", "prompts/get", "nope", "", "tools/List"])
def test_an_unknown_method_is_told_so(client: TestClient, method: str, *, modern: bool) -> None:
    body = message(method, modern=modern)
    refused(post(client, body, headers_of(body, modern=modern)), 404 if modern else 200, -32601)


@ERAS
@pytest.mark.parametrize("params", [{}, {"name": 5}, {"name": "search", "arguments": []}, {"name": None}])
def test_a_call_without_a_name_or_with_other_arguments_is_invalid(
    client: TestClient, params: dict[str, Any], *, modern: bool
) -> None:
    body = message("tools/call", params, modern=modern)
    headers = headers_of({"method": "initialize"}, modern=modern)
    if modern:
        headers |= {"Mcp-Method": "tools/call", "Mcp-Name": str(params.get("name"))}
    if modern and params.get("name") == 5:
        refused(post(client, body, headers), 400, -32020)
    else:
        refused(post(client, body, headers), 400 if modern else 200, -32602)


@pytest.mark.parametrize("key", [None, "wrong"])
def test_a_wrong_or_missing_key_is_401_and_nothing_of_the_body_is_read(client: TestClient, key: str | None) -> None:
    headers = {"Authorization": f"Bearer {key}" if key else ""}
    response = client.post("/mcp", content=b"{", headers=headers)
    assert response.status_code == 401
    assert response.json()["error"] == "invalid_token"
    challenge = response.headers["www-authenticate"]
    assert challenge.startswith("Bearer ")
    assert 'error="invalid_token"' in challenge


def test_who_asks_too_often_or_sends_too_much_is_told_in_json_rpc(connect: Connect) -> None:
    body = message("ping", modern=False)
    client = connect(rate_limit="1/day", max_body_bytes=1_000)
    refused(post(client, b"x" * 2_000, headers_of(body, modern=False)), 413, -32600, None)
    response = post(client, body, headers_of(body, modern=False))
    assert refused(response, 429, -32603, None)["data"]["error"] == "rate_limited"
    assert int(response.headers["retry-after"]) > 0


def test_what_comes_too_late_is_told_in_json_rpc(connect: Connect) -> None:
    body = message("tools/list", modern=False)
    client = connect(deadline_seconds=0.000001)
    error = refused(post(client, body, headers_of(body, modern=False)), 504, -32603, None)
    assert error["data"]["error"] == "deadline_exceeded"
