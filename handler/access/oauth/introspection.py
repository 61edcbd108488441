"""Opaque tokens: the provider is asked what they are (RFC 7662).

Google has its own way, at an address that ends in /tokeninfo:
https://developers.google.com/identity/protocols/oauth2/web-server
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from handler.access.oauth.access_tokens import LEEWAY_SECONDS, MAX_TOKEN_CHARS, Expected, check_claims
from handler.access.oauth.provider_client import ProviderClient
from handler.access.oauth.token_refusals import IdentityUnavailable, TokenRefused

INACTIVE = "the provider says that it is not valid, or has ended"


class Introspection:
    """Calls one endpoint, as the client that this deployment is there."""

    def __init__(self, client: ProviderClient, *, url: str, client_id: str, secret: str | None) -> None:
        self._client = client
        self._url = url
        self._is_google = urlsplit(url).path.endswith("/tokeninfo")
        self._headers = {"Authorization": basic(client_id, secret)} if secret is not None else {}
        self._form = {} if self._is_google or secret is not None else {"client_id": client_id}

    def claims(self, token: str, *, issuers: tuple[str, ...], expected: Expected) -> Mapping[str, Any]:
        """The provider's claims for a valid token. Raises TokenRefused, IdentityUnavailable."""
        if len(token) > MAX_TOKEN_CHARS or not token.isascii() or not token.isprintable():
            raise TokenRefused("it is not a token")
        claims = self._google(token) if self._is_google else self._asked(token)
        if issuers and claims.get("iss", issuers[0]) not in issuers:
            raise TokenRefused("its issuer is not trusted here")
        expires = seconds_of(claims.get("exp"))
        if expires is not None and expires <= time.time() - LEEWAY_SECONDS:
            raise TokenRefused("it has ended")
        check_claims(claims, expected)
        return claims

    def _asked(self, token: str) -> Mapping[str, Any]:
        form = {**self._form, "token": token, "token_type_hint": "access_token"}
        answer = self._client.post(self._url, form, headers=self._headers)
        if answer.status != 200 or not isinstance(answer.json, dict) or "active" not in answer.json:
            raise IdentityUnavailable(f"{self._url} answered {answer.status}, and not as RFC 7662 says")
        if answer.json["active"] is not True:
            raise TokenRefused(INACTIVE)
        # `username` is RFC 7662's name for a person if no `sub` is given; a client acting for itself has neither.
        subject = next((answer.json[name] for name in ("sub", "username", "client_id") if answer.json.get(name)), None)
        return {"token_use": "access", **answer.json, "sub": subject if isinstance(subject, str) else None}

    def _google(self, token: str) -> Mapping[str, Any]:
        answer = self._client.post(self._url, {"access_token": token})
        if answer.status == 400:
            raise TokenRefused(INACTIVE)
        if answer.status != 200 or not isinstance(answer.json, dict):
            raise IdentityUnavailable(f"{self._url} answered {answer.status}, and not with a JSON object")
        return answer.json


def basic(client_id: str, secret: str) -> str:
    """The header by which a client says who it is (RFC 6749, 2.3.1: both parts are form-encoded first)."""
    pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def seconds_of(value: Any) -> float | None:
    """The time in a claim, in seconds since 1970; Google writes it as a string of digits. None if it is not a time."""
    try:
        return None if value is None or isinstance(value, bool) else float(int(value))
    except (ValueError, TypeError, OverflowError):
        return None
