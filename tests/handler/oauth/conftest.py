"""The real app, a provider of the test's own, and tokens for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient

from tests.handler.conftest import Configure, Connect, client_of
from tests.identity.stand_in import AUDIENCE, StandIn, stand_in

QUESTION = {"query": "warranty"}
SignIn = Callable[..., TestClient]


@pytest.fixture
def provider() -> Iterator[StandIn]:
    """A provider that a test may lay out anew."""
    with stand_in() as provider:
        yield provider


def settings_for(provider: StandIn, **changes: object) -> dict[str, object]:
    """Those of an app that takes keys and the provider's tokens."""
    issuer = {"oauth_issuers": provider.url, "oauth_audience": AUDIENCE}
    return {"auth": "keys+oauth", "public_url": AUDIENCE, **issuer, **changes}


@pytest.fixture
def signing_in(connect: Connect, provider: StandIn) -> SignIn:
    """A client of such an app; keywords are settings."""
    return lambda **changes: connect(headers={}, **settings_for(provider, **changes))


@dataclass(frozen=True)
class Door:
    """An app and its provider, which the tests of a module share: they change nothing of either."""

    client: TestClient
    provider: StandIn


@pytest.fixture(scope="module")
def door(configure: Configure) -> Iterator[Door]:
    """Two audiences, one scope, one RSA key."""
    with stand_in() as provider:
        changes = {"oauth_audience": f"{AUDIENCE}, second", "oauth_scopes": "rag.read"}
        with client_of(configure(**settings_for(provider, **changes)), headers={}) as client:
            yield Door(client, provider)


def search(client: TestClient, token: str) -> tuple[int, str]:
    """Status and code of a search with the token."""
    response = client.post("/search", json=QUESTION, headers={"Authorization": f"Bearer {token}"})
    return response.status_code, response.json().get("error", "")
