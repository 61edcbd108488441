"""Settings that both sides read, from environment variables. The settings classes alone read the environment.

Entry points call `load` once and pass the value on. Messages name variables, never their values: a value may be a key.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, StringConstraints, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpus.errors import SettingsError

LOCAL_MODEL = "all-MiniLM-L6-v2"
DEFAULT_OPENAI_MODEL = "text-embedding-3-small"
CLOUD = "cloud"
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
S3_URL = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?")
_URL = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]+:/|[Ss]3:)")
SearchMode = Literal["dense", "lexical", "hybrid"]


def is_bucket_or_folder(place: str) -> bool:
    """Whether a snapshot can be kept there: s3://bucket/prefix, or what looks like no URL."""
    return bool(S3_URL.fullmatch(place)) or not _URL.match(place)


# Chroma's own rule for the name of a collection.
CollectionName = Annotated[
    str, StringConstraints(min_length=3, max_length=512, pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]*[a-zA-Z0-9]$")
]


class OutboundSettings(BaseSettings):
    """How the services are reached that settings name. AWS's clients, made in many places, read it by themselves."""

    model_config = SettingsConfigDict(
        frozen=True, env_ignore_empty=True, hide_input_in_errors=True, extra="ignore", case_sensitive=False
    )

    outbound_proxy: str | None = Field(
        default=None,
        description="An HTTP proxy to reach the embeddings endpoint, the reranker, Chroma servers and AWS by. No other "
        "variable names one.",
    )

    @field_validator("outbound_proxy")
    @classmethod
    def _is_proxy(cls, value: str | None) -> str | None:
        return None if value is None else _http_url(value, "must look like http://host:3128")


