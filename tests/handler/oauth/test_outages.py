"""What a provider that is away, slow or wrong costs: those whose keys are not known, for as long as it lasts."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from handler.access.oauth.issuers import Issuer
from handler.access.oauth.key_set import KeySet
from handler.access.oauth.provider import Provider
from handler.access.oauth.provider_client import ProviderClient
from handler.access.oauth.token_refusals import IdentityUnavailable
from tests.closed_gate import gate
from tests.handler.conftest import API_KEY
from tests.handler.oauth.conftest import QUESTION, SignIn, search
from tests.identity.stand_in import DISCOVERY, StandIn, json_reply, jwk_of
from tests.web_server import Reply

OK, UNAVAILABLE = (200, ""), (503, "identity_unavailable")
ODD: tuple[Any, ...] = ([], {"a": 1}, 7)
BROKEN = {
    "HTML": Reply(b"<h1>Maintenance</h1>"),
    "an error": Reply(b"{}", 500),
    "a redirect": Reply(b"", 302, {"Location": "https://elsewhere.example/"}),
    "a list": json_reply([]),
    "nothing": Reply(b""),
    "endless": Reply(b"[" * 300_000),
    "deep": Reply(b'{"keys":' + b"[" * 100_000),
    "no keys": json_reply({"keys": []}),
    "keys of another kind": json_reply({"keys": [{"kty": "oct", "kid": "first", "k": "c2VjcmV0"}, 7, {"kty": "RSA"}]}),
    "damaged keys": json_reply({"keys": [{"kty": "RSA", "kid": "first", "n": "!", "e": 3}]}),
    "algorithms of another type": json_reply({"keys": [jwk_of("EC", "first", alg=each) for each in ODD]}),
    "another issuer": json_reply({"issuer": "https://elsewhere.example", "jwks_uri": "https://elsewhere.example/jwks"}),
}


@pytest.mark.parametrize("path", [DISCOVERY, "/jwks"])
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_whatever_comes_in_the_place_of_keys_is_told_as_their_absence(
    provider: StandIn, path: str, broken: Reply
) -> None:
    provider.pages[path] = broken
    with contextlib.closing(ProviderClient()) as client, pytest.raises(IdentityUnavailable):
        Provider(Issuer(provider.url), client).keys.key("first", "RS256")


def test_the_door_says_so_and_a_key_goes_in_beside_it(signing_in: SignIn, provider: StandIn) -> None:
    provider.pages.clear()
    client = signing_in()
    response = client.post("/search", json=QUESTION, headers={"Authorization": f"Bearer {provider.token()}"})
    assert (response.status_code, response.json()["error"]) == UNAVAILABLE
    assert int(response.headers["retry-after"]) > 0
    assert "www-authenticate" not in response.headers
    assert provider.url not in response.text
    assert search(client, API_KEY) == OK
    for number in range(50):
        assert search(client, provider.token(kid=f"kid-{number}")) == UNAVAILABLE
    assert len(provider.asked) < 6
    at_mcp = client.post("/mcp", json={}, headers={"Authorization": f"Bearer {provider.token()}"})
    assert (at_mcp.status_code, at_mcp.json()["error"]["data"]["error"]) == UNAVAILABLE


def test_known_keys_go_on_while_the_provider_hangs(signing_in: SignIn, provider: StandIn) -> None:
    port = int(provider.url.rpartition(":")[2])
    with gate(port) as path:
        provider.url = path.url
        provider.describe()
        client = signing_in()
        assert search(client, provider.token()) == OK
        path.shut = True
        assert search(client, provider.token(sub="bob")) == OK


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Keys:
    """Counts the fetches; away where `told` is None."""

    def __init__(self) -> None:
        self.told: Mapping[str, Any] | None = {"keys": [jwk_of("EC", "first")]}
        self.fetches = 0

    def __call__(self) -> Mapping[str, Any]:
        self.fetches += 1
        if self.told is None:
            raise IdentityUnavailable("away")
        return self.told


def test_ten_thousand_unknown_keys_cost_a_fetch_a_minute() -> None:
    clock, keys = Clock(), Keys()
    key_set = KeySet(keys, clock=clock)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda number: key_set.key(f"kid-{number}", "ES256"), range(10_000))) == {None}
    assert keys.fetches <= 2
    for _ in range(10):
        clock.now += 30
        for number in range(100):
            key_set.key(f"later-{number}", "ES256")
    assert keys.fetches <= 2 + 5


def test_a_key_that_is_new_is_found_at_once_and_one_that_is_gone_is_gone_in_ten_minutes() -> None:
    clock, keys = Clock(), Keys()
    key_set = KeySet(keys, clock=clock)
    assert key_set.key("first", "ES256")
    keys.told = {"keys": [jwk_of("EC", "second")]}
    assert key_set.key("first", "ES256")
    assert key_set.key("second", "ES256")
    keys.told = {"keys": [jwk_of("EC", "third")]}
    clock.now += 601
    assert key_set.key("second", "ES256") is None
    assert key_set.key("third", "ES256")


def test_known_keys_outlive_an_outage_of_a_day_and_unknown_ones_are_not_called_wrong() -> None:
    clock, keys = Clock(), Keys()
    key_set = KeySet(keys, clock=clock)
    assert key_set.key("first", "ES256")
    keys.told = None
    for _ in range(24 * 60 - 1):
        clock.now += 60
        assert key_set.key("first", "ES256")
    with pytest.raises(IdentityUnavailable):
        key_set.key("second", "ES256")
    assert keys.fetches < 24 * 60 + 2
    clock.now += 7_200
    with pytest.raises(IdentityUnavailable):
        key_set.key("first", "ES256")
    keys.told = {"keys": [jwk_of("EC", "first")]}
    clock.now += 31
    assert key_set.key("first", "ES256")


def test_a_storm_before_the_first_key_costs_few_fetches_and_heals_soon() -> None:
    clock, keys = Clock(), Keys()
    keys.told = None
    key_set = KeySet(keys, clock=clock)
    for number in range(1_200):
        clock.now += 0.05
        with pytest.raises(IdentityUnavailable):
            key_set.key(f"kid-{number}", "ES256")
    assert keys.fetches <= 7
    keys.told = {"keys": [jwk_of("EC", "first")]}
    clock.now += 30
    assert key_set.key("first", "ES256")


def test_a_key_serves_its_own_algorithm_alone_and_no_private_half_is_read() -> None:
    told = [
        jwk_of("RSA", "pinned", alg="PS256"),
        jwk_of("RSA", "free", d="AQAB"),
        jwk_of("EC", "encrypts", use="enc"),
        jwk_of("EC", "wraps", key_ops=["wrapKey"]),
        jwk_of("EC", "other", alg="ES512"),
    ]
    key_set = KeySet(lambda: {"keys": told})
    served = {
        kid: [algorithm for algorithm in ("RS256", "PS256", "ES256", "EdDSA") if key_set.key(kid, algorithm)]
        for kid in ("pinned", "free", "encrypts", "wraps", "other")
    }
    assert served == {"pinned": ["PS256"], "free": ["RS256", "PS256"], "encrypts": [], "wraps": [], "other": []}
