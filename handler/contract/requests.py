"""What a caller may send to be answered. The served OpenAPI document is made from these models."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
    create_model,
)

from corpus.filters import Filter
from corpus.settings import SearchMode
from handler.contract.filterable import FilterField, Kind

MAX_QUERY_CHARS = 4_000
MAX_NAME_CHARS = 2_000
MAX_TOP_K = 50
DEFAULT_TOP_K = 5
MAX_CONTEXT = 3
# Some character that no dialect of regular expressions takes for white space, and no NUL.
VISIBLE = r"[^\s\u0000-\u0020\u007f-\u00a0\ufeff]"
DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].+)?")


def _whole(value: object) -> object:
    # JSON knows one kind of number: 5.0 is the integer 5.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _visible(text: str) -> str:
    if not re.search(VISIBLE, text):
        raise ValueError("must hold some text")
    return text


def valid_date(text: str) -> str:
    """The text, where it names a date or a moment. Raises ValueError."""
    if not DATE.fullmatch(text):
        raise ValueError("must be a date such as 2026-01-31")
    moment(text)
    return text


def moment(text: str) -> datetime:
    """The moment that a date or a time names; in UTC where it does not say."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


_TEXT = AfterValidator(_visible)
Query = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUERY_CHARS), _TEXT]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME_CHARS), _TEXT]
DOCUMENT_ID_CHARS = 16
DOCUMENT_ID = re.compile(f"[0-9a-f]{{{DOCUMENT_ID_CHARS}}}")
DocumentId = Annotated[
    str,
    StringConstraints(min_length=DOCUMENT_ID_CHARS, max_length=DOCUMENT_ID_CHARS, pattern=f"^{DOCUMENT_ID.pattern}$"),
]
Whole = Annotated[int, BeforeValidator(_whole)]
# The limits stand nearest to the type: beyond the validator they would be no JSON schema.
TopK = Annotated[int, Field(ge=1, le=MAX_TOP_K), BeforeValidator(_whole)]
Context = Annotated[int, Field(ge=0, le=MAX_CONTEXT), BeforeValidator(_whole)]
Date = Annotated[str, AfterValidator(valid_date), Field(json_schema_extra={"format": "date"})]


class Body(BaseModel):
    """Strict: "5" is not a number, and a field that nobody reads is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class SearchRequest(Body):
    """POST /search. `search_request` adds the corpus's own filters."""

    query: Query | None = Field(
        None,
        description="What to look for, as one question or keywords in plain language.",
        examples=["how long is the warranty?"],
    )
    queries: Annotated[list[Query], Field(min_length=2, max_length=5)] | None = Field(
        None,
        description="2 to 5 more questions to ask in the same call; each gets up to top_k chunks of its own.",
        examples=[["how long is the warranty?", "who pays for the return?"]],
    )
    top_k: TopK | None = Field(None, description="How many chunks to find at most; 5 unless given.", examples=[5])
    context: Context | None = Field(
        None, description="How many neighbouring chunks to add before and after each; 0 unless given.", examples=[1]
    )
    min_score: Annotated[FiniteFloat, Field(ge=0, le=1)] | None = Field(
        None, description="Leave out chunks that score below this, 0 to 1; 0 unless given.", examples=[0.3]
    )
    mode: SearchMode | None = Field(
        None,
        description="How to find chunks: dense by meaning, lexical by words, hybrid by both; the server's way unless "
        "given.",
        examples=["hybrid"],
    )
    source: Name | None = Field(
        None,
        description="Only the document with exactly this source, as a result or listDocuments gave it.",
        examples=["manuals/x200.pdf"],
    )
    document_id: DocumentId | None = Field(
        None,
        description="Only the document with this id, as a result or listDocuments gave it.",
        examples=["9f86d081884c7d65"],
    )
    title: Name | None = Field(
        None,
        description="Only documents with exactly this title, as a result or listDocuments gave it.",
        examples=["X200 manual"],
    )
    tags: Annotated[list[Name], Field(min_length=1, max_length=10)] | None = Field(
        None, description="Only documents that carry at least one of these tags.", examples=[["warranty"]]
    )
    updated_after: Date | None = Field(
        None, description="Only documents last changed on this day (UTC) or later.", examples=["2026-01-31"]
    )
    updated_before: Date | None = Field(
        None, description="Only documents last changed before this day (UTC).", examples=["2026-12-31"]
    )

    @property
    def questions(self) -> list[str]:
        """Every different question, in order."""
        asked = [*([self.query] if self.query else []), *(self.queries or [])]
        return list(dict.fromkeys(asked))

    def to_filter(self, fields: tuple[FilterField, ...]) -> Filter:
        """The conditions of the request."""
        own = {field.name: getattr(self, field.name) for field in fields}
        return Filter(
            source=self.source,
            document_id=self.document_id,
            title=self.title,
            tags=tuple(self.tags or ()),
            updated_after=moment(self.updated_after) if self.updated_after else None,
            updated_before=moment(self.updated_before) if self.updated_before else None,
            metadata={name: value for name, value in own.items() if value is not None},
        )


KIND_TYPES: dict[Kind, Any] = {"str": Name, "list": Name, "int": Whole, "float": FiniteFloat, "bool": bool}
KIND_EXAMPLES: dict[Kind, object] = {"str": "service", "list": "service", "int": 2026, "float": 2.5, "bool": True}


def search_request(fields: tuple[FilterField, ...]) -> type[SearchRequest]:
    """The model of POST /search with the corpus's own filters as fields. Raises ValueError where a name is taken."""
    if taken := [
        field.name for field in fields if hasattr(SearchRequest, field.name) or field.name in SearchRequest.model_fields
    ]:
        raise ValueError(f"{taken[0]!r} is a field of the request already")
    if not fields:
        return SearchRequest
    own: dict[str, Any] = {
        field.name: (
            KIND_TYPES[field.kind] | None,
            Field(
                None,
                description=f"Only documents whose {field.name} {'includes' if field.kind == 'list' else 'is'} this.",
                examples=[KIND_EXAMPLES[field.kind]],
            ),
        )
        for field in fields
    }
    return create_model("SearchRequest", __base__=SearchRequest, **own)


class ListRequest(BaseModel):
    """The query string of GET /documents."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    offset: Annotated[int, Field(ge=0, le=10**9)] = Field(
        0, description="How many documents to pass over; next_offset of the page before.", examples=[100]
    )
    limit: Annotated[int, Field(ge=1, le=200)] = Field(
        100, description="How many documents to return at most.", examples=[100]
    )


class ReadRequest(BaseModel):
    """The query string of GET /documents/{document_id}."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    offset: Annotated[int, Field(ge=0, le=10**12)] = Field(
        0, description="The character to start at; next_offset of the page before.", examples=[90000]
    )
