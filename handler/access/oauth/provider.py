"""One identity provider: its metadata (OpenID Connect Discovery 1.0, RFC 8414), and its keys."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from corpus.urls import is_loopback
from handler.access.oauth.issuers import Issuer, provider_url
from handler.access.oauth.key_set import KeySet
from handler.access.oauth.provider_client import ProviderClient
from handler.access.oauth.token_refusals import IdentityUnavailable, ProviderAway

KEPT_SECONDS = 3_600.0
FAILED_SECONDS = 5.0


class Provider:
    """Contacted when first needed, and then as rarely as possible."""

    def __init__(
        self,
        issuer: Issuer,
        client: ProviderClient,
        *,
        endpoints: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`endpoints` are known from the settings, by their names in the discovery document."""
        self.issuer = issuer
        self.keys = KeySet(self._key_set, clock=clock)
        self._client = client
        self._endpoints = dict(endpoints or {})
        self._clock = clock
        self._lock = threading.Lock()
        self._metadata: Mapping[str, Any] | None = None
        self._next_look = 0.0
        self._why = "it was not asked yet"

    def endpoint(self, name: str) -> str:
        """A URL of the provider's, such as `token_endpoint`. Raises IdentityUnavailable."""
        if name in self._endpoints:
            return self._endpoints[name]
        url = self.metadata().get(name)
        if not isinstance(url, str):
            raise IdentityUnavailable(f"the discovery document of {self.issuer.url} names no {name}")
        return _allowed(url, self.issuer.url)

    def metadata(self) -> Mapping[str, Any]:
        """The discovery document: refreshed now and then, the old one while no new one can be fetched.

        Raises IdentityUnavailable.
        """
        if self._clock() >= self._next_look and self._lock.acquire(blocking=self._metadata is None):
            try:
                if self._clock() >= self._next_look:
                    self._look()
            finally:
                self._lock.release()
        if self._metadata is None:
            raise IdentityUnavailable(self._why)
        return self._metadata

    def _look(self) -> None:
        reasons = []
        for url in discovery_urls(self.issuer.url):
            try:
                found = self._client.document(url)
            except IdentityUnavailable as error:
                reasons.append(str(error))
                if isinstance(error, ProviderAway):
                    break
                continue
            if found.get("issuer") == self.issuer.url:
                self._metadata, self._next_look = found, self._clock() + KEPT_SECONDS
                return
            reasons.append(f"{url} is of the issuer {str(found.get('issuer'))[:200]!r}, not {self.issuer.url!r}")
        self._why = "; ".join(reasons)
        self._next_look = self._clock() + (FAILED_SECONDS if self._metadata is None else KEPT_SECONDS)

    def _key_set(self) -> Mapping[str, Any]:
        return self._client.document(self.endpoint("jwks_uri"))


def discovery_urls(issuer: str) -> tuple[str, ...]:
    """Where an issuer's metadata may be: OpenID Connect appends the path, RFC 8414 inserts it before the issuer's."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    inserted = urlunsplit((parts.scheme, parts.netloc, f"/.well-known/oauth-authorization-server{path}", "", ""))
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration", inserted


def _allowed(url: str, issuer: str) -> str:
    """The URL, if it is as safe to contact as the issuer itself. Raises IdentityUnavailable."""
    try:
        provider_url(url)
    except ValueError:
        raise IdentityUnavailable(f"{issuer} names an address that is not https") from None
    if urlsplit(url).scheme == "http" and not is_loopback(urlsplit(issuer).hostname or ""):
        raise IdentityUnavailable(f"{issuer} names an address on this machine")
    return url
