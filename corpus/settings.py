"""Settings that both sides read, from environment variables. The settings classes alone read the environment.

Entry points call `load` of corpus/loading.py once and pass the value on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from corpus.outbound_settings import OutboundSettings
from corpus.setting_values import Canary, CollectionName, http_url, is_bucket_or_folder, sendable
from corpus.urls import without_passwords

LOCAL_MODEL = "all-MiniLM-L6-v2"
MULTILINGUAL_MODEL = "multilingual-e5-small"
LOCAL_MODELS = (LOCAL_MODEL, MULTILINGUAL_MODEL)
AUTO = "auto"  # Whichever variable is set.
DEFAULT_OPENAI_MODEL = "text-embedding-3-small"
CLOUD = "cloud"
SearchMode = Literal["dense", "lexical", "hybrid"]


class CorpusSettings(OutboundSettings):
    """Where the corpus lives and how a new collection is made."""

    chroma_path: Path = Field(default=Path(".chroma"), description="Folder of the embedded store.")
    chroma_url: str | None = Field(
        default=None, description="A Chroma server, http(s)://host:port, or `cloud` for Chroma Cloud."
    )
    chroma_cloud_url: str = Field(
        default="https://api.trychroma.com",
        description="Where Chroma Cloud is, for a region or an account that has an address of its own.",
    )
    chroma_api_key: SecretStr | None = Field(default=None, description="Key of Chroma Cloud, or token of the server.")
    chroma_authorization: SecretStr | None = Field(
        default=None,
        description="The `Authorization` header that a proxy in front of the Chroma server wants; a single word is "
        "sent as a Bearer token.",
    )
    chroma_tenant: str | None = Field(default=None, description="Tenant; needed with `CHROMA_URL=cloud`.")
    chroma_database: str | None = Field(default=None, description="Database; needed with `CHROMA_URL=cloud`.")
    chroma_collection: CollectionName = Field(default="corpus", description="Name of the collection.")

    chroma_spread: int | None = Field(
        default=None,
        ge=1,
        le=100,
        description="Collections of Chroma Cloud that a new corpus is spread over, by document; each may hold 5 "
        "million chunks. Default: 1.",
    )
    access: Literal["open", "documents"] = Field(
        default="open",
        description="open: whoever is let in sees every document. documents: a caller sees those whose access names "
        "him, and a document without access is seen by nobody (docs/access.md).",
    )

    snapshot_url: str | None = Field(
        default=None, description="Serve a published snapshot instead: s3://bucket/prefix, or a folder."
    )
    snapshot_public_key: str | None = Field(
        default=None,
        description="Serve only versions that `ingest publish --sign` has signed with the private key of this public "
        "Ed25519 key, as `openssl pkey -pubout` prints it.",
    )
    snapshot_refresh: float = Field(
        default=60.0, ge=0, description="Least seconds between two looks whether a newer snapshot is published."
    )
    snapshot_canary: Canary | None = Field(
        default=None, description="Who gets what `publish --canary` brought: `10%` of requests, or keys: `anna,ben`."
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
        description="Model of a new collection: an OpenAI model, one of OPENAI_BASE_URL's, all-MiniLM-L6-v2 (English), "
        "multilingual-e5-small, or `auto`: of these two the one that suits the documents' languages. Default: "
        "text-embedding-3-small where OPENAI_API_KEY is set, else `auto`.",
    )
    embedding_dimensions: int | None = Field(
        default=None, ge=1, le=4096, description="Length of the vectors of a new collection. Default: the model's own."
    )
    embedding_query_prefix: str | None = Field(
        default=None,
        description=r"What a model wants before each question of a new collection, such as `query: `; `\n` is a line "
        "break. Default: nothing.",
    )
    embedding_passage_prefix: str | None = Field(
        default=None, description="The same before each chunk, such as `passage: `. Default: nothing."
    )
    embedding_input_types: str | None = Field(
        default=None,
        pattern=r"^[\w-]+,[\w-]+$",
        description="What a new collection's endpoint wants as `input_type` of a question and of a chunk, such as "
        "`query,document`. Default: nothing.",
    )
    embedding_batch: int | None = Field(
        default=None,
        ge=1,
        le=2048,
        description="Most texts that the endpoint takes in one request. Default: found out where it refuses.",
    )
    openai_api_key: SecretStr | None = Field(default=None, description="Key of the embeddings endpoint.")
    openai_base_url: str | None = Field(
        default=None, description="Any OpenAI-compatible endpoint (docs/endpoints.md). Default: OpenAI's own."
    )
    azure_openai_endpoint: str | None = Field(
        default=None,
        description="An Azure OpenAI resource, https://NAME.openai.azure.com, where OPENAI_BASE_URL is not set; "
        "EMBEDDING_MODEL is then the deployment.",
    )
    azure_openai_api_key: SecretStr | None = Field(
        default=None, description="Key of the Azure OpenAI resource. Default: OPENAI_API_KEY."
    )
    openai_api_version: str = Field(default="2024-10-21", description="Version of Azure OpenAI's API.")

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
        description="A reranker that speaks as Cohere's, Jina's, Voyage's or Hugging Face's TEI does, such as "
        "https://api.cohere.com/v2/rerank or http://host:8080/rerank. When it pays: docs/quality.md. Default: none.",
    )
    rerank_model: str = Field(default="rerank-v3.5", description="Model of the reranker.")
    rerank_api_key: SecretStr | None = Field(default=None, description="Key of the reranker.")
    rerank_candidates: int = Field(default=30, ge=1, le=100, description="Chunks the reranker judges; TEI takes 32.")

    @field_validator("chroma_url")
    @classmethod
    def _is_server_or_cloud(cls, value: str | None) -> str | None:
        if value is None or value == CLOUD:
            return value
        return http_url(value, "must be `cloud` or look like http://host:8000")

    @field_validator("snapshot_url")
    @classmethod
    def _is_bucket_or_folder(cls, value: str | None) -> str | None:
        if value is not None and not is_bucket_or_folder(value):
            raise ValueError("must look like s3://bucket/prefix, or be a folder")
        return value

    @field_validator("chroma_api_key", "openai_api_key", "azure_openai_api_key", "rerank_api_key")
    @classmethod
    def _can_be_sent(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else sendable(value.get_secret_value())

    @field_validator("chroma_authorization")
    @classmethod
    def _is_a_headers_value(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        header = sendable(value.get_secret_value(), may_hold_spaces=True).get_secret_value()
        return SecretStr(header if " " in header else f"Bearer {header}")

    @field_validator("embedding_query_prefix", "embedding_passage_prefix")
    @classmethod
    def _with_line_breaks(cls, value: str | None) -> str | None:
        return None if value is None else value.replace(r"\n", "\n")

    @field_validator("chroma_cloud_url", "openai_base_url", "azure_openai_endpoint", "rerank_url")
    @classmethod
    def _is_endpoint(cls, value: str | None) -> str | None:
        return None if value is None else http_url(value, "must look like https://host or https://host/v1")

    @model_validator(mode="after")
    def _fits_together(self) -> CorpusSettings:
        if self.snapshot_url and self.chroma_url:
            raise ValueError("SNAPSHOT_URL and CHROMA_URL both say where the corpus is: unset one")
        if self.chroma_spread is not None and self.chroma_url != CLOUD:
            raise ValueError("CHROMA_SPREAD is for CHROMA_URL=cloud alone: unset it")
        if self.chroma_url == CLOUD and (missing := lacking_for_cloud(self)):
            raise ValueError(f"CHROMA_URL=cloud needs {', '.join(missing)} too")
        if self.chunk_tokens is not None and (self.chunk_overlap or 0) * 2 > self.chunk_tokens:
            raise ValueError("CHUNK_OVERLAP must be at most half of CHUNK_TOKENS")
        return self

    @property
    def model_for_new_collection(self) -> str:
        """The model for a collection made now; AUTO if its documents are to be examined first."""
        has_key = self.openai_api_key or self.azure_openai_api_key
        return self.embedding_model or (DEFAULT_OPENAI_MODEL if has_key else AUTO)

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
            return f"Chroma server {without_passwords(self.chroma_url)}, collection {self.chroma_collection!r}"
        return f"{self.chroma_path}, collection {self.chroma_collection!r}"


def target_kind(settings: CorpusSettings) -> Literal["embedded", "server", "cloud"]:
    """Which of Chroma's clients serves the settings."""
    if settings.chroma_url == CLOUD:
        return "cloud"
    return "server" if settings.chroma_url else "embedded"


def lacking_for_cloud(settings: CorpusSettings) -> list[str]:
    """The names of the settings that Chroma Cloud needs and that are missing."""
    names = ("CHROMA_API_KEY", "CHROMA_TENANT", "CHROMA_DATABASE")
    return [name for name in names if getattr(settings, name.lower()) is None]
