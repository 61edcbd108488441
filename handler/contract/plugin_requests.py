"""What clients of openai/chatgpt-retrieval-plugin send to POST /query. Lenient, as the plugin's own models are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from corpus.filterable import FilterField, names_of
from corpus.filters import Filter
from handler.contract.fields import Query, moment, valid_date
from handler.contract.narrowing import Narrowing, with_own_fields
from handler.contract.requests import MODELS_KEPT
from handler.contract.several import CORPUS, Corpora

MAX_QUERIES = 20
SECOND = timedelta(seconds=1)
SHORT_DATE = re.compile(r"\d{4}(-\d{2})?")


def _any_date(text: str) -> str:
    """A year or a month stands for its first day, as in the plugin's own parsing of dates."""
    return valid_date(text + "-01-01"[3 * text.count("-") :] if SHORT_DATE.fullmatch(text) else text)


AnyDate = Annotated[str, AfterValidator(_any_date), Field(examples=["2026-01-31"])]


class Lenient(BaseModel):
    """The configuration of the plugin's own models."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, defer_build=True)


class PluginFilter(Narrowing, Lenient):
    """Which chunks may answer: the plugin's own fields, and those of POST /search that bear other names."""

    document_id: str | None = None
    source: Literal["email", "file", "chat"] | None = None
    source_id: str | None = None
    author: str | None = None
    start_date: AnyDate | None = None
    end_date: AnyDate | None = None

    def to_filter(self, fields: Sequence[FilterField]) -> Filter:
        """The filter in our own terms. Raises ActionError 422 for a range that is empty."""
        within = Filter(
            document_id=self.document_id,
            source=self.source_id,
            updated_after=moment(self.start_date) if self.start_date else None,
            updated_before=_second_after(self.end_date) if self.end_date else None,
            metadata={"author": self.author} if self.author is not None else {},
        )
        return self.narrowed(_without_taken(fields), within)


def _second_after(date: str) -> datetime | None:
    """One second later, because the plugin's end is inclusive. After the last possible second there is no end."""
    try:
        return moment(date) + SECOND
    except OverflowError:
        return None


class PluginQuery(Lenient):
    """One question."""

    query: Query
    filter: PluginFilter | None = None
    top_k: Annotated[int, Field(ge=1)] | None = None


class PluginRequest(Lenient):
    """The questions of a call."""

    queries: Annotated[list[PluginQuery], Field(min_length=1, max_length=MAX_QUERIES)] = Field(
        examples=[[{"query": "how long is the warranty?", "top_k": 3}]]
    )


class SeveralFilter(PluginFilter):
    """The same for several corpora: which of them is part of the filter."""

    corpus: Corpora | None = CORPUS


@lru_cache(MODELS_KEPT)
def plugin_request(fields: tuple[FilterField, ...], *, several: bool) -> type[PluginRequest]:
    """The model of POST /query with the corpus's own filters as fields of `filter`."""
    narrowed: Any = with_own_fields(SeveralFilter if several else PluginFilter, _without_taken(fields))
    question = create_model("PluginQuery", __base__=PluginQuery, filter=(narrowed | None, None))
    queries = PluginRequest.model_fields["queries"]
    asked = Annotated[list[question], Field(min_length=1, max_length=MAX_QUERIES)]  # type: ignore[valid-type]  # Made.
    return create_model("PluginRequest", __base__=PluginRequest, queries=(asked, Field(examples=queries.examples)))


def _without_taken(fields: Sequence[FilterField]) -> list[FilterField]:
    """Without fields whose names the plugin uses: its own `author` and the like keep their meaning."""
    taken = PluginFilter.model_fields
    return [field for field in fields if not any(name in taken for name in names_of(field))]
