"""What the handler is told from outside. Read once at an entry point and passed on as a value."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator

from corpus.settings import CorpusSettings
from handler.keys import parse_keys

HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
URL = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")


class HandlerSettings(CorpusSettings):
    """The corpus's settings and the HTTP action's own."""

    auth: Literal["keys", "none"] = Field("keys", description="none serves everybody without a key.")
    api_keys: SecretStr = Field(SecretStr(""), description="name:sha256hex, separated by commas; from `handler key`.")
    api_key_header: str | None = Field(None, description="A header that may carry the key, beside Authorization.")

    public_url: str | None = Field(None, description="Where callers reach the handler, when it cannot tell itself.")
    cors_origins: str = Field(
        "https://chatgpt.com,https://chat.openai.com", description="Web origins that may call, separated by commas."
    )

    action_title: Annotated[str, Field(min_length=1, max_length=100)] = "Document search"
    action_description: Annotated[str, Field(max_length=300)] = (
        "Finds passages in a collection of documents and returns them verbatim, each with its source."
    )

    max_response_chars: Annotated[int, Field(ge=2_000)] = 90_000
    max_body_bytes: Annotated[int, Field(ge=1_000)] = 100_000
    deadline_seconds: Annotated[float, Field(gt=0, le=45)] = 20.0

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

    @field_validator("public_url")
    @classmethod
    def _public_url_is_a_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not URL.fullmatch(value):
            raise ValueError("must be a URL such as https://api.example.com")
        return value.rstrip("/")

    @property
    def origins(self) -> tuple[str, ...]:
        """The web origins that may call."""
        return tuple(origin.strip().rstrip("/") for origin in self.cors_origins.split(",") if origin.strip())
