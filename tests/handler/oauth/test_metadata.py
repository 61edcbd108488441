"""What clients read before they sign in, at every address that they try, and what a refusal tells them."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.handler.conftest import API_KEY
from tests.handler.oauth.conftest import SignIn
from tests.identity.stand_in import AUDIENCE, StandIn

RESOURCE, SERVER = "/.well-known/oauth-protected-resource", "/.well-known/oauth-authorization-server"
CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "fetch", "arguments": {"id": "0" * 16}}}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


def post(client: TestClient, message: dict[str, Any], token: str | None = None) -> httpx2.Response:
    headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return client.post("/mcp", content=json.dumps(message), headers=headers)


@pytest.mark.parametrize("path", ["", "/", "/mcp", "/mcp/"])
def test_the_resource_describes_itself_wherever_clients_look(signing_in: SignIn, provider: StandIn, path: str) -> None:
    client = signing_in(oauth_scopes="rag.read, /documents=rag.list")
    response = client.get(f"{RESOURCE}{path}", headers={"Origin": "https://inspector.example"})
    assert response.json() == {
        "resource": AUDIENCE,
        "authorization_servers": [provider.url],
        "scopes_supported": ["rag.read", "rag.list"],
        "bearer_methods_supported": ["header"],
        "resource_name": "Document search",
    }
    assert response.headers["access-control-allow-origin"] == "*"
    assert client.head(f"{RESOURCE}{path}").status_code == 200
    preflight = {
        "Origin": "https://inspector.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "mcp-protocol-version",
    }
    assert client.options(f"{RESOURCE}{path}", headers=preflight).status_code == 200
    assert client.get(f"{RESOURCE}/elsewhere").status_code == 404
    assert client.options("/search", headers=preflight).status_code == 400


@pytest.mark.parametrize(
    ("public_url", "audience", "resource"),
    [
        ("https://api.example.com", "https://api.example.com/", "https://api.example.com/"),
        ("https://api.example.com", "https://api.example.com/mcp", "https://api.example.com/mcp"),
        ("https://api.example.com/rag", "https://api.example.com", "https://api.example.com"),
        ("https://api.example.com/rag", "6f2c-guid, https://api.example.com/rag", "https://api.example.com/rag"),
        ("https://api.example.com", "https://api.example.com.evil", "https://api.example.com"),
        ("https://api.example.com", "https://api.example.com/mcp/x", "https://api.example.com"),
        ("https://api.example.com", "6f2c-guid", "https://api.example.com"),
    ],
)
def test_the_resource_is_the_audience_to_the_last_slash(
    signing_in: SignIn, public_url: str, audience: str, resource: str
) -> None:
    client = signing_in(public_url=public_url, oauth_audience=audience)
    assert client.get(RESOURCE).json()["resource"] == resource
    if public_url.endswith("/rag"):
        assert client.get(f"{RESOURCE}/rag/mcp").json()["resource"] == resource
        assert client.get(f"/rag{RESOURCE}/mcp").json()["resource"] == resource


def test_a_refusal_at_mcp_says_where_to_sign_in_and_for_what(signing_in: SignIn, provider: StandIn) -> None:
    client = signing_in(oauth_scopes="rag.read")
    for token in (None, "ra_wrong", provider.token(exp=1)):
        response = post(client, LIST, token)
        assert response.status_code == 401
        challenge = response.headers["www-authenticate"]
        assert challenge.startswith("Bearer ")
        assert f'resource_metadata="{AUDIENCE}{RESOURCE}/mcp"' in challenge
        assert 'scope="rag.read"' in challenge
        assert ('error="invalid_token"' in challenge) == (token is not None)


def test_a_tool_demands_the_scopes_of_the_route_that_answers_the_same(signing_in: SignIn, provider: StandIn) -> None:
    client = signing_in(oauth_scopes="rag.read, /documents=rag.list")
    reader = provider.token()
    listed = {tool["name"]: tool for tool in post(client, LIST, reader).json()["result"]["tools"]}
    wanted = {name: tool["securitySchemes"] for name, tool in listed.items()}
    assert wanted == {
        "search": [{"type": "oauth2", "scopes": ["rag.read"]}],
        "fetch": [{"type": "oauth2", "scopes": ["rag.read", "rag.list"]}],
    }
    refused = post(client, CALL, reader)
    assert refused.status_code == 403
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]
    assert 'scope="rag.read rag.list"' in refused.headers["www-authenticate"]
    assert post(client, CALL, provider.token(scope="rag.read rag.list")).status_code == 200
    assert post(client, CALL, API_KEY).status_code == 200
    nothing = post(client, LIST, provider.token(scope="other"))
    assert (nothing.status_code, nothing.json()["error"]) == (403, "insufficient_scope")


def test_with_keys_alone_nothing_of_it_is_there(client: TestClient) -> None:
    for path in (RESOURCE, SERVER, "/oauth/authorize", f"{RESOURCE}/mcp"):
        assert client.get(path).status_code == 404
    assert "securitySchemes" not in post(client, LIST, API_KEY).json()["result"]["tools"][0]


def test_the_facade_stands_in_for_a_provider_that_registers_nobody(signing_in: SignIn) -> None:
    client = signing_in(
        oauth_facade=True, oauth_client_id="mcp", oauth_audience="6f2c-guid", oauth_scopes="api://x/read"
    )
    assert client.get(f"{RESOURCE}/mcp").json()["authorization_servers"] == [AUDIENCE]
    told = client.get(SERVER).json()
    assert (told["issuer"], told["code_challenge_methods_supported"]) == (AUDIENCE, ["S256"])
    assert told == client.get("/.well-known/openid-configuration").json()
    native = "http://127.0.0.1:3030/callback"
    registered = client.post("/register", json={"redirect_uris": [native], "client_name": "x"})
    assert (registered.status_code, registered.json()["client_id"]) == (201, "mcp")
    for wrong in (["https://evil.example/"], [native, "https://evil.example/"], [], None, [7], "http://127.0.0.1/"):
        refused = client.post("/register", json={"redirect_uris": wrong})
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_redirect_uri")
    assert client.post("/register", content=b"{").status_code == 400
    asked = {
        "response_type": "code",
        "client_id": "mcp",
        "redirect_uri": native,
        "resource": AUDIENCE,
        "code_challenge": "c",
        "code_challenge_method": "S256",
    }
    location = client.get("/oauth/authorize", params=asked, follow_redirects=False).headers["location"]
    assert "resource=" not in location
    without = {name: value for name, value in asked.items() if name != "code_challenge_method"}
    assert client.get("/oauth/authorize", params=without, follow_redirects=False).status_code == 400


def test_no_facade_before_a_provider_that_sends_its_name_back(signing_in: SignIn, provider: StandIn) -> None:
    provider.describe(authorization_response_iss_parameter_supported=True)
    client = signing_in(oauth_facade=True, oauth_client_id="mcp")
    assert client.get(SERVER).status_code == 404
    client = signing_in()
    assert client.get(SERVER).status_code == client.post("/register", json={}).status_code == 404
