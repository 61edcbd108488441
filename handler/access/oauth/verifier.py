"""From a token to a caller: which issuer, which key, what was found out a moment ago, what the claims make of him."""

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
from handler.access.oauth.introspection import Introspection, seconds_of
from handler.access.oauth.issuers import Issuer
from handler.access.oauth.principals import ClaimRule, groups_left_out, principals_of
from handler.access.oauth.provider import Provider
from handler.access.oauth.refusals import TokenRefused
from handler.access.oauth.scopes import granted
from handler.access.oauth.tokens import (
    LEEWAY_SECONDS,
    Expected,
    looks_like_jwt,
    unverified,
    verified_claims,
)

# A withdrawn key or a revoked opaque token counts no longer than this after it was last looked at.
SIGNED_SECONDS = 300.0
OPAQUE_SECONDS = 60.0
# The same opaque token that was refused is not asked for again so soon.
REFUSED_SECONDS = 30.0
MAX_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Identified:
    """Who it is, and whether the provider left groups of his out of the token."""

    caller: Caller
    lacks_groups: bool


class Verifier:
    """Any number of threads may ask. What was verified is kept by the token's digest, never the token."""

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
        """Who it is, where that was found out a moment ago. Raises TokenRefused where that was."""
        with self._lock:
            found, until = self._kept.get(_digest(token), (None, 0.0))
        if found is None or self._clock() >= until:
            return None
        if isinstance(found, TokenRefused):
            raise found
        return found

    def identify_at_once(self, token: str) -> Identified | None:
        """Who it is, where that is known or takes no more than a signature's check; None where the provider has to be
        asked. Raises TokenRefused.
        """
        found = self.remembered(token)
        if found is None and looks_like_jwt(token) and any(each.keys.are_there for each in self._providers.values()):
            return self._signed(token, may_wait=False)
        return found

    def asks_about(self, token: str) -> bool:
        """Whether the provider is asked who it is, each time that such a token is new."""
        return self._introspection is not None and not looks_like_jwt(token) and not token.startswith(KEY_PREFIX)

    def identify(self, token: str) -> Identified:
        """Who it is. May ask the provider. Raises TokenRefused, IdentityUnavailable."""
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
        if token.startswith(KEY_PREFIX):  # A key that was mistyped, or of another deployment: nobody else's business.
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
            # Tells callers apart in logs and counters, and says nothing of the person.
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
    """Whose an opaque token is: the first issuer's, for the endpoint is his; or that of one who shares his name, or has
    as little of one. Raises TokenRefused.
    """
    first = (*issuers, Issuer(""))[0]
    named = next((each for each in issuers if each.url == claims.get("iss")), first)
    if named.name != first.name:
        raise TokenRefused("another issuer's endpoint says whose it is")
    return named


def wrong_issuer(given: str, trusted: tuple[str, ...]) -> str:
    """Why a token of another issuer is refused, with the two ways in which it is ours after all."""
    if any(each.rstrip("/") == given.rstrip("/") for each in trusted):
        return "its issuer differs from the one in OAUTH_ISSUERS by the slash at its end"
    if given.startswith("https://sts.windows.net/") and any("login.microsoftonline.com" in each for each in trusted):
        return "it is a token of Entra ID's version 1: set requestedAccessTokenVersion to 2 in the app's manifest"
    return "its issuer is not trusted here"


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
