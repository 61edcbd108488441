"""Check what a caller sent, and say for each wrong field what it may be, with an example."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from corpus.answer import to_json
from handler.contract.body import shown
from handler.contract.errors import ActionError

Model = TypeVar("Model", bound=BaseModel)
MAX_PROBLEMS = 5
# How pydantic begins a sentence; ours begins with the field's name.
BEGINNING = re.compile(r"^(?:Value error, |(?:Input|String|List|Value|Tuple) (?=should))")


def validate(model: type[Model], value: Any, *, known: Callable[[], Mapping[str, Sequence[object]]] = dict) -> Model:
    """The value as the model has it. Raises ActionError 422 that names each wrong field and what it may be.

    `known` gives the values that fields have in the documents that the caller sees, where they are few.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        unknown = [str(problem["loc"][0]) for problem in problems if _is_unknown(model, problem)]
        wrong = [problem for problem in problems if not _is_unknown(model, problem)][:MAX_PROBLEMS]
        sentences = [_unknown_fields(model, unknown)] if unknown else []
        values = known() if wrong else {}
        sentences += dict.fromkeys(_sentence(model, problem, values) for problem in wrong)
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


def allowed_of(values: Sequence[object], *, as_list: bool) -> str:
    """The allowed values, one or a list of them, for the end of a message."""
    return f" Allowed: {to_json(list(values))}. Example: {to_json([values[0]] if as_list else values[0])}."


def _is_unknown(model: type[BaseModel], problem: ErrorDetails) -> bool:
    return bool(problem["loc"]) and problem["loc"][0] not in model.model_fields


def _unknown_fields(model: type[BaseModel], names: Sequence[str]) -> str:
    wrong = ", ".join(f'"{shown(name)}"' for name in names[:MAX_PROBLEMS])
    say = f"{wrong} is not a field" if len(names) == 1 else f"{wrong} are not fields"
    return f"{say} of this request. Allowed: {', '.join(model.model_fields)}. Example: {example_of(model)}."


def _sentence(model: type[BaseModel], problem: ErrorDetails, known: Mapping[str, Sequence[object]]) -> str:
    path = problem["loc"]
    if not path:
        return f"The body must be a JSON object, such as {example_of(model)}."
    name = str(path[0])
    field = model.model_fields[name]
    place = name + "".join(f"[{part}]" if isinstance(part, int) else f".{shown(part)}" for part in path[1:])
    examples = field.examples or []
    example = f" Example: {to_json(examples[0])}." if examples else ""
    if name in known:
        example = allowed_of(known[name], as_list=any(isinstance(each, list) for each in examples))
    if problem["type"] == "missing":
        return f'"{place}" is missing.{example}'
    message = BEGINNING.sub("", problem["msg"]).replace(" after validation", "")
    return f'"{place}" {message}.{example}'


def example_of(model: type[BaseModel]) -> str:
    """A valid request: its first field."""
    examples: Mapping[str, Any] = {
        name: field.examples[0] for name, field in list(model.model_fields.items())[:1] if field.examples
    }
    return to_json(examples)
