"""Tokens that say nothing by themselves: what the provider's answer must be, and how often it is asked."""

from __future__ import annotations

import base64
import dataclasses
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from corpus.errors import SettingsError
from handler.access.keys import make_key
from handler.access.oauth.access_tokens import Expected
from handler.access.oauth.issuers import Issuer
from handler.access.oauth.provider import Provider
from handler.access.oauth.provider_client import ProviderClient
from handler.access.oauth.token_refusals import IdentityUnavailable, TokenRefused
from handler.access.oauth.verifier import Verifier
from handler.access.oauth.wiring import oauth_of
from handler.access.rate_limit import Rate, Refusals
from handler.settings import HandlerSettings
from tests.handler.conftest import API_KEY
from tests.handler.oauth.conftest import SignIn, search
from tests.identity.stand_in import AUDIENCE, StandIn, json_reply
from tests.web_server import Reply

ACTIVE = {"active": True, "sub": "alice", "aud": AUDIENCE, "scope": "rag.read", "client_id": "gpt"}
Made = Callable[..., Verifier]


@pytest.fixture
def made(provider: StandIn) -> Iterator[Made]:
    """A verifier that asks the provider; keywords are settings."""
    closers = []

    def made(**changes: Any) -> Verifier:
        given = {
            "oauth_issuers": provider.url,
            "oauth_audience": AUDIENCE,
            "oauth_client_id": "gp t",
            "oauth_client_secret": "se:cret",
            "oauth_introspection_url": f"{provider.url}/introspect",
        }
        settings = HandlerSettings.model_validate(given | changes)
        oauth = oauth_of(settings, is_own_secret=lambda _: False, pkce_secret=b"")
        closers.append(oauth.client)
        return oauth.verifier

    yield made
    for each in closers:
        with closing(each):
            pass


def test_an_api_key_that_is_not_known_is_told_to_no_provider(made: Made, provider: StandIn) -> None:
    provider.pages["/introspect"] = json_reply(ACTIVE)
    with pytest.raises(TokenRefused, match="API key"):
        made().identify(make_key("other")[0])
    assert provider.asked == []


def test_a_token_that_is_active_for_us_lets_in_and_is_asked_about_once(made: Made, provider: StandIn) -> None:
    provider.pages["/introspect"] = json_reply(ACTIVE)
    verifier = made()
    found = [verifier.identify_at_once("opaque") or verifier.identify("opaque") for _ in range(5)]
    assert found[0].caller.subject == "alice"
    assert found[0].caller.scopes == {"rag.read"}
    assert found[0].caller.principals == {"user:alice"}
    assert provider.fetches("/introspect") == 1
    _, form = provider.asked[-1]
    assert form == {"token": "opaque", "token_type_hint": "access_token"}
    scheme, _, encoded = provider.headers[-1]["authorization"].partition(" ")
    assert (scheme, base64.b64decode(encoded)) == ("Basic", b"gp%20t:se%3Acret")


@pytest.mark.parametrize(
    "changes",
    [
        {"active": False},
        {"active": "true"},
        {"active": 1},
        {"aud": "another"},
        {"aud": None},
        {"iss": "https://elsewhere.example"},
        {"exp": 1_700_000_000},
        {"sub": None, "client_id": None},
        {"typ": "Refresh"},
        {"cnf": {"jkt": "x"}},
    ],
    ids=str,
)
def test_a_token_that_is_not_is_refused_and_not_asked_about_again(
    made: Made, provider: StandIn, changes: dict[str, Any]
) -> None:
    provider.pages["/introspect"] = json_reply({**ACTIVE, **changes})
    verifier = made()
    with pytest.raises(TokenRefused):
        verifier.identify("opaque")
    for _ in range(3):
        with pytest.raises(TokenRefused):
            verifier.identify_at_once("opaque")
    assert provider.fetches("/introspect") == 1


@pytest.mark.parametrize(
    "broken",
    [Reply(b"{}", 401), Reply(b"{}"), Reply(b"[]"), Reply(b"<h1>x</h1>"), Reply(b"{}", 500)],
    ids=["our own secret is wrong", "says nothing", "a list", "a page", "an error"],
)
def test_an_endpoint_that_cannot_tell_is_no_refusal(made: Made, provider: StandIn, broken: Reply) -> None:
    provider.pages["/introspect"] = broken
    with pytest.raises(IdentityUnavailable):
        made().identify("opaque")


def test_one_issuers_endpoint_does_not_speak_for_another_that_has_a_name(made: Made, provider: StandIn) -> None:
    other = "https://other.example"
    provider.pages["/introspect"] = json_reply({**ACTIVE, "iss": other})
    with pytest.raises(TokenRefused, match="another issuer"):
        made(oauth_issuers=f"{provider.url}, partner={other}").identify("opaque")
    shared = made(oauth_issuers=f"{provider.url}, {other}").identify("opaque")
    assert shared.caller.issuer == other
    assert shared.caller.principals == {"user:alice"}