class CorpusSettings(OutboundSettings):
    """Where the corpus lives and how a new collection is made."""

    chroma_path: Path = Field(default=Path(".chroma"), description="Folder of the embedded store.")
    chroma_url: str | None = Field(
        default=None, description="A Chroma server, http(s)://host:port, or `cloud` for Chroma Cloud."
    )
    chroma_api_key: SecretStr | None = Field(default=None, description="Key of Chroma Cloud, or token of the server.")
    chroma_tenant: str | None = Field(default=None, description="Tenant; needed with `CHROMA_URL=cloud`.")
    chroma_database: str | None = Field(default=None, description="Database; needed with `CHROMA_URL=cloud`.")
    chroma_collection: CollectionName = Field(default="corpus", description="Name of the collection.")

    snapshot_url: str | None = Field(
        default=None,
        description="Serve a published snapshot instead: s3://bucket/prefix, or a folder.",
    )
    snapshot_refresh: float = Field(
        default=60.0, ge=0, description="Least seconds between two looks whether a newer snapshot is published."
    )
    snapshot_cache: Path | None = Field(
        default=None, description="Folder to open snapshots in. Default: the system's folder for temporary files."
    )
    snapshot_cache_mb: int = Field(
        default=512,
        ge=1,
        description="Most space for open snapshots, in MB (2^20 bytes). Default: what AWS Lambda has in /tmp.",
    )

    embedding_model: str | None = Field(
        default=None,
        description="Model of a new collection: an OpenAI model, one of OPENAI_BASE_URL's, or all-MiniLM-L6-v2. "
        "Default: text-embedding-3-small where OPENAI_API_KEY is set, else all-MiniLM-L6-v2.",
    )
    embedding_dimensions: int | None = Field(
        default=None, ge=1, le=4096, description="Length of the vectors of a new collection. Default: the model's own."
    )
    openai_api_key: SecretStr | None = Field(default=None, description="Key of the embeddings endpoint.")
    openai_base_url: str | None = Field(
        default=None, description="Any OpenAI-compatible endpoint. Default: OpenAI's own."
    )

    chunk_tokens: int | None = Field(
        default=None, ge=32, le=8191, description="Most tokens of a chunk in a new collection. Default: by model."
    )
    chunk_overlap: int | None = Field(
        default=None, ge=0, le=4000, description="Most tokens that neighbouring chunks share. Default: by model."
    )

    search_mode: SearchMode = Field(
        default="hybrid", description="How chunks are found: dense (by meaning), lexical (by words), or hybrid (both)."
    )
    max_per_document: int | None = Field(
        default=None, ge=1, le=50, description="Most chunks of one document in an answer. Default: as many as fit best."
    )

    rerank_url: str | None = Field(
        default=None,
        description="A reranker with Cohere's or Jina's interface, such as https://api.cohere.com/v2/rerank. "
        "Default: none.",
    )
    rerank_model: str = Field(default="rerank-v3.5", description="Model of the reranker.")
    rerank_api_key: SecretStr | None = Field(default=None, description="Key of the reranker.")
    rerank_candidates: int = Field(default=30, ge=1, le=100, description="Chunks that the reranker judges.")

    @field_validator("chroma_url")
    @classmethod
    def _is_server_or_cloud(cls, value: str | None) -> str | None:
        if value is None or value == CLOUD:
            return value
        return _http_url(value, "must be `cloud` or look like http://host:8000")

    @field_validator("snapshot_url")
    @classmethod
    def _is_bucket_or_folder(cls, value: str | None) -> str | None:
        if value is not None and not is_bucket_or_folder(value):
            raise ValueError("must look like s3://bucket/prefix, or be a folder")
        return value

    @field_validator("openai_base_url", "rerank_url")
    @classmethod
    def _is_endpoint(cls, value: str | None) -> str | None:
        return None if value is None else _http_url(value, "must look like https://host/v1")

    @model_validator(mode="after")
    def _fits_together(self) -> CorpusSettings:
        if self.snapshot_url and self.chroma_url:
            raise ValueError("SNAPSHOT_URL and CHROMA_URL both say where the corpus is: unset one")
        if self.chroma_url == CLOUD:
            wanted = {
                "CHROMA_API_KEY": self.chroma_api_key,
                "CHROMA_TENANT": self.chroma_tenant,
                "CHROMA_DATABASE": self.chroma_database,
            }
            if missing := [name for name, value in wanted.items() if value is None]:
                raise ValueError(f"CHROMA_URL=cloud needs {', '.join(missing)} too")
        if (
            self.chunk_overlap is not None
            and self.chunk_tokens is not None
            and self.chunk_overlap * 2 > self.chunk_tokens
        ):
            raise ValueError("CHUNK_OVERLAP must be at most half of CHUNK_TOKENS")
        return self

    @property
    def model_for_new_collection(self) -> str:
        """The model that a collection made now is embedded with."""
        return self.embedding_model or (DEFAULT_OPENAI_MODEL if self.openai_api_key else LOCAL_MODEL)

    @property
    def read_target(self) -> str:
        """Where the corpus is read from, in words for a person; a snapshot is never written to."""
        return f"snapshot {self.snapshot_url}" if self.snapshot_url else self.target

    @property
    def target(self) -> str:
        """Where the corpus is written, in words for a person; holds no secret."""
        if self.chroma_url == CLOUD:
            return f"Chroma Cloud, database {self.chroma_database!r}, collection {self.chroma_collection!r}"
        if self.chroma_url:
            return f"Chroma server {self.chroma_url}, collection {self.chroma_collection!r}"
        return f"{self.chroma_path}, collection {self.chroma_collection!r}"


def _http_url(value: str, rule: str) -> str:
    try:
        parts = urlsplit(value)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid:
        raise ValueError(rule)
    return value.rstrip("/")


SettingsT = TypeVar("SettingsT", bound=BaseSettings)


def load(settings_class: type[SettingsT], **overrides: object) -> SettingsT:
    """Read the settings once; `overrides`, where not None, win over the environment.

    Raises SettingsError that lists every wrong variable at once, by name and never by value.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return settings_class(**given)  # type: ignore[arg-type]  # Pydantic checks them.
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    problems = []
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        name = ".".join(str(part) for part in problem["loc"][:1]).upper()
        message = problem["msg"].removeprefix("Value error, ")
        problems.append(f"{name}: {message}" if name else message)
    return "Wrong settings: " + "; ".join(problems) + "."


TargetKind = Literal["embedded", "server", "cloud"]


def target_kind(settings: CorpusSettings) -> TargetKind:
    """Which of Chroma's clients serves the settings."""
    if settings.chroma_url == CLOUD:
        return "cloud"
    return "server" if settings.chroma_url else "embedded"
