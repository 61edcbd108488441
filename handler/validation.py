"""Check what a caller sent, and say of each wrong field what it may be, with an example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from corpus.answer import to_json
from handler.body import shown
from handler.errors import ActionError

Model = TypeVar("Model", bound=BaseModel)
MOST_PROBLEMS = 5


def validate(model: type[Model], value: Any) -> Model:
    """The value as the model has it. Raises ActionError 422 that names each wrong field and what it may be."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        sentences = dict.fromkeys(_sentence(model, problem) for problem in problems[:MOST_PROBLEMS])
        raise invalid(" ".join(sentences)) from None


def validate_query_string(model: type[Model], pairs: Iterable[tuple[str, str]]) -> Model:
    """The same for a query string, in which everything is text."""
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name in fields:
            raise invalid(f'"{shown(name)}" stands twice in the query string. Send it once.')
        fields[name] = value
    return validate(model, fields)


def invalid(message: str) -> ActionError:
    """A field is wrong."""
    return ActionError(422, "invalid_request", message)


def _sentence(model: type[BaseModel], problem: ErrorDetails) -> str:
    path = [str(part) for part in problem["loc"]]
    if not path:
        return f"The body must be a JSON object, such as {example_of(model)}."
    field = model.model_fields.get(path[0])
    if field is None:
        allowed = ", ".join(model.model_fields)
        return f'"{shown(path[0])}" is not a field of this request. Allowed: {allowed}. Example: {example_of(model)}.'
    place = path[0] + "".join(f"[{part}]" for part in path[1:] if part.isdecimal())
    example = f" Example: {to_json(field.examples[0])}." if field.examples else ""
    if problem["type"] == "missing":
        return f'"{place}" is missing.{example}'
    message = problem["msg"].removeprefix("Value error, ").replace("Input should", "should")
    return f'"{place}" {message}.{example}'


def example_of(model: type[BaseModel]) -> str:
    """A request that is valid: its first field."""
    examples: Mapping[str, Any] = {
        name: field.examples[0] for name, field in list(model.model_fields.items())[:1] if field.examples
    }
    return to_json(examples)
