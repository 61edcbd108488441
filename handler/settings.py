"""The handler's settings. Read once at an entry point and passed on as a value."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from corpus.corpora import PREFIX
from corpus.corpora_settings import CorporaSettings
from corpus.filterable import FilterField, parse_filterable, with_derived
from handler.access.caller_addresses import parse_networks
from handler.access.keys import parse_keys
from handler.access.oauth.claim_principals import parse_principals
from handler.access.oauth.settings import OAuthSettings
from handler.access.rate_limit import parse_rate
from handler.contract.requests import search_request

HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
URL = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")

CONNECTOR_TOOLS = ("search", "fetch")
MCP_TOOLS = (*CONNECTOR_TOOLS, "search_chunks", "list_documents")


class HandlerSettings(CorporaSettings, OAuthSettings):
    """The corpus's settings and the HTTP action's own."""

    auth: Literal["keys", "oauth", "keys+oauth", "none"] = Field(
        "keys",
        description="What lets in: API keys, access tokens of OAUTH_ISSUERS, or both (docs/access.md). none serves "
        "everybody without.",
    )
    api_keys: SecretStr = Field(
        SecretStr(""),
        description="name:sha256hex or name:sha256hex:group:sales|group:all, with the principals that documents may "
        "name the key by; separated by commas; from `handler key`.",
    )
    api_keys_file: Path | None = Field(None, description="A file with such entries, one a line.")
    api_keys_secret: str | None = Field(None, description="Name of an AWS Secrets Manager secret with such entries.")
    api_keys_parameter: str | None = Field(None, description="Name of an AWS SSM parameter with such entries.")
    openai_api_key_secret: str | None = Field(
        None, description="Name of an AWS Secrets Manager secret that is the key of the embeddings endpoint."
    )
    openai_api_key_parameter: str | None = Field(
        None, description="Name of an AWS SSM parameter that is the key of the embeddings endpoint."
    )
    api_key_header: str | None = Field(None, description="A header that may carry the key, beside Authorization.")

    public_url: str | None = Field(None, description="Where callers reach the handler, when it cannot tell itself.")
    cors_origins: str = Field(
        "https://chatgpt.com,https://chat.openai.com", description="Web origins that may call, separated by commas."
    )

    action_title: Annotated[str, Field(min_length=1, max_length=100, description="What the action is called.")] = (
        "Document search"
    )
    action_description: Annotated[str, Field(max_length=300, description="What the action does, for the model.")] = (
        "Finds passages in a collection of documents and returns them verbatim, each with its source."
    )

    filterable: str = Field(
        "",
        description="Metadata fields to filter by, name or name:kind; kinds str, int, float, bool, list, date. "
        "organisation, year and kind are there without.",
    )

    openapi_values: Literal["private", "public"] = Field(
        "private",
        description="public shows in the OpenAPI document, which needs no key, the values that tags and filterable "
        "fields have.",
    )

    mcp_tools: str = Field(
        "",
        description="Tools that /mcp offers beside search and fetch: `search_chunks`, `list_documents`, or both with a "
        "comma between.",
    )
    mcp_instructions: Annotated[str, Field(max_length=4_000)] = Field(
        "",
        description="What a client's model is told of /mcp, the important part in the first 512 characters. Default: "
        "ACTION_DESCRIPTION, CORPUS_SUBJECT and how to use the tools.",
    )
    link_secret: SecretStr | None = Field(
        None,
        min_length=16,
        description="Secret that signs the links to cited passages. Default: made from the entries of API_KEYS, so "
        "that a change of keys ends the links.",
    )
    link_days: Annotated[float, Field(gt=0, le=3650, description="How long such a link opens its passage.")] = 30.0

    rate_limit: str | None = Field(
        None, description="Most requests of a key, or of an address where there are no keys, such as 60/minute."
    )
    trusted_proxies: str = Field(
        "",
        description="Proxies whose X-Forwarded-For says who calls: addresses or networks, separated by commas. Matters "
        "where callers have no keys.",
    )
    rate_limit_table: str | None = Field(
        None, description="DynamoDB table that counts for all Lambdas together; each process counts for itself without."
    )

    audit: Literal["off", "on"] = Field(
        "off",
        description="on logs a JSON line for each answer: who, by which door, which documents and chunks, allowed or "
        "refused; never the question, a text or a token.",
    )
    audit_hash: SecretStr | None = Field(
        None,
        min_length=16,
        description="Secret under which log lines and the audit trail hash who asked, so that they name nobody.",
    )

    corpus_subject: Annotated[str, Field(max_length=180)] = Field(
        "", description="What the documents are about, in a few words; the model reads it with each operation."
    )
    operator: str | None = Field(None, description="Who runs this, for the privacy page.")
    terms_url: str | None = Field(None, description="Where the terms of use stand, for `handler pack`.")
    apps_challenge: str | None = Field(
        None,
        description="Token that OpenAI gives to prove whose domain this is; served at "
        "/.well-known/openai-apps-challenge.",
    )
    contact: str | None = Field(None, description="An e-mail address or URL, for the privacy page.")
    log_retention_days: Annotated[int, Field(ge=1)] = Field(30, description="How long logs are kept, for that page.")

    playground: bool | None = Field(
        None, description="A page at / to ask questions by hand. Default: on for `handler serve`, off elsewhere."
    )
    metrics_namespace: str = Field("RetrievalAction", description="Namespace of the CloudWatch metrics, in Lambda.")
    max_response_chars: Annotated[int, Field(ge=2_000, description="Longest answer; GPT Actions refuse 100,000.")] = (
        90_000
    )
    max_body_bytes: Annotated[int, Field(ge=1_000, description="Longest request; more is refused unread.")] = 100_000
    deadline_seconds: Annotated[float, Field(gt=0, le=45, description="Longest time that a request may take.")] = 20.0

    @field_validator("api_keys")
    @classmethod
    def _keys_can_be_read(cls, value: SecretStr) -> SecretStr:
        parse_keys(value.get_secret_value())
        return value

    @field_validator("api_key_header")
    @classmethod
    def _header_is_a_name(cls, value: str | None) -> str | None:
        if value is not None and not HEADER_NAME.fullmatch(value):
            raise ValueError("must be a header's name, such as X-API-Key")
        return value

    @field_validator("public_url", "terms_url")
    @classmethod
    def _it_is_a_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not URL.fullmatch(value):
            raise ValueError("must be a URL such as https://api.example.com")
        return value.rstrip("/")

    @field_validator("rate_limit")
    @classmethod
    def _rate_can_be_read(cls, value: str | None) -> str | None:
        if value is not None:
            parse_rate(value)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_can_be_read(cls, value: str) -> str:
        parse_networks(value)
        return value

    @field_validator("filterable")
    @classmethod
    def _fields_can_be_read(cls, value: str) -> str:
        search_request(with_derived(parse_filterable(value)), several=False)
        return value

    @field_validator("mcp_tools")
    @classmethod
    def _tools_are_known(cls, value: str) -> str:
        if unknown := set(_names(value)) - set(MCP_TOOLS):
            raise ValueError(f"{min(unknown)!r} is not a tool; there are {', '.join(MCP_TOOLS)}")
        return value

    @model_validator(mode="after")
    def _fields_are_free(self) -> HandlerSettings:
        search_request(self.filter_fields, several=self.several)
        return self

    @property
    def names_corpora(self) -> bool:
        """Whether tokens say which corpora their callers may use."""
        rules = parse_principals(self.oauth_principals) if self.takes_tokens else ()
        return any(f"{rule.prefix}:" == PREFIX for rule in rules)

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools that /mcp offers."""
        return (*CONNECTOR_TOOLS, *_names(self.mcp_tools))

    @property
    def takes_keys(self) -> bool:
        """Whether an API key lets in."""
        return self.auth in ("keys", "keys+oauth")

    @property
    def takes_tokens(self) -> bool:
        """Whether an access token lets in."""
        return self.auth in ("oauth", "keys+oauth")

    @property
    def has_named_secrets(self) -> bool:
        """Whether anything has to be read from AWS by its name."""
        of_callers = self.api_keys_secret or self.api_keys_parameter
        of_callers = of_callers or self.oauth_client_secret_secret or self.oauth_client_secret_parameter
        return bool(of_callers or self.openai_api_key_secret or self.openai_api_key_parameter)

    @property
    def filter_fields(self) -> tuple[FilterField, ...]:
        """The fields that callers may filter by, besides those of every request."""
        return with_derived(parse_filterable(self.filterable))

    @property
    def origins(self) -> tuple[str, ...]:
        """The web origins that may call."""
        return tuple(origin.strip().rstrip("/") for origin in self.cors_origins.split(",") if origin.strip())


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
