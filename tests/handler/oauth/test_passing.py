"""/oauth/authorize and /oauth/token: what is handed on, what is added, and what is refused."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import httpx2
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from tests.handler.conftest import API_KEY, Configure, client_of
from tests.handler.oauth.conftest import SignIn, settings_for
from tests.identity.stand_in import AUDIENCE, StandIn, json_reply, stand_in
from tests.web_server import Reply

CALLBACK = "https://chat.openai.com/aip/g-123/oauth/callback"
ASKED = {
    "response_type": "code",
    "client_id": "gpt",
    "redirect_uri": CALLBACK,
    "scope": "rag.read offline_access",
    "state": "a b/ü&=%+~",
}
EXCHANGED = {"grant_type": "authorization_code", "client_id": "gpt", "code": "c", "redirect_uri": CALLBACK}
SECRET = "the client's own"


@dataclass(frozen=True)
class Passing:
    """An app that hands on, and its provider."""

    client: TestClient
    provider: StandIn

    def authorize(self, **changes: str | None) -> httpx2.Response:
        """The answer to a browser; None leaves a parameter out."""
        asked = {name: value for name, value in (ASKED | changes).items() if value is not None}
        return self.client.get(f"/oauth/authorize?{urlencode(asked, quote_via=quote)}", follow_redirects=False)

    def handed_on(self, **changes: str | None) -> dict[str, str]:
        """What the browser then asks the provider."""
        response = self.authorize(**changes)
        assert response.status_code == 302, response.text
        location = response.headers["location"]
        assert location.startswith(f"{self.provider.url}/authorize?")
        pairs = parse_qsl(urlsplit(location).query, keep_blank_values=True)
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    def token(self, headers: Mapping[str, str] | None = None, /, **changes: Any) -> httpx2.Response:
        """The answer to a client that has a code."""
        form = {name: value for name, value in (EXCHANGED | changes).items() if value is not None}
        return self.client.post("/oauth/token", data=form, headers=headers)

    def asked_with(self) -> dict[str, str]:
        """The form that the provider got last."""
        path, form = self.provider.asked[-1]
        assert path == "/token"
        return form


Open = Callable[..., Passing]


@pytest.fixture
def opened(signing_in: SignIn, provider: StandIn) -> Open:
    """An app that hands on; keywords are settings."""
    provider.pages["/token"] = json_reply({"access_token": "t", "token_type": "bearer", "refresh_token": "r"})
    return lambda **changes: Passing(signing_in(**({"oauth_client_id": "gpt,mcp"} | changes)), provider)


@pytest.fixture(scope="module")
def passing(configure: Configure) -> Iterator[Passing]:
    """One that the tests of this module share."""
    with stand_in() as provider:
        provider.pages["/token"] = json_reply({"access_token": "t", "token_type": "bearer", "refresh_token": "r"})
        settings = settings_for(provider, oauth_client_id="gpt,mcp", oauth_scopes="rag.read")
        with client_of(configure(**settings), headers={}) as client:
            yield Passing(client, provider)


def test_state_scope_and_callback_come_through_untouched(passing: Passing) -> None:
    assert passing.handed_on() == ASKED
    assert passing.handed_on(nonce="n", prompt="login") == {**ASKED, "nonce": "n", "prompt": "login"}


@pytest.mark.parametrize("scope", ["", None])
def test_an_empty_box_for_scopes_is_filled(passing: Passing, scope: str | None) -> None:
    assert passing.handed_on(scope=scope)["scope"] == "rag.read"


@pytest.mark.parametrize(
    "callback",
    [
        CALLBACK,
        "https://chatgpt.com/aip/g-0a1B_2/oauth/callback",
        "https://chatgpt.com/connector_platform_oauth_redirect",
        "https://chatgpt.com/connector/oauth/AbC_123-x",
    ],
)
def test_chatgpts_own_callbacks_are_taken(passing: Passing, callback: str) -> None:
    assert passing.handed_on(redirect_uri=callback)["redirect_uri"] == callback


@pytest.mark.parametrize(
    "callback",
    [
        None,
        "",
        "https://evil.example/aip/g-123/oauth/callback",
        "https://chatgpt.com.evil.example/aip/g-123/oauth/callback",
        "https://chatgpt.com@evil.example/aip/g-123/oauth/callback",
        "https://chatgpt.com/aip/g-123/oauth/callback/../../../x",
        "https://chatgpt.com/aip/g-1/2/oauth/callback",
        "https://chatgpt.com/aip/g-123/oauth/callback?next=https://evil.example",
        "https://chatgpt.com/aip/g-123/oauth/callback#x",
        "https://chatgpt.com/aip/g-123/oauth/callback\n",
        "https://chatgpt.com\\@evil.example/aip/g-123/oauth/callback",
        "http://chatgpt.com/aip/g-123/oauth/callback",
        "https://CHATGPT.com/aip/g-123/oauth/callback",
        "https://chatgpt.com:444/aip/g-123/oauth/callback",
        "javascript:alert(1)",
        "http://127.0.0.1:4000/callback",
    ],
)
def test_no_other_callback_gets_a_code_and_the_refusal_is_a_page(passing: Passing, callback: str | None) -> None:
    response = passing.authorize(redirect_uri=callback)
    assert (response.status_code, response.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert "location" not in response.headers
    assert passing.token(redirect_uri=callback).status_code == 400
    assert "/token" not in {path for path, _ in passing.provider.asked}


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (f"{urlencode(ASKED)}&redirect_uri=https%3A%2F%2Fevil.example", "stands twice"),
        (f"{urlencode(ASKED)}&request=eyJ", "no request object"),
        (f"{urlencode(ASKED)}&request_uri=https%3A%2F%2Fevil.example", "no request object"),
        (f"{urlencode(ASKED)}&x=%ff", "not form-encoded"),
        (f"{urlencode(ASKED)}&x={'y' * 17_000}", "too long"),
        (urlencode(ASKED | {"client_id": "other"}), "not known here"),
        (urlencode(ASKED | {"response_type": "token"}), "must be code"),
        ("", "must be code"),
        ("&".join(f"a{number}=1" for number in range(60)), "not form-encoded"),
    ],
)
def test_what_two_readers_could_take_differently_is_refused(passing: Passing, query: str, told: str) -> None:
    response = passing.client.get(f"/oauth/authorize?{query}", follow_redirects=False)
    assert (response.status_code, told in response.text) == (400, True)


def test_a_code_and_a_refresh_token_come_through_with_what_the_client_sent(opened: Open) -> None:
    passing = opened()
    response = passing.token(client_secret=SECRET, code="c+/=%&ü")
    assert (response.status_code, response.json()["refresh_token"]) == (200, "r")
    assert response.headers["cache-control"] == "no-store"
    assert passing.asked_with() == {**EXCHANGED, "client_secret": SECRET, "code": "c+/=%&ü"}
    basic = base64.b64encode(f"gpt:{quote(SECRET)}".encode()).decode()
    passing.token({"Authorization": f"Basic {basic}"}, client_id=None)
    assert "client_secret" not in passing.asked_with()
    assert base64.b64decode(passing.provider.headers[-1]["authorization"].split()[1]).decode() == f"gpt:{quote(SECRET)}"
    refresh = {"grant_type": "refresh_token", "client_id": "gpt", "refresh_token": "r", "client_secret": SECRET}
    assert passing.client.post("/oauth/token", data=refresh).status_code == 200
    assert passing.asked_with() == refresh


def test_the_providers_refusal_comes_through_and_is_asked_for_once(opened: Open) -> None:
    passing = opened()
    passing.provider.pages["/token"] = json_reply({"error": "invalid_grant"}, 400)
    response = passing.token()
    assert (response.status_code, response.json()) == (400, {"error": "invalid_grant"})
    assert passing.provider.fetches("/token") == 1


@pytest.mark.parametrize(
    "broken",
    [
        Reply(b"", 302, {"Location": "https://evil.example/"}),
        Reply(b"<script>alert(1)</script>", 200, {"Content-Type": "text/html"}),
        Reply(b"<h1>Bad gateway</h1>", 502),
        Reply(b'"' + b"x" * 70_000 + b'"', 200),
    ],
    ids=["redirect", "page", "error page", "endless"],
)
def test_what_is_no_answer_is_503_and_shows_nothing_of_it(opened: Open, broken: Reply) -> None:
    passing = opened()
    passing.provider.pages["/token"] = broken
    response = passing.token()
    assert (response.status_code, response.json()["error"]) == (503, "temporarily_unavailable")
    assert passing.provider.fetches("/token") == 1


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_id": "other"}, 401, "invalid_client"),
        ({"client_id": None}, 401, "invalid_client"),
        ({"code": "x" * 20_000}, 413, "invalid_request"),
    ],
)
def test_a_token_is_asked_for_by_our_clients_and_in_two_ways_alone(
    passing: Passing, changes: dict[str, Any], status: int, error: str
) -> None:
    before = passing.provider.fetches("/token")
    response = passing.token(**changes)
    assert (response.status_code, response.json()["error"]) == (status, error)
    for headers in ({"Authorization": "Bearer x"}, {"Authorization": "Basic !"}):
        assert passing.token(headers).json()["error"] == "invalid_client"
    as_json = passing.client.post("/oauth/token", json=EXCHANGED)
    assert as_json.json()["error"] == "invalid_request"
    assert passing.provider.fetches("/token") == before


def test_a_secret_that_is_kept_here_is_lent_to_who_has_a_key_of_ours(opened: Open) -> None:
    passing = opened(oauth_client_secret=SecretStr("kept-here"))
    for sent in (API_KEY, "kept-here"):
        assert passing.token(client_secret=sent).status_code == 200
        assert passing.asked_with()["client_secret"] == "kept-here"
    asked = passing.provider.fetches("/token")
    variants: list[dict[str, Any]] = [
        {},
        {"client_secret": "wrong"},
        {"code_verifier": "v" * 43},
        {"client_secret": ""},
    ]
    for changes in variants:
        response = passing.token(**changes)
        assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert passing.provider.fetches("/token") == asked
    # The other client's secret is its own affair.
    assert passing.token(client_id="mcp").status_code == 200
    assert "client_secret" not in passing.asked_with()


def test_pkce_is_added_where_the_client_brings_none(opened: Open) -> None:
    passing = opened(oauth_pkce=True)
    challenge = passing.handed_on()
    assert challenge["code_challenge_method"] == "S256"
    passing.token(client_secret=SECRET)
    verifier = passing.asked_with()["code_verifier"]
    assert 43 <= len(verifier) <= 128
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert digest == challenge["code_challenge"]
    assert passing.handed_on(code_challenge="own", code_challenge_method="S256")["code_challenge"] == "own"
    passing.token(code_verifier="own")
    assert passing.asked_with()["code_verifier"] == "own"
    elsewhere = opened(oauth_pkce=True, link_secret=SecretStr("another secret of 16"))
    assert elsewhere.handed_on()["code_challenge"] != challenge["code_challenge"]


def test_what_a_provider_wants_besides_is_added_and_listed_callbacks_are_taken(opened: Open) -> None:
    own = "https://own.example/callback?x=1"
    passing = opened(oauth_authorize_params="audience=https://api.example.com&prompt=consent", oauth_callbacks=own)
    added = passing.handed_on(redirect_uri=own, prompt="login")
    assert (added["audience"], added["prompt"]) == ("https://api.example.com", "login")
    assert passing.authorize(redirect_uri=f"{own}&y=2").status_code == 400


def test_without_a_client_nothing_is_handed_on_and_the_document_knows_keys_alone(signing_in: SignIn) -> None:
    client = signing_in()
    assert client.get(f"/oauth/authorize?{urlencode(ASKED)}").status_code == 404
    assert client.post("/oauth/token", data=EXCHANGED).status_code == 404
    assert list(client.get("/openapi.json").json()["components"]["securitySchemes"]) == ["bearer"]


@pytest.mark.parametrize("path", ["/openapi.json", "/.well-known/openapi-3.0.json"])
@pytest.mark.parametrize("auth", ["oauth", "keys+oauth"])
def test_the_document_names_our_own_addresses(opened: Open, path: str, auth: str) -> None:
    changes: dict[str, Any] = {"auth": auth, "oauth_scopes": "rag.read", "public_url": AUDIENCE}
    document = opened(**changes).client.get(path).json()
    schemes = document["components"]["securitySchemes"]
    flow = schemes["oauth2"]["flows"]["authorizationCode"]
    assert (flow["authorizationUrl"], flow["tokenUrl"]) == (f"{AUDIENCE}/oauth/authorize", f"{AUDIENCE}/oauth/token")
    assert list(flow["scopes"]) == ["rag.read"]
    assert document["security"][0] == {"oauth2": ["rag.read"]}
    assert ("bearer" in schemes) == (auth == "keys+oauth")


def test_an_address_that_signs_in_without_end_is_slowed_down(opened: Open) -> None:
    passing = opened()
    statuses = [passing.token(client_id="other").status_code for _ in range(601)]
    if statuses[-1] != 429:  # A minute of the clock ended meanwhile, and with it the count.
        statuses += [passing.token(client_id="other").status_code for _ in range(600)]
    assert (statuses[0], statuses[-1]) == (401, 429)


def test_a_provider_that_is_away_is_told_on_a_page(opened: Open) -> None:
    passing = opened()
    passing.provider.pages.clear()
    assert passing.authorize().status_code == 503
    assert passing.token().json()["error"] == "temporarily_unavailable"
