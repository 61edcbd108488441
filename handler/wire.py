"""What a caller may send, and how it is told what was wrong with it. Unknown fields are errors that name them."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from corpus.answer import to_json
from handler.body import shown
from handler.errors import ActionError

# Some character, and no NUL. The served schema says so too.
TEXT_PATTERN = r"^[^\u0000]*\S[^\u0000]*$"
DOCUMENT_ID_PATTERN = "^[0-9a-f]{16}$"
MAX_QUERY_CHARS = 4_000
MAX_TOP_K = 50
DEFAULT_TOP_K = 5


def _whole(value: object) -> object:
    # JSON knows one kind of number: 5.0 is the integer 5.
    return int(value) if isinstance(value, float) and value.is_integer() else value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Whole = Annotated[int, BeforeValidator(_whole)]


class Request(BaseModel):
    """Strict: "5" is not a number, and a field that nobody reads is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class SearchRequest(Request):
    """POST /search."""

    query: Annotated[Text, StringConstraints(max_length=MAX_QUERY_CHARS)] = Field(
        description="What to look for, as a question or keywords in plain language.",
        examples=["how long is the warranty?"],
        json_schema_extra={"pattern": TEXT_PATTERN},
    )
    top_k: Annotated[Whole, Field(ge=1, le=MAX_TOP_K)] | None = Field(
        None, description="How many chunks to return at most; 5 unless given.", examples=[5]
    )
    source: Text | None = Field(
        None,
        description="Search only the document with this source, as a result or listDocuments gave it.",
        examples=["manuals/x200.pdf"],
    )
    document_id: Annotated[str, StringConstraints(pattern=DOCUMENT_ID_PATTERN)] | None = Field(
        None,
        description="Search only this document, by the id that a result or listDocuments gave.",
        examples=["9f86d081884c7d65"],
    )


Model = TypeVar("Model", bound=BaseModel)


def validate(model: type[Model], value: Any) -> Model:
    """The value as the model has it. Raises ActionError 422 that names each wrong field and what it may be."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=True, include_input=False)
        sentences = dict.fromkeys(_sentence(model, problem) for problem in problems[:5])
        raise ActionError(422, "invalid_request", " ".join(sentences)) from error


def _sentence(model: type[BaseModel], problem: ErrorDetails) -> str:
    names = [str(part) for part in problem["loc"]]
    if not names:
        return f"The body must be a JSON object, such as {example_of(model)}."
    name = shown(names[0])
    field = model.model_fields.get(names[0])
    if field is None or problem["type"] == "extra_forbidden":
        allowed = ", ".join(model.model_fields)
        return f'"{name}" is not a field of this request. Allowed: {allowed}. Example: {example_of(model)}.'
    example = f" Example: {to_json(field.examples[0])}." if field.examples else ""
    if problem["type"] == "missing":
        return f'"{name}" is missing.{example}'
    return f'"{name}": {problem["msg"]}.{example}'


def example_of(model: type[BaseModel]) -> str:
    """A request that is valid: the required fields with their examples."""
    required = {
        name: field.examples[0] for name, field in model.model_fields.items() if field.is_required() and field.examples
    }
    return to_json(required)
