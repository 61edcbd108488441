"""A real identity provider, from the first refusal to a refreshed token: a GPT's way, and the official MCP client's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from corpus.corpus_opening import open_corpus
from handler.app import create_app
from tests.handler.conftest import Configure, client_of
from tests.handler.oauth.conftest import search
from tests.identity.oidc import oidc_provider, rotate, sign_in
from tests.identity.stand_in import AUDIENCE

CALLBACK = "https://chatgpt.com/aip/g-123/oauth/callback"
NATIVE = "http://127.0.0.1:9/callback"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with oidc_provider(audience=AUDIENCE, callbacks=[CALLBACK]) as issuer:
        yield issuer


def settings(issuer: str, **changes: object) -> dict[str, object]:
    given = {"auth": "oauth", "oauth_issuers": issuer, "oauth_audience": AUDIENCE, "oauth_scopes": "rag.read"}
    return {**given, "public_url": AUDIENCE, "oauth_client_id": "gpt", **changes}


def exchanged(client: TestClient, **form: str) -> dict[str, Any]:
    response = client.post("/oauth/token", data=form)
    assert response.status_code == 200, response.text
    return dict(response.json())


@pytest.mark.parametrize(("client_id", "changes"), [("gpt", {}), ("gpt-pkce", {"oauth_pkce": True})])
def test_a_gpt_signs_in_asks_and_goes_on_with_a_refreshed_token(
    configure: Configure, issuer: str, client_id: str, changes: dict[str, Any]
) -> None:
    with client_of(configure(**settings(issuer, oauth_client_id=client_id, **changes)), headers={}) as client:
        asked = {"response_type": "code", "client_id": client_id, "redirect_uri": CALLBACK, "scope": "", "state": "s~ä"}
        sent = client.get(f"/oauth/authorize?{urlencode(asked)}", follow_redirects=False)
        answer = sign_in(sent.headers["location"], until=CALLBACK)
        assert answer["state"] == "s~ä"
        who = {"client_id": client_id, "client_secret": "secret"}
        code = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": CALLBACK}
        first = exchanged(client, **who, **code)
        assert search(client, first["access_token"]) == (200, "")
        rotate(issuer)
        renewed = exchanged(client, **who, grant_type="refresh_token", refresh_token=first["refresh_token"])
        # Signed with a key that nobody here has seen yet.
        assert search(client, renewed["access_token"]) == (200, "")
        again = client.post("/oauth/token", data={**who, **code})
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def client_that_signed_in(app: Any, issuer: str) -> str:
    """The id that the official client got or was given, once it has listed the tools and asked."""
    # Here, because it takes half a second and every process that collects these tests would spend it.
    from tests.identity.official import Person, ask_and_go_on

    person = Person(app, NATIVE, lambda url: sign_in(url, until=NATIVE))
    assert ask_and_go_on(person, issuer) == ["search", "fetch"]
    return str(person.client.client_id)


def test_the_official_client_finds_the_provider_registers_signs_in_and_refreshes(
    configure: Configure, issuer: str
) -> None:
    app = create_app(configure(**settings(issuer)), open_corpus)
    assert client_that_signed_in(app, issuer) != "gpt"
    app.state.action.close()


def test_the_facade_takes_it_past_a_provider_that_registers_nobody_and_refuses_resource(configure: Configure) -> None:
    with oidc_provider(audience=AUDIENCE, callbacks=[CALLBACK], traps=["entra"]) as issuer:
        changes = {"oauth_facade": True, "oauth_client_id": "native"}
        app = create_app(configure(**settings(issuer, **changes)), open_corpus)
        assert client_that_signed_in(app, issuer) == "native"
        app.state.action.close()


def test_an_opaque_token_is_asked_about(configure: Configure) -> None:
    with oidc_provider(audience=AUDIENCE, callbacks=[CALLBACK], traps=["opaque"]) as issuer:
        where = {"oauth_introspection_url": f"{issuer}/token/introspection", "oauth_client_secret": "secret"}
        with client_of(configure(**settings(issuer, **where)), headers={}) as client:
            asked = {"response_type": "code", "client_id": "gpt", "redirect_uri": CALLBACK, "state": "s"}
            sent = client.get(f"/oauth/authorize?{urlencode(asked)}", follow_redirects=False)
            answer = sign_in(sent.headers["location"], until=CALLBACK)
            who = {"client_id": "gpt", "client_secret": "secret"}
            tokens = exchanged(
                client, **who, grant_type="authorization_code", code=answer["code"], redirect_uri=CALLBACK
            )
            assert "." not in tokens["access_token"]
            assert search(client, tokens["access_token"]) == (200, "")
            assert search(client, "x" * 43) == (401, "invalid_token")
