"""From a token to a caller: the issuer, the key, recent results, and what the claims make of the caller."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handler.access.caller import Caller
from handler.access.keys import PREFIX as KEY_PREFIX
from handler.access.oauth.access_tokens import (
    LEEWAY_SECONDS,
    Expected,
    looks_like_jwt,
    unverified,
    verified_claims,
)
from handler.access.oauth.claim_principals import ClaimRule, groups_left_out, principals_of
from handler.access.oauth.introspection import Introspection, seconds_of
from handler.access.oauth.issuers import Issuer
from handler.access.oauth.provider import Provider
from handler.access.oauth.scopes import granted
from handler.access.oauth.token_refusals import TokenRefused

# A withdrawn key or a revoked opaque token is accepted no longer than this after the last check.
SIGNED_SECONDS = 300.0
OPAQUE_SECONDS = 60.0
# An opaque token that was refused is not checked with the provider again this soon.
REFUSED_SECONDS = 30.0
MAX_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Identified:
    """The caller, and whether the provider left groups of theirs out of the token."""

    caller: Caller
    lacks_groups: bool


class Verifier:
    """Safe in threads. Results are cached by the token's digest, never the token."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        *,
        expected: Expected,
        rules: tuple[ClaimRule, ...],
        introspection: Introspection | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._providers = providers
        self._expected = expected
        self._rules = rules
        self._introspection = introspection
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, tuple[Identified | TokenRefused, float]] = OrderedDict()

    def remembered(self, token: str) -> Identified | None:
        """The caller, if the token was checked a moment ago. Raises TokenRefused if it was refused then."""
        with self._lock:
            found, until = self._kept.get(_digest(token), (None, 0.0))
        if found is None or self._clock() >= until:
            return None
        if isinstance(found, TokenRefused):
            raise found
        return found

    def identify_at_once(self, token: str) -> Identified | None:
        """The caller, if known or if a signature check suffices; None if the provider has to be asked.

        Raises TokenRefused.
        """
        found = self.remembered(token)
        if found is None and looks_like_jwt(token) and any(each.keys.are_there for each in self._providers.values()):
            return self._signed(token, may_wait=False)
        return found

    def asks_about(self, token: str) -> bool:
        """Whether the provider has to be asked about every new token of that kind."""
        return self._introspection is not None and not looks_like_jwt(token) and not token.startswith(KEY_PREFIX)

    def identify(self, token: str) -> Identified:
        """The caller. May ask the provider. Raises TokenRefused, IdentityUnavailable."""
        if looks_like_jwt(token) and self._providers and (found := self._signed(token, may_wait=True)):
            return found
        return self._opaque(token)

    def _signed(self, token: str, *, may_wait: bool) -> Identified | None:
        claimed = unverified(token)
        provider = self._providers.get(claimed.issuer)
        if provider is None:
            raise TokenRefused(wrong_issuer(claimed.issuer, tuple(self._providers)))
        keys = provider.keys
        key = (keys.key if may_wait else keys.at_hand)(claimed.key_id, claimed.algorithm)
        if key is None and not may_wait:
            return None
        if key is None:
            raise TokenRefused("its issuer has no such key")
        claims = verified_claims(token, key, issuer=claimed.issuer, expected=self._expected)
        return self._identified(token, claims, provider.issuer, seconds=SIGNED_SECONDS)

    def _opaque(self, token: str) -> Identified:
        if token.startswith(KEY_PREFIX):  # A mistyped key, or one of another deployment: not to be sent to anybody.
            raise TokenRefused("it is an API key that is not known here")
        if self._introspection is None:
            if token.count(".") == 4:
                raise TokenRefused(
                    "it is encrypted: the provider was not told which API it is for. Ask for it with our audience"
                )
            raise TokenRefused("it is neither a key nor a JWT. Ask the provider for a token with our audience")
        issuers = tuple(provider.issuer for provider in self._providers.values())
        try:
            claims = self._introspection.claims(
                token, issuers=tuple(issuer.url for issuer in issuers), expected=self._expected
            )
            issuer = _issuer_of(claims, issuers)
        except TokenRefused as refused:
            self._keep(token, refused, self._clock() + REFUSED_SECONDS)
            raise
        return self._identified(token, claims, issuer, seconds=OPAQUE_SECONDS)

    def _identified(self, token: str, claims: Mapping[str, Any], issuer: Issuer, *, seconds: float) -> Identified:
        subject = str(claims["sub"])
        digest = hashlib.sha256(f"{issuer.url}\n{subject}".encode("utf-8", "surrogatepass")).hexdigest()
        caller = Caller(
            # Distinguishes callers in logs and counters without naming the person.
            name=f"oauth:{digest[:16]}",
            principals=principals_of(claims, self._rules, issuer_name=issuer.name),
            issuer=issuer.url or None,
            subject=subject,
            scopes=granted(claims),
        )
        reads_groups = any(rule.claim == "groups" for rule in self._rules)
        identified = Identified(caller, lacks_groups=reads_groups and groups_left_out(claims))
        until, expires = self._clock() + seconds, seconds_of(claims.get("exp"))
        self._keep(token, identified, until if expires is None else min(until, expires + LEEWAY_SECONDS))
        return identified

    def _keep(self, token: str, found: Identified | TokenRefused, until: float) -> None:
        with self._lock:
            self._kept[_digest(token)] = found, until
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)


def _issuer_of(claims: Mapping[str, Any], issuers: Sequence[Issuer]) -> Issuer:
    """The issuer of an opaque token: the first, because the endpoint belongs to it; or one of the same name, or
    likewise without one. Raises TokenRefused.
    """
    first = (*issuers, Issuer(""))[0]
    named = next((each for each in issuers if each.url == claims.get("iss")), first)
    if named.name != first.name:
        raise TokenRefused("another issuer's endpoint says whose it is")
    return named


def wrong_issuer(given: str, trusted: tuple[str, ...]) -> str:
    """Why a token of another issuer is refused, with the two settings that would make it acceptable."""
    if any(each.rstrip("/") == given.rstrip("/") for each in trusted):
        return "its issuer differs from the one in OAUTH_ISSUERS by the slash at its end"
    if given.startswith("https://sts.windows.net/") and any("login.microsoftonline.com" in each for each in trusted):
        return "it is a token of Entra ID's version 1: set requestedAccessTokenVersion to 2 in the app's manifest"
    return "its issuer is not trusted here"


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
