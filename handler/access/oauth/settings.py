"""The settings about identity providers. Part of HandlerSettings; read once, as all settings are."""

from __future__ import annotations

from urllib.parse import parse_qsl

from pydantic import Field, SecretStr, field_validator

from corpus.outbound_settings import OutboundSettings
from corpus.setting_values import sendable
from handler.access.oauth.callbacks import parse_callbacks
from handler.access.oauth.claim_principals import parse_principals
from handler.access.oauth.issuers import parse_issuers, provider_url
from handler.access.oauth.scopes import parse_scopes


class OAuthSettings(OutboundSettings):
    """The settings of AUTH=oauth and AUTH=keys+oauth; docs/access.md lists them for each provider."""

    oauth_issuers: str = Field(
        "",
        description="Identity providers whose access tokens let in: issuers as tokens name them, to the last slash, "
        "separated by commas. `partner=https://…` puts `partner:` before the principals of that one's users.",
    )
    oauth_audience: str = Field(
        "",
        description="Whom a token must be for: this API's identifier at the provider; one of several with commas "
        "between.",
    )
    oauth_scopes: str = Field(
        "",
        description="Scopes that a token must have, with blanks between. `rag.read, /documents=rag.read rag.list` "
        "gives a route its own; routes are /search, /documents, /query, /cite, /mcp.",
    )
    oauth_principals: str = Field(
        "sub,email,groups,roles",
        description="Claims whose values become principals: `sub` and `email` make `user:…`, `groups` `group:…`, "
        "`roles` `role:…`, others by their last part, or as `claim=prefix` says.",
    )
    oauth_jwks_url: str | None = Field(
        None, description="Where the keys of a single issuer are. Default: what its discovery document says."
    )
    oauth_introspection_url: str | None = Field(
        None, description="Where tokens that are not JWTs are asked about (RFC 7662, or Google's tokeninfo)."
    )
    oauth_client_id: str = Field(
        "",
        description="This deployment's client at the provider, or several with commas between: turns /oauth/authorize "
        "and /oauth/token on for them, asks about opaque tokens, and tells whose tokens Cognito's are.",
    )
    oauth_client_secret: SecretStr | None = Field(
        None, description="Secret of the first client, where it is kept here and not in the GPT editor."
    )
    oauth_client_secret_secret: str | None = Field(
        None, description="Name of an AWS Secrets Manager secret that is this client's secret."
    )
    oauth_client_secret_parameter: str | None = Field(
        None, description="Name of an AWS SSM parameter that is this client's secret."
    )
    oauth_authorize_url: str | None = Field(
        None, description="Where /oauth/authorize leads. Default: what the first issuer's discovery document says."
    )
    oauth_token_url: str | None = Field(None, description="Where /oauth/token asks. Default: the same.")
    oauth_authorize_params: str = Field(
        "",
        description="What /oauth/authorize adds where the client did not say it, such as "
        "`audience=https://api.example.com`.",
    )
    oauth_pkce: bool = Field(
        default=False, description="Add PKCE for clients that bring none, where the provider demands it."
    )
    oauth_callbacks: str = Field(
        "", description="Callback addresses that may be used beside ChatGPT's own, separated by commas."
    )
    oauth_facade: bool = Field(
        default=False,
        description="Stand in for a provider that registers no clients (Entra ID, Cognito, Google): MCP clients get "
        "the first OAUTH_CLIENT_ID from our /register.",
    )

    @field_validator("oauth_issuers")
    @classmethod
    def _issuers_can_be_read(cls, value: str) -> str:
        parse_issuers(value)
        return value

    @field_validator("oauth_scopes")
    @classmethod
    def _scopes_can_be_read(cls, value: str) -> str:
        parse_scopes(value)
        return value

    @field_validator("oauth_principals")
    @classmethod
    def _claims_can_be_read(cls, value: str) -> str:
        parse_principals(value)
        return value

    @field_validator("oauth_callbacks")
    @classmethod
    def _callbacks_can_be_read(cls, value: str) -> str:
        parse_callbacks(value)
        return value

    @field_validator("oauth_jwks_url", "oauth_introspection_url", "oauth_authorize_url", "oauth_token_url")
    @classmethod
    def _addresses_are_safe(cls, value: str | None) -> str | None:
        return None if value is None else provider_url(value)

    @field_validator("oauth_authorize_params")
    @classmethod
    def _parameters_can_be_read(cls, value: str) -> str:
        if value:
            parse_qsl(value, keep_blank_values=True, strict_parsing=True)
        return value

    @field_validator("oauth_client_secret")
    @classmethod
    def _can_be_sent(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else sendable(value.get_secret_value())

    @property
    def audiences(self) -> tuple[str, ...]:
        """Whom tokens may be for."""
        return tuple(each.strip() for each in self.oauth_audience.split(",") if each.strip())

    @property
    def client_ids(self) -> tuple[str, ...]:
        """Our clients at the provider; the first has the secret."""
        return tuple(each.strip() for each in self.oauth_client_id.split(",") if each.strip())

    @property
    def hands_on(self) -> bool:
        """Whether /oauth/authorize and /oauth/token pass requests to a provider."""
        return bool(self.client_ids and self.oauth_issuers)

    @property
    def oauth_problem(self) -> str | None:
        """Which setting is missing before tokens can be accepted; None if none is."""
        issuers = parse_issuers(self.oauth_issuers)
        if not issuers and not self.oauth_introspection_url:
            return "OAUTH_ISSUERS is empty: name the identity provider whose tokens let in"
        if not self.audiences and not self.client_ids:
            return (
                "OAUTH_AUDIENCE is empty, so that a token for any other API would do: set it to this API's identifier "
                "at the provider (or, for Cognito, OAUTH_CLIENT_ID)"
            )
        prefixes = {rule.prefix.lower() for rule in parse_principals(self.oauth_principals)}
        if taken := next((issuer.name for issuer in issuers if issuer.name.lower() in prefixes), None):
            return (
                f"OAUTH_ISSUERS calls an issuer {taken!r}, and principals of OAUTH_PRINCIPALS begin with that word: "
                "its users could be taken for others. Give it another name"
            )
        if self.oauth_jwks_url and len(issuers) > 1:
            return "OAUTH_JWKS_URL is for a single issuer: leave it out, and each says itself where its keys are"
        if self.oauth_introspection_url and not self.client_ids:
            return "OAUTH_INTROSPECTION_URL needs OAUTH_CLIENT_ID: the provider wants to know who asks"
        if self.oauth_facade and not self.client_ids:
            return "OAUTH_FACADE needs OAUTH_CLIENT_ID: the client that MCP clients are to be"
        return None
