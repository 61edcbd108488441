"""From claims to principals: each begins with what it is, and one issuer's word is not another's."""

from __future__ import annotations

import logging

import pytest

from handler.access.oauth.claim_principals import parse_principals, principals_of
from handler.access.oauth.issuers import parse_issuers
from handler.access.oauth.scopes import parse_scopes
from tests.handler.oauth.conftest import SignIn, search
from tests.identity.stand_in import StandIn

CLAIMS = {
    "sub": "1234",
    "email": "ann@example.com",
    "groups": ["sales", "user:1", "", 7, "a\nb", "x" * 300],
    "roles": "reader",
    "realm_access": {"roles": ["keeper"]},
    "https://example.com/teams": ["blue"],
    "cognito:groups": ["green"],
    "team": "a, b c",
    "level": 5,
    "nested": [["x"], {"a": 1}, None, True, "S\u0075\u0308d"],
    "all": ["everyone", ""],
}


@pytest.mark.parametrize(
    ("setting", "principals"),
    [
        ("sub,email,groups,roles", {"user:1234", "user:ann@example.com", "group:sales", "group:user:1", "role:reader"}),
        ("realm_access.roles", {"role:keeper"}),
        ("https://example.com/teams", {"teams:blue"}),
        ("https://example.com/teams=group", {"group:blue"}),
        ("cognito:groups", {"group:green"}),
        ("department, sub.x", set()),
        ("team, level, nested", {"team:a, b c", "nested:Süd"}),
        ("all, all=everyone, level=everyone", {"all:everyone", "everyone:everyone"}),
        ("", set()),
    ],
)
def test_claims_become_principals(setting: str, principals: set[str]) -> None:
    assert principals_of(CLAIMS, parse_principals(setting)) == principals


@pytest.mark.parametrize(("verified", "counts"), [(True, 1), ("true", 1), (None, 0), (False, 0), ("false", 0), ("", 0)])
def test_an_address_that_nobody_verified_is_nobody(verified: object, counts: int) -> None:
    claims = {"email": "boss@example.com", "email_verified": verified}
    assert len(principals_of(claims, parse_principals("email"))) == counts


def test_a_named_issuer_speaks_for_its_own_users_alone() -> None:
    rules = parse_principals("sub,groups=group")
    (own, partner) = parse_issuers("https://a.example/, partner=https://b.example/x?y=1")
    assert principals_of({"sub": "1"}, rules, issuer_name=own.name) == {"user:1"}
    assert (partner.url, partner.name) == ("https://b.example/x?y=1", "partner")
    assert principals_of({"sub": "1"}, rules, issuer_name=partner.name) == {"partner:user:1"}


@pytest.mark.parametrize(
    "wrong",
    [
        "http://id.example.com",
        "id.example.com",
        "https://",
        "https://user@id.example.com",
        "https://id.example.com/#x",
        "user=https://id.example.com",
        "Corpus=https://id.example.com",
        "https://id.example.com,https://id.example.com",
        "http://127.0.0.1.example.com",
        "https://id.example.com:0",
    ],
)
def test_an_issuer_that_cannot_be_trusted_is_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"https|twice|may not call"):
        parse_issuers(wrong)


def test_scopes_are_read_by_route() -> None:
    scopes = parse_scopes("rag.read openid, /documents=rag.list, api://app/x")
    assert scopes.of("/search") == ("rag.read", "openid", "api://app/x")
    assert scopes.of("/documents/0123456789abcdef") == scopes.of("/documents/") == ("rag.list",)
    assert scopes.of("/documentsx") == scopes.everywhere
    assert scopes.all == ("rag.read", "openid", "api://app/x", "rag.list")
    for wrong in ("/nowhere=x", "/search", 'a"b', "/search=é"):
        with pytest.raises(ValueError, match=r"is not a route|is not a scope"):
            parse_scopes(wrong)


def test_groups_that_a_provider_leaves_out_are_told_in_the_log(
    signing_in: SignIn, provider: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "handler"):
        left_out = provider.token(_claim_names={"groups": "src1"}, _claim_sources={"src1": {"endpoint": provider.url}})
        assert search(signing_in(), left_out) == (200, "")
    assert [record.message for record in caplog.records] == ["groups_left_out"]
