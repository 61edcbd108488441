"""The types of what a caller may send, field by field."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

MAX_QUERY_CHARS = 4_000
MAX_NAME_CHARS = 2_000
MAX_TOP_K = 50
DEFAULT_TOP_K = 5
MAX_CONTEXT = 3
# Some character that no dialect of regular expressions takes for white space, and no NUL.
VISIBLE = r"[^\s\u0000-\u0020\u007f-\u00a0\ufeff]"
DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].+)?")


def _whole(value: object) -> object:
    # JSON has one kind of number: 5.0 is the integer 5.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _visible(text: str) -> str:
    if not re.search(VISIBLE, text):
        raise ValueError("must hold some text")
    return text


# With microseconds, a zone and some room: 2026-01-31T00:00:00.000000+00:00 has 32.
MAX_DATE_CHARS = 64


def valid_date(text: str) -> str:
    """The text, if it names a date or a moment. Raises ValueError."""
    if len(text) > MAX_DATE_CHARS or not DATE.fullmatch(text):
        raise ValueError("must be a date such as 2026-01-31")
    moment(text)
    return text


def moment(text: str) -> datetime:
    """The moment that a date or a time names; in UTC if it names no zone."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


_TEXT = AfterValidator(_visible)
Query = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUERY_CHARS), _TEXT]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME_CHARS), _TEXT]
# A corpus's name, a document's id and a passage's place in it.
Identifier = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), _TEXT]
DOCUMENT_ID_CHARS = 16
DOCUMENT_ID = re.compile(f"[0-9a-f]{{{DOCUMENT_ID_CHARS}}}")
DocumentId = Annotated[
    str,
    StringConstraints(min_length=DOCUMENT_ID_CHARS, max_length=DOCUMENT_ID_CHARS, pattern=f"^{DOCUMENT_ID.pattern}$"),
]
Whole = Annotated[int, BeforeValidator(_whole)]
# The limits stand next to the type: outside the validator they would not be part of the JSON schema.
TopK = Annotated[int, Field(ge=1, le=MAX_TOP_K), BeforeValidator(_whole)]
Context = Annotated[int, Field(ge=0, le=MAX_CONTEXT), BeforeValidator(_whole)]
Date = Annotated[str, AfterValidator(valid_date), Field(json_schema_extra={"format": "date"})]


class Body(BaseModel):
    """Strict: "5" is not a number, and a field that nobody reads is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True, defer_build=True)
