"""The rows about signing in, of our own deployment and of what is wrong with one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from corpus.corpus_opening import open_corpus
from handler.app import create_app
from handler.check.http_call import Caller
from handler.check.matrix import CheckOptions
from handler.check.run import check
from handler.check.sign_in_rows import check_server, flow_of, sign_in_checks
from tests.handler.conftest import Configure
from tests.handler.running import running
from tests.identity.stand_in import StandIn, json_reply, stand_in
from tests.web_server import Reply

SIGN_IN = ["sign-in addresses", "sign-in callback", "sign-in token", "MCP sign in"]


@contextmanager
def deployed(configure: Configure, provider: StandIn, **changes: object) -> Iterator[str]:
    given: dict[str, object] = {
        "auth": "keys+oauth",
        "oauth_issuers": provider.url,
        "oauth_audience": "the-api",
        "oauth_scopes": "rag.read",
        "oauth_client_id": "gpt",
    }
    app = create_app(configure(**(given | changes)), open_corpus)
    with running(app) as url:
        yield url
    app.state.action.close()


def rows_of(url: str, token: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    check(url, key=token, wishes=CheckOptions(no_rate_limit=True), as_json=True)
    return {row["name"]: row for row in json.loads(capsys.readouterr().out)["rows"]}


def test_our_own_holds_with_a_token_and_the_facade_does_too(
    configure: Configure, capsys: pytest.CaptureFixture[str]
) -> None:
    with stand_in() as provider:
        with deployed(configure, provider) as url:
            rows = rows_of(url, provider.token(aud="the-api"), capsys)
        assert [name for name, row in rows.items() if row["outcome"] == "failed"] == []
        assert [name for name in rows if "sign" in name] == SIGN_IN
        assert "registers no clients" in rows["MCP sign in"]["came"]
        with deployed(configure, provider, oauth_facade=True) as url:
            rows = rows_of(url, provider.token(aud="the-api"), capsys)
        assert "clients register themselves" in rows["MCP sign in"]["came"]


@pytest.fixture
def caller() -> Iterator[Caller]:
    caller = Caller(secret="")
    yield caller
    caller.close()


def test_a_provider_that_calls_itself_otherwise_is_told(caller: Caller) -> None:
    with stand_in() as provider:
        mcp_url = f"{provider.url}/mcp"

        def came(resource: str, issuer: str) -> tuple[str, str]:
            return check_server(caller, {"resource": resource, "authorization_servers": [issuer]}, mcp_url)

        assert came(provider.url, provider.url)[0] == "ok"
        for resource, issuer, told in (
            ("https://elsewhere.example", provider.url, "clients want"),
            (f"{provider.url}/mcp/x", provider.url, "clients want"),
            (provider.url, f"{provider.url}/", "to the last slash"),
            (provider.url, "https://[", "should describe itself"),
            (provider.url, f"{provider.url}/tenant", "should describe itself"),
        ):
            outcome, words = came(resource, issuer)
            assert (outcome, told in words) == ("failed", True), words
        provider.describe(token_endpoint=None)
        assert came(provider.url, provider.url) == ("failed", f"{provider.url} names no token_endpoint")


def test_what_a_gpt_refuses_and_what_leaks_a_code_is_told(caller: Caller) -> None:
    with stand_in() as provider:
        flow = {"authorizationUrl": f"{provider.url}/authorize", "tokenUrl": "https://elsewhere.example/token"}
        document: dict[str, Any] = {
            "security": [{"own": ["x"]}],
            "components": {"securitySchemes": {"own": {"type": "oauth2", "flows": {"authorizationCode": flow}}}},
        }
        assert flow_of(document, {}) == flow
        assert flow_of(document, {"security": []}) == {}
        provider.pages["/authorize"] = Reply(
            status=302, headers={"Location": "https://example.com/handler-check?code=1"}
        )
        provider.pages["/token"] = Reply(b"<h1>Oops</h1>", 500)

        def outcomes() -> list[str]:
            return [each.ask()[0] for each in sign_in_checks(caller, document, {}, provider.url)]

        assert outcomes() == ["failed", "failed", "failed"]
        flow["tokenUrl"] = "https://["
        assert outcomes() == ["failed", "failed", "failed"]
        flow["tokenUrl"] = f"{provider.url}/token"
        provider.pages["/authorize"] = Reply(b"<h1>Unknown client</h1>", 400)
        provider.pages["/token"] = json_reply({"error": "invalid_client"}, 401)
        assert outcomes() == ["ok", "ok", "ok"]
