"""What a caller may send to be answered. The served OpenAPI document is made from these models."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from corpus.filterable import FilterField
from corpus.filters import Filter
from corpus.settings import SearchMode
from handler.contract.fields import Body, Context, Date, DocumentId, Name, Query, TopK, moment
from handler.contract.narrowing import Narrowing, with_own_fields
from handler.contract.several import over_corpora

# Cached: a process has the settings of one deployment, and some code needs them twice.
MODELS_KEPT = 8


# Fields about how to ask, not about which documents.
ASKING = frozenset(["query", "queries", "top_k", "context", "min_score", "mode"])


class Asked(Body):
    """What to look for, how, and in which one document."""

    query: Query | None = Field(
        None,
        description="What to look for, as one question or keywords in plain language.",
        examples=["how long is the warranty?"],
    )
    queries: Annotated[list[Query], Field(min_length=2, max_length=5)] | None = Field(
        None,
        description="2 to 5 more questions to ask in the same call; each gets up to top_k passages of its own.",
        examples=[["how long is the warranty?", "who pays for the return?"]],
    )
    top_k: TopK | None = Field(
        None,
        description="How many passages to find at most; 5 unless given. Chunks that touch count as one passage.",
        examples=[5],
    )
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

    @property
    def questions(self) -> list[str]:
        """Every distinct question, in order."""
        asked = [*([self.query] if self.query else []), *(self.queries or [])]
        return list(dict.fromkeys(asked))


class SearchRequest(Narrowing, Asked):
    """POST /search. `search_request` adds the corpus's own filters."""

    updated_after: Date | None = Field(
        None, description="Only documents last changed on this day (UTC) or later.", examples=["2026-01-31"]
    )
    updated_before: Date | None = Field(
        None, description="Only documents last changed before this day (UTC).", examples=["2026-12-31"]
    )

    def to_filter(self, fields: tuple[FilterField, ...]) -> Filter:
        """The conditions of the request. Raises ActionError 422 for a range that nothing can lie in."""
        if self.model_fields_set <= ASKING:
            return Filter()
        return self.narrowed(
            fields,
            Filter(
                source=self.source,
                document_id=self.document_id,
                updated_after=moment(self.updated_after) if self.updated_after else None,
                updated_before=moment(self.updated_before) if self.updated_before else None,
            ),
        )


@lru_cache(MODELS_KEPT)
def search_request(fields: tuple[FilterField, ...], *, several: bool) -> type[SearchRequest]:
    """The model of POST /search with the corpus's own filters as fields, over `several` corpora or the only one.

    Raises ValueError where a name is taken.
    """
    return with_own_fields(over_corpora(SearchRequest) if several else SearchRequest, fields)


class ListRequest(BaseModel):
    """The query string of GET /documents."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)

    offset: Annotated[int, Field(ge=0, le=10**9)] = Field(
        0, description="How many documents to pass over; next_offset of the page before.", examples=[100]
    )
    limit: Annotated[int, Field(ge=1, le=200)] = Field(
        100, description="How many documents to return at most.", examples=[100]
    )


@lru_cache(MODELS_KEPT)
def list_request(*, several: bool) -> type[ListRequest]:
    """The model of GET /documents, over `several` corpora or the only one."""
    return over_corpora(ListRequest) if several else ListRequest


class ReadRequest(BaseModel):
    """The query string of GET /documents/{document_id}."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)

    offset: Annotated[int, Field(ge=0, le=10**12)] = Field(
        0, description="The character to start at; next_offset of the page before.", examples=[90000]
    )
