"""The request fields of a deployment with several corpora: which of them to ask; ids then name their corpus."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, create_model

from corpus.corpora import NAME
from handler.contract.fields import DOCUMENT_ID
from handler.contract.narrowing import MAX_VALUES

MAX_NAME_CHARS = 32
MAX_CORPORA = 1_000
NAMED_DOCUMENT_ID = re.compile(f"(?:{NAME.pattern}):{DOCUMENT_ID.pattern}")
EXAMPLE_ID = "hr:9f86d081884c7d65"
AnyModel = TypeVar("AnyModel", bound=BaseModel)


def _listed(value: object) -> object:
    """One name is a list of one, and a query string separates several with commas."""
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


CorpusName = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME_CHARS)]
Corpora = Annotated[list[CorpusName], Field(min_length=1, max_length=MAX_CORPORA), BeforeValidator(_listed)]
NamedDocumentId = Annotated[
    str, StringConstraints(max_length=MAX_NAME_CHARS + 17, pattern=f"^{NAMED_DOCUMENT_ID.pattern}$")
]
NamedDocumentIds = Annotated[list[NamedDocumentId], Field(min_length=1, max_length=MAX_VALUES)]
CORPUS: Any = Field(
    None, description="Which corpora to ask, by name; all that may be asked unless given.", examples=[["hr"]]
)


def over_corpora(model: type[AnyModel]) -> type[AnyModel]:
    """The model with the field `corpus`, and with document ids that name their corpus."""
    kinds: dict[str, Any] = {
        "document_id": NamedDocumentId,
        "document_id_any": NamedDocumentIds,
        "document_id_not": NamedDocumentIds,
    }
    own: dict[str, Any] = {"corpus": (Corpora | None, CORPUS)}
    for name, wanted in kinds.items():
        if name in model.model_fields:
            example = EXAMPLE_ID if name == "document_id" else [EXAMPLE_ID]
            described = model.model_fields[name].description
            own[name] = (wanted | None, Field(None, description=described, examples=[example]))
    return create_model(model.__name__, __base__=model, **own)


def corpora_of(asked: BaseModel) -> list[str] | None:
    """The corpora that a request names; None if it names none."""
    named: list[str] | None = getattr(asked, "corpus", None)
    return named
