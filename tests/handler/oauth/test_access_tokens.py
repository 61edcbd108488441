"""Which access tokens let in, and which do not, over the real app's own door."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.handler.conftest import API_KEY
from tests.handler.oauth.conftest import QUESTION, Door, SignIn, search
from tests.identity.stand_in import AUDIENCE, StandIn, jwk_of, private_key, stand_in, unsigned

OK, REFUSED = (200, ""), (401, "invalid_token")


def test_a_token_lets_in_and_so_does_a_key_beside_it(signing_in: SignIn, provider: StandIn) -> None:
    client = signing_in()
    assert search(client, API_KEY) == OK
    assert provider.asked == []
    assert search(client, provider.token()) == OK
    assert search(client, "ra_wrong") == REFUSED
    assert search(signing_in(auth="oauth"), API_KEY) == REFUSED
    assert client.post("/search", json=QUESTION).json()["error"] == "missing_api_key"
    alone = signing_in(auth="oauth").post("/search", json=QUESTION)
    assert (alone.status_code, alone.json()["error"]) == (401, "missing_access_token")


@pytest.mark.parametrize(
    ("kind", "algorithm", "alg"),
    [
        ("RSA", "RS256", None),
        ("RSA", "RS256", "RS256"),
        ("RSA", "PS256", None),
        ("RSA", "PS256", "PS256"),
        ("EC", "ES256", None),
        ("OKP", "EdDSA", None),
        ("OKP", "EdDSA", "Ed25519"),
    ],
)
def test_the_four_algorithms_are_taken(
    signing_in: SignIn, provider: StandIn, kind: str, algorithm: str, alg: str | None
) -> None:
    more: dict[str, Any] = {} if alg is None else {"alg": alg}
    provider.publish(jwk_of(kind, "first", **more))
    assert search(signing_in(), provider.token(kind=kind, algorithm=algorithm)) == OK


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": [f"{AUDIENCE}/userinfo", AUDIENCE]},
        {"aud": "second"},
        {"exp_in": -30},
        {"nbf_in": 30},
        {"header_typ": "JWT"},
        {"header_typ": None},
        {"header_jku": "https://elsewhere.example/jwks"},
        {"scope": None, "scp": ["rag.read"]},
        {"typ": "Bearer"},
    ],
    ids=str,
)
def test_what_providers_write_differently_is_taken(door: Door, changes: dict[str, Any]) -> None:
    assert search(door.client, door.provider.token(**changes)) == OK


@pytest.mark.parametrize(
    "changes",
    [
        {"kid": "second"},
        {"number": 1},
        {"kind": "EC", "algorithm": "ES256"},
        {"algorithm": "RS512"},
        {"header_crit": ["exp"], "header_exp": 1},
        {"header_crit": ["b64"]},
        {"header_typ": "dpop+jwt"},
        {"exp_in": -120},
        {"exp": None},
        {"exp": "soon"},
        {"nbf_in": 120},
        {"iat_in": 120},
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "https://other.example"},
        {"aud": ["https://other.example", f"{AUDIENCE}/"]},
        {"aud": []},
        {"aud": None},
        {"aud": [["https://api.example.com"]]},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "a\nb"},
        {"sub": "\ud800"},
        {"sub": "x" * 256},
        {"nonce": "n"},
        {"at_hash": "h"},
        {"token_use": "id"},
        {"typ": "Refresh"},
        {"cnf": {"jkt": "thumbprint"}},
        {"filler": "x" * 20_000},
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_a_forged_ended_or_foreign_token_is_401(door: Door, changes: dict[str, Any]) -> None:
    assert search(door.client, door.provider.token(**changes)) == REFUSED


def forgeries(provider: StandIn) -> dict[str, str]:
    """Tokens that no library would sign."""
    claims, public = provider.claims(), private_key("RSA").public_key()
    header = {"typ": "at+jwt", "kid": "first"}
    keyed = {}
    for name, secret in {
        "PEM": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "DER": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "modulus": base64.urlsafe_b64decode(jwk_of("RSA", "")["n"] + "=="),
    }.items():
        text = unsigned({**header, "alg": "HS256"}, claims).rstrip(".")
        signature = hmac.new(secret, text.encode(), hashlib.sha256).digest()
        keyed[f"HS256 with the public key as {name}"] = unsigned({**header, "alg": "HS256"}, claims, signature)
    own = jwk_of("RSA", "mine", 1)
    pointers: dict[str, dict[str, Any]] = {
        "jwk": {"jwk": own, "kid": "mine"},
        "jwk and our kid": {"jwk": own},
        "jku": {"jku": f"{provider.url}/evil", "kid": "mine"},
        "x5u": {"x5u": f"{provider.url}/evil", "kid": "mine"},
        "x5c": {"x5c": ["MII"], "kid": "mine"},
        "kid as a path": {"kid": "../../../dev/null"},
        "kid as a URL": {"kid": f"{provider.url}/evil"},
    }
    signed = {
        f"a key of its own by {name}": jwt.encode(claims, private_key("RSA", 1), "RS256", headers={**header, **more})
        for name, more in pointers.items()
    }
    good = provider.token()
    head, body, signature_part = good.split(".")
    return {
        **keyed,
        **signed,
        "none": unsigned({**header, "alg": "none"}, claims),
        "None": unsigned({**header, "alg": "None"}, claims),
        "no alg": unsigned(header, claims, b"x"),
        "alg of another type": unsigned({**header, "alg": ["RS256"]}, claims, b"x"),
        "kid of another type": unsigned({**header, "alg": "RS256", "kid": 1}, claims, b"x"),
        "no kid": unsigned({"alg": "RS256"}, claims, b"x"),
        "issuer of another type": unsigned({**header, "alg": "RS256"}, {**claims, "iss": {"a": 1}}, b"x"),
        "no signature": f"{head}.{body}.",
        "padding": f"{good}=",
        "other claims": f"{head}.{unsigned({}, {**claims, 'sub': 'bob'}).split('.')[1]}.{signature_part}",
        "four parts": f"{good}.x",
        "encrypted": f"{head}.x.x.x.x",
        "deep": f"{base64.urlsafe_b64encode(b'[' * 9_000).decode()}.e30.e30",
        "no JSON": "eyJ.eyJ.eyJ",
        "dots": "..",
    }


def test_what_no_library_signs_is_401_and_no_address_in_it_is_asked(signing_in: SignIn, provider: StandIn) -> None:
    client = signing_in()
    assert search(client, provider.token()) == OK
    for name, token in forgeries(provider).items():
        assert search(client, token) == REFUSED, name
    assert {path for path, _ in provider.asked} == {"/.well-known/openid-configuration", "/jwks"}
    assert provider.fetches("/jwks") <= 2


def test_a_short_key_signs_nothing(signing_in: SignIn, provider: StandIn) -> None:
    provider.publish(jwk_of("SMALL", "first"))
    assert search(signing_in(), unsigned({"alg": "RS256", "kid": "first"}, provider.claims(), b"x")) == REFUSED


def test_an_id_token_is_none_where_the_audience_is_the_client_itself(signing_in: SignIn, provider: StandIn) -> None:
    client = signing_in(oauth_audience="the-app", oauth_client_id="the-app")
    assert search(client, provider.token(aud="the-app", scope=None)) == REFUSED
    assert search(client, provider.token(aud="the-app", scope=None, scp="rag.read")) == OK


def test_what_differs_by_a_slash_or_a_version_is_told(signing_in: SignIn, provider: StandIn) -> None:
    client = signing_in(oauth_issuers=f"{provider.url}, https://login.microsoftonline.com/T/v2.0")
    for issuer, told in ((f"{provider.url}/", "slash at its end"), ("https://sts.windows.net/T/", "version 1")):
        headers = {"Authorization": f"Bearer {provider.token(iss=issuer)}"}
        response = client.post("/search", json=QUESTION, headers=headers)
        assert (response.status_code, told in response.json()["message"]) == (401, True)


def test_tokens_without_audience_count_by_their_client(signing_in: SignIn, provider: StandIn) -> None:
    client = signing_in(oauth_audience="", oauth_client_id="cognito-app")
    cognito: dict[str, Any] = {"aud": None, "client_id": "cognito-app", "token_use": "access"}
    assert search(client, provider.token(**cognito)) == OK
    for changes in ({"client_id": "another"}, {"token_use": "id"}, {"token_use": None}, {"aud": "cognito-app"}):
        assert search(client, provider.token(**(cognito | changes))) == REFUSED, changes


def test_each_issuer_vouches_for_its_own_alone(signing_in: SignIn, provider: StandIn) -> None:
    with stand_in() as other:
        other.publish(jwk_of("RSA", "first", 1))
        client = signing_in(oauth_issuers=f"{provider.url}, partner={other.url}")
        assert search(client, provider.token()) == OK
        assert search(client, other.token(number=1)) == OK
        assert search(client, other.token()) == REFUSED
        assert search(client, provider.token(iss=other.url)) == REFUSED


def test_scopes_are_demanded_by_route(signing_in: SignIn, provider: StandIn) -> None:
    client = signing_in(oauth_scopes="rag.read, /documents=rag.read rag.list")
    headers = {"Authorization": f"Bearer {provider.token()}"}
    assert client.post("/search", json=QUESTION, headers=headers).status_code == 200
    refused = client.get("/documents", headers=headers)
    assert (refused.status_code, refused.json()["error"]) == (403, "insufficient_scope")
    challenge = refused.headers["www-authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert 'scope="rag.read rag.list"' in challenge
    both = {"Authorization": f"Bearer {provider.token(scope='rag.list rag.read')}"}
    assert client.get("/documents", headers=both).status_code == 200
    none = {"Authorization": f"Bearer {provider.token(scope=None)}"}
    assert client.post("/search", json=QUESTION, headers=none).status_code == 403
    # A key was given for all of it.
    assert client.get("/documents", headers={"Authorization": f"Bearer {API_KEY}"}).status_code == 200


def test_a_scope_of_entra_id_is_asked_for_by_its_url_and_comes_without(signing_in: SignIn, provider: StandIn) -> None:
    client = signing_in(oauth_scopes="api://the-app/rag.read")
    assert search(client, provider.token(scope=None, scp="rag.read other")) == OK
    assert search(client, provider.token(scope=None, scp="other")) == (403, "insufficient_scope")
