"""The settings of a deployment that serves several corpora; all its other settings apply to each of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from corpus.corpora import parse_corpora
from corpus.settings import CorpusSettings


class CorporaSettings(CorpusSettings):
    """A corpus's settings, and the corpora that are served instead of the one that they name."""

    corpora: str = Field(
        "",
        description="Several corpora in place of one: name=place with commas between; a place is s3://bucket/prefix or "
        "a folder of what is published, cloud:COLLECTION, http://host:8000/COLLECTION or store:FOLDER "
        "(docs/corpora.md).",
    )
    corpora_file: str | None = Field(
        None, description="A file with such entries, one a line: a path, or s3://bucket/name."
    )
    corpora_patience_seconds: Annotated[
        float, Field(gt=0, le=45, description="How long an answer waits for a corpus that is slower than others.")
    ] = 2.0
    corpora_memory_mb: Annotated[int, Field(ge=1)] | None = Field(
        None,
        description="Corpora are closed, those first that were used least recently, where the process has more than "
        "so many MB (2^20 bytes) in memory. Default: half of what Lambda gives the function, else no limit.",
    )
    aws_lambda_function_memory_size: int | None = Field(
        None, description="MB that the function has; AWS Lambda sets it."
    )

    @field_validator("corpora")
    @classmethod
    def _corpora_can_be_read(cls, value: str) -> str:
        parse_corpora(value)
        return value

    @model_validator(mode="after")
    def _corpora_fit(self) -> CorporaSettings:
        places = {"SNAPSHOT_URL": self.snapshot_url, "CHROMA_URL": self.chroma_url}
        if self.several and (also := [name for name, value in places.items() if value is not None]):
            raise ValueError(f"CORPORA and {also[0]} both say where the corpora are: unset one")
        return self

    @property
    def several(self) -> bool:
        """Whether corpora have names, even if there is only one."""
        return bool(self.corpora) or self.corpora_file is not None

    @property
    def memory_mb(self) -> int | None:
        """How much memory the process may use before corpora are closed."""
        given = self.aws_lambda_function_memory_size
        return self.corpora_memory_mb or (given // 2 if given else None)
