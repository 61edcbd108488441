"""An issuer's keys: fetched when needed, kept while the issuer is away, and requested no more often than a fixed pace.

A key is bound to the algorithms of its kind, so that no token can choose how its signature is checked.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from handler.access.oauth.token_refusals import IdentityUnavailable

if TYPE_CHECKING:
    import jwt

logger = logging.getLogger("handler")
# Which kind of key (kty, and crv where it matters) signs with which algorithm. RFC 7518, RFC 8037.
KINDS = {"RS256": ("RSA", None), "PS256": ("RSA", None), "ES256": ("EC", "P-256"), "EdDSA": ("OKP", "Ed25519")}
# RFC 9864 has a new name for the last one.
NAMES = {"EdDSA": {"EdDSA", "Ed25519"}}
FRESH_SECONDS = 600.0
# Between two fetches for unknown keys; a new key should be published at least this long before it signs.
UNKNOWN_SECONDS = 60.0
FAILED_SECONDS = 30.0
STALE_SECONDS = 86_400.0
MAX_KEYS = 200
# If an issuer publishes the private half by mistake, it is not read.
PUBLIC_MEMBERS = ("kty", "kid", "n", "e", "crv", "x", "y")


class KeySet:
    """The keys of one issuer; `fetch` gives its JWK set, and raises IdentityUnavailable."""

    def __init__(self, fetch: Callable[[], Mapping[str, Any]], *, clock: Callable[[], float] = time.time) -> None:
        self._fetch = fetch
        self._clock = clock
        self._fetching = threading.Lock()
        self._keys: dict[tuple[str, str], jwt.PyJWK] = {}
        self._good: float | None = None
        self._next_try = 0.0
        self._next_unknown = 0.0
        self._failures = 0

    @property
    def are_there(self) -> bool:
        """Whether any key is known."""
        return bool(self._keys)

    def at_hand(self, kid: str, algorithm: str) -> jwt.PyJWK | None:
        """The key, if it is known and nothing has to be fetched first; calls nobody."""
        found = self._keys.get((kid, algorithm))
        return None if found is None or self._is_due(known=True) or not self._are_usable() else found

    def key(self, kid: str, algorithm: str) -> jwt.PyJWK | None:
        """The key of that id for that algorithm; None if the issuer has none. Raises IdentityUnavailable.

        Of the threads that need an unknown key one fetches and the others wait for it; threads whose key is known do
        not wait.
        """
        found = self._keys.get((kid, algorithm))
        if self._is_due(known=found is not None) and self._fetching.acquire(blocking=found is None):
            try:
                found = self._keys.get((kid, algorithm))
                if self._is_due(known=found is not None):
                    self._refresh(known=found is not None)
            finally:
                self._fetching.release()
            found = self._keys.get((kid, algorithm))
        if not self._are_usable():
            raise IdentityUnavailable("the issuer's keys could not be had")
        if found is None and self._failures:
            raise IdentityUnavailable("the issuer's keys could not be had anew, and this one is not among the old")
        return found

    def _are_usable(self) -> bool:
        return self._good is not None and self._clock() - self._good <= STALE_SECONDS

    def _is_due(self, *, known: bool) -> bool:
        now = self._clock()
        if now < self._next_try:
            return False
        if self._good is None or now - self._good > FRESH_SECONDS or self._failures:
            return True
        return not known and now >= self._next_unknown

    def _refresh(self, *, known: bool) -> None:
        now = self._clock()
        is_first = self._good is None
        try:
            keys = usable_keys(self._fetch())
        except IdentityUnavailable as error:
            self._failures += 1
            # Without any key everybody waits for the first: retried soon at first, then as rarely as for others.
            seconds = min(2.0 ** (self._failures - 1), FAILED_SECONDS) if is_first else FAILED_SECONDS
            self._next_try = self._clock() + seconds
            logger.warning("issuer_keys_not_fetched", extra={"fields": {"detail": str(error)}})
            return
        self._keys, self._good, self._failures, self._next_try = keys, now, 0, 0.0
        if not known and not is_first:
            self._next_unknown = now + UNKNOWN_SECONDS


def usable_keys(key_set: Mapping[str, Any]) -> dict[tuple[str, str], jwt.PyJWK]:
    """The keys by id and algorithm; unusable ones are skipped. Raises IdentityUnavailable if none is left."""
    import jwt

    keys: dict[tuple[str, str], jwt.PyJWK] = {}
    listed = key_set.get("keys")
    for jwk in listed[:MAX_KEYS] if isinstance(listed, list) else ():
        for algorithm in _algorithms_of(jwk):
            try:
                public = {name: jwk[name] for name in PUBLIC_MEMBERS if name in jwk}
                keys[str(jwk["kid"]), algorithm] = jwt.PyJWK(public, algorithm)
            except jwt.PyJWTError:
                continue  # A damaged key costs only itself.
    if not keys:
        raise IdentityUnavailable("the issuer's key set holds no key for signatures that we take")
    return keys


def _algorithms_of(jwk: Any) -> list[str]:
    if not isinstance(jwk, dict) or not isinstance(jwk.get("kid"), str) or jwk.get("use", "sig") != "sig":
        return []
    operations, named = jwk.get("key_ops", ["verify"]), jwk.get("alg")
    if not isinstance(operations, list) or "verify" not in operations or not isinstance(named, str | None):
        return []
    return [
        algorithm
        for algorithm, (kind, curve) in KINDS.items()
        if jwk.get("kty") == kind
        and (curve is None or jwk.get("crv") == curve)
        and (algorithm if named is None else named) in NAMES.get(algorithm, {algorithm})
    ]
