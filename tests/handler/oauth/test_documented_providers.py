"""The settings that docs/access.md has for each provider take a token as it writes it, and none made for others."""

from __future__ import annotations

import re
import shlex
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from handler.access.oauth.scopes import lacking
from handler.access.oauth.token_refusals import TokenRefused
from handler.access.oauth.wiring import oauth_of
from handler.settings import HandlerSettings
from tests.identity.stand_in import AUDIENCE, StandIn, json_reply

PAGE = Path(__file__).parents[3] / "docs/access.md"
GOOGLE_APP = "NUMBER-ID.apps.googleusercontent.com"
# What stands in their access tokens, and whom it makes; None takes out what the stand-in writes by itself.
TOKENS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "Auth0": (
        {"sub": "auth0|1", "aud": [AUDIENCE, "https://t.eu.auth0.com/userinfo"], "azp": "x", "scope": "openid rag.read"}
        | {"permissions": [], "https://example.com/roles": ["editor"]},
        {"user:auth0|1", "role:editor"},
    ),
    "Entra ID": (
        {"aud": "APP-GUID", "sub": "pairwise", "oid": "OID", "scope": None, "scp": "rag.read", "ver": "2.0"}
        | {"groups": ["G-GUID"], "roles": ["Reader"], "azp": "x", "azpacr": "1", "header_typ": "JWT"},
        {"user:OID", "group:G-GUID", "role:Reader"},
    ),
    "Amazon Cognito": (
        {"aud": None, "client_id": "APP-CLIENT-ID", "token_use": "access", "sub": "S", "username": "ann"}
        | {"scope": f"{AUDIENCE}/rag.read", "cognito:groups": ["sales"], "header_typ": None},
        {"user:S", "group:sales"},
    ),
    "Okta": (
        {"aud": "api://default", "sub": "ann@example.com", "cid": "x", "uid": "00u", "scope": None, "scp": ["rag.read"]}
        | {"groups": ["sales"], "header_typ": None},
        {"user:ann@example.com", "group:sales"},
    ),
    "Google": (
        {"aud": GOOGLE_APP, "azp": GOOGLE_APP, "sub": "7", "email": "ann@example.com", "email_verified": "true"}
        | {"scope": "openid https://www.googleapis.com/auth/userinfo.email", "expires_in": "3000"},
        {"user:7", "user:ann@example.com"},
    ),
    "Keycloak": (
        {"aud": [AUDIENCE, "account"], "azp": "x", "typ": "Bearer", "sub": "S", "scope": "email rag.read"}
        | {"email": "ann@example.com", "email_verified": True, "groups": ["sales"], "header_typ": "JWT"}
        | {"realm_access": {"roles": ["reader"]}, "resource_access": {"account": {"roles": ["view"]}}},
        {"user:S", "user:ann@example.com", "group:sales", "role:reader"},
    ),
}


def documented() -> dict[str, dict[str, str]]:
    """The settings of each provider."""
    found: dict[str, dict[str, str]] = {}
    for part in re.split(r"^### ", PAGE.read_text("utf-8").partition("## Providers")[2], flags=re.MULTILINE)[1:]:
        name, _, text = part.partition("\n")
        lines = re.findall(r"^    (OAUTH_\w+)=(.*)$", text.partition("\n## ")[0], flags=re.MULTILINE)
        found[name] = {setting.lower(): shlex.split(value)[0] for setting, value in lines}
    return found


def test_every_documented_provider_is_tried_here() -> None:
    assert documented().keys() == TOKENS.keys()


@pytest.mark.parametrize("name", TOKENS)
def test_the_documented_settings_take_the_providers_own_tokens(name: str, provider: StandIn) -> None:
    claims, principals = TOKENS[name]
    given = documented()[name] | {"oauth_issuers": provider.url}
    if "oauth_introspection_url" in given:
        given["oauth_introspection_url"] = f"{provider.url}/tokeninfo"
    settings = HandlerSettings.model_validate({"auth": "oauth", **given})
    oauth = oauth_of(settings, is_own_secret=lambda _: False, pkce_secret=b"")
    with closing(oauth.client):

        def identified(**changes: Any) -> Any:
            if settings.oauth_introspection_url is None:
                return oauth.verifier.identify(provider.token(**(claims | changes))).caller
            provider.pages["/tokeninfo"] = json_reply(claims | changes)
            return oauth.verifier.identify(f"ya29.{len(provider.asked)}").caller

        caller = identified()
        assert caller.principals == principals
        assert lacking(oauth.scopes.all, caller.scopes) == ()
        of_others = {"client_id": "ANOTHER"} if claims["aud"] is None else {"aud": "ANOTHER"}
        with pytest.raises(TokenRefused):
            identified(**of_others)
