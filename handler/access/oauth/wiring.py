"""The parts that accept tokens, built from the settings. Makes no connection; reads a secret if one is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from urllib.parse import parse_qsl

from anyio import CapacityLimiter

from corpus.errors import SettingsError
from handler.access.oauth.access_tokens import Expected
from handler.access.oauth.callbacks import parse_callbacks
from handler.access.oauth.claim_principals import parse_principals
from handler.access.oauth.introspection import Introspection
from handler.access.oauth.issuers import parse_issuers
from handler.access.oauth.passing import PassThrough
from handler.access.oauth.provider import Provider
from handler.access.oauth.provider_client import ProviderClient
from handler.access.oauth.scopes import Scopes, parse_scopes
from handler.access.oauth.settings import OAuthSettings
from handler.access.oauth.verifier import Verifier
from handler.access.rate_limit import Limiter, MemoryCounter, Rate, Refusals

# Requests that wait for a provider have threads of their own: if it hangs, all others still have theirs.
WAITING_AT_ONCE = 16
# From one address, at /oauth and /register, and for opaque tokens that its provider does not know. ChatGPT's users
# share few addresses.
LOGIN_RATE = Rate(600, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """`passing` is None if clients are not passed on from here."""

    client: ProviderClient
    verifier: Verifier
    scopes: Scopes
    issuers: tuple[str, ...]
    audiences: tuple[str, ...]
    passing: PassThrough | None
    threads: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(WAITING_AT_ONCE))
    limiter: Limiter = field(default_factory=lambda: Limiter(LOGIN_RATE, MemoryCounter()))
    refusals: Refusals = field(default_factory=lambda: Refusals(LOGIN_RATE))

    @property
    def is_facade(self) -> bool:
        """Whether MCP clients should treat this deployment as the provider."""
        return self.passing is not None and self.passing.is_facade


def oauth_of(settings: OAuthSettings, *, is_own_secret: Callable[[str], bool], pkce_secret: bytes) -> OAuth:
    """The parts. Raises SettingsError where a setting is missing, or a secret cannot be read."""
    if problem := settings.oauth_problem:
        raise SettingsError(f"{problem}. docs/access.md has the settings for each provider.")
    if find_spec("jwt") is None:
        raise SettingsError(
            "Access tokens need PyJWT, which is not installed here. Run `pip install 'retrieval-action[oauth]'`."
        )
    client = ProviderClient(proxy=settings.outbound_proxy)
    endpoints = {
        "jwks_uri": settings.oauth_jwks_url,
        "authorization_endpoint": settings.oauth_authorize_url,
        "token_endpoint": settings.oauth_token_url,
    }
    known = {name: url for name, url in endpoints.items() if url is not None}
    issuers = parse_issuers(settings.oauth_issuers)
    # Endpoints set by hand belong to the first issuer; keys set by hand need a single issuer.
    providers = {
        issuer.url: Provider(issuer, client, endpoints=known if issuer is issuers[0] else {}) for issuer in issuers
    }
    secret = client_secret(settings)
    scopes = parse_scopes(settings.oauth_scopes)
    introspection = None
    if settings.oauth_introspection_url is not None:
        introspection = Introspection(
            client, url=settings.oauth_introspection_url, client_id=settings.client_ids[0], secret=secret
        )
    passing = None
    if settings.hands_on:
        passing = PassThrough(
            provider=providers[issuers[0].url],
            client=client,
            client_ids=settings.client_ids,
            secret=secret,
            is_own_secret=is_own_secret,
            callbacks=parse_callbacks(settings.oauth_callbacks),
            extra=tuple(parse_qsl(settings.oauth_authorize_params, keep_blank_values=True)),
            scope=" ".join(scopes.all),
            pkce_secret=pkce_secret if settings.oauth_pkce else None,
            is_facade=settings.oauth_facade,
        )
    verifier = Verifier(
        providers,
        expected=Expected(audiences=settings.audiences, clients=settings.client_ids),
        rules=parse_principals(settings.oauth_principals),
        introspection=introspection,
    )
    return OAuth(
        client=client,
        verifier=verifier,
        scopes=scopes,
        issuers=tuple(providers),
        audiences=settings.audiences,
        passing=passing,
    )


def client_secret(settings: OAuthSettings) -> str | None:
    """The secret of our client at the provider, wherever it is kept. Raises SettingsError."""
    if settings.oauth_client_secret is not None:
        return settings.oauth_client_secret.get_secret_value()
    if settings.oauth_client_secret_secret is not None:
        from handler.access.aws import read_secret

        return read_secret(settings.oauth_client_secret_secret).strip()
    if settings.oauth_client_secret_parameter is not None:
        from handler.access.aws import read_parameter

        return read_parameter(settings.oauth_client_secret_parameter).strip()
    return None