def test_an_address_whose_tokens_nobody_knows_is_asked_about_no_more(signing_in: SignIn, provider: StandIn) -> None:
    provider.pages["/introspect"] = lambda form: json_reply(ACTIVE if form["token"] == "known" else {"active": False})
    client = signing_in(oauth_introspection_url=f"{provider.url}/introspect", oauth_client_id="gpt")
    oauth = client.app.state.action.oauth  # type: ignore[attr-defined] # FastAPI's.
    few = dataclasses.replace(oauth, refusals=Refusals(Rate(5, 60), clock=lambda: 60.0))
    client.app.state.action = dataclasses.replace(client.app.state.action, oauth=few)  # type: ignore[attr-defined] # The same.
    assert search(client, "known") == (200, "")
    answers = [search(client, f"unknown-{number}") for number in range(9)]
    assert answers == [(401, "invalid_token")] * 5 + [(429, "rate_limited")] * 4
    assert provider.fetches("/introspect") == 1 + 5
    # Who is known already, a key and a signed token go on.
    for token in ("known", API_KEY, provider.token()):
        assert search(client, token) == (200, "")


def test_google_tells_in_its_own_way(made: Made, provider: StandIn) -> None:
    told = {"aud": "app.example", "azp": "app.example", "sub": "7", "scope": "openid email", "exp": str(2**31)}
    told |= {"email": "ann@example.com", "email_verified": "true"}
    provider.pages["/tokeninfo"] = lambda form: (
        json_reply(told) if form == {"access_token": "ya29.x"} else json_reply({"error": "invalid_token"}, 400)
    )
    where = {"oauth_introspection_url": f"{provider.url}/tokeninfo", "oauth_audience": "app.example"}
    verifier = made(**where, oauth_client_id="app.example")
    assert verifier.identify("ya29.x").caller.principals == {"user:7", "user:ann@example.com"}
    with pytest.raises(TokenRefused):
        verifier.identify("ya29.y")
    told["aud"] = "another.example"
    with pytest.raises(TokenRefused):
        made(**where).identify("ya29.x")


def test_signed_tokens_are_checked_here_all_the_same(made: Made, provider: StandIn) -> None:
    verifier = made()
    assert verifier.identify(provider.token()).caller.subject == "alice"
    with pytest.raises(TokenRefused):
        verifier.identify(provider.token(exp=1))
    assert provider.fetches("/introspect") == 0


def test_without_an_endpoint_an_opaque_or_encrypted_token_is_told_what_is_missing(
    made: Made, provider: StandIn
) -> None:
    assert provider.url
    verifier = made(oauth_introspection_url=None)
    for token, told in (("ya29.x", "neither a key nor a JWT"), ("eyJ.a.b.c.d", "encrypted")):
        with pytest.raises(TokenRefused, match=told):
            verifier.identify(token)


def test_what_was_verified_is_kept_until_it_ends_and_no_longer_than_five_minutes(provider: StandIn) -> None:
    now = time.time()
    moment = [now]
    with closing(ProviderClient()) as client:
        issuers = {provider.url: Provider(Issuer(provider.url), client)}
        expected = Expected(audiences=[AUDIENCE], clients=[])
        verifier = Verifier(issuers, expected=expected, rules=(), clock=lambda: moment[0])
        ends_soon, lasts = provider.token(exp=int(now) - 50), provider.token()
        for token in (ends_soon, lasts):
            assert verifier.identify(token).caller.subject == "alice"
        for seconds, kept in ((5, (True, True)), (15, (False, True)), (290, (False, True)), (301, (False, False))):
            moment[0] = now + seconds
            assert (bool(verifier.remembered(ends_soon)), bool(verifier.remembered(lasts))) == kept, seconds


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"oauth_issuers": "", "oauth_introspection_url": None}, "OAUTH_ISSUERS is empty"),
        ({"oauth_audience": "", "oauth_client_id": ""}, "OAUTH_AUDIENCE is empty"),
        ({"oauth_client_id": ""}, "OAUTH_INTROSPECTION_URL needs"),
        ({"oauth_client_id": "", "oauth_introspection_url": None, "oauth_facade": True}, "OAUTH_FACADE needs"),
        ({"oauth_issuers": "https://a.example,https://b.example", "oauth_jwks_url": "https://a.example/j"}, "single"),
        ({"oauth_issuers": "Team=https://a.example", "oauth_principals": "sub,https://x.example/team"}, "another name"),
    ],
)
def test_what_is_missing_is_told_at_the_start(made: Made, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        made(**changes)
