"""Settings of the command line alone."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

from pydantic import Field, SecretStr, field_validator

from corpus.filterable import FilterField, parse_filterable
from corpus.settings import CorpusSettings


class IngestSettings(CorpusSettings):
    """How files are found and read."""

    source_root: Path = Field(
        default=Path(), description="Sources are named relative to this folder where they lie below it."
    )
    workers: int = Field(
        default_factory=lambda: min(4, os.cpu_count() or 1), ge=1, le=64, description="Processes that read files."
    )
    read_timeout_seconds: float = Field(
        default=60.0, gt=0, description="Longest time to read one file, or a share of a large PDF."
    )
    read_memory_mb: int = Field(default=1024, ge=128, description="Most memory to read one file, in MB.")
    ocr_command: str | None = Field(
        default=None, description="Command that recognises the text of scans: `ocrmypdf --skip-text {in} {out}`."
    )
    ocr_path: Path = Field(default=Path(".ocr"), description="Folder where what the command made is kept.")
    allow_private_addresses: bool = Field(
        default=False, description="Fetch pages from this machine and private networks too. Never link-local ones."
    )
    fetch_timeout_seconds: float = Field(
        default=60.0, gt=0, description="Longest time to fetch one page; an object of S3 has a second more for each MB."
    )
    fetch_max_mb: int = Field(default=64, ge=1, le=512, description="Largest page that is fetched, unpacked, in MB.")
    sitemap_max_pages: int = Field(default=10_000, ge=1, description="Most pages that are taken from one sitemap.")
    worker_add: str = Field(
        default="",
        description="What the first fill typed after `ingest add`, such as `s3://docs --metadata team=hr`: the worker "
        "behind SQS says the same of each object.",
    )
    worker_attempts: int = Field(
        default=5, ge=1, description="How often the worker behind SQS tries a message before it is a dead letter."
    )
    worker_dead_letters: str | None = Field(
        default=None, description="URL of the SQS queue for such messages; each has its reason as an attribute."
    )
    http_proxy: SecretStr | None = Field(
        default=None, description="Proxy that pages of http:// are fetched through, http://[user:password@]host:port."
    )
    https_proxy: SecretStr | None = Field(
        default=None, description="The same for pages of https://. What a host's name leads to is checked all the same."
    )
    no_proxy: str = Field(
        default="", description="Hosts, domains and networks whose pages are fetched without, separated by commas."
    )
    embedding_price: float | None = Field(
        default=None, ge=0, description="US dollars for a million tokens, for --dry-run. Default: the list price."
    )

    filterable: str = Field(
        default="", description="As the handler has it: what its filters would pass over is told by `add` and `stats`."
    )

    @field_validator("filterable")
    @classmethod
    def _fields_can_be_read(cls, value: str) -> str:
        parse_filterable(value)
        return value

    @property
    def filter_fields(self) -> tuple[FilterField, ...]:
        """The corpus's own fields that callers of the handler may filter by."""
        return parse_filterable(self.filterable)

    @field_validator("ocr_command")
    @classmethod
    def _can_be_run(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            words = shlex.split(value)
        except ValueError as error:
            raise ValueError("has a quote that is not closed") from error
        if not words or not {"{in}", "{out}"} <= set(words):
            raise ValueError("must name {in} and {out}, as in: ocrmypdf --skip-text {in} {out}")
        if shutil.which(words[0]) is None:
            raise ValueError(f"begins with {words[0]}, which is not installed here")
        return value
