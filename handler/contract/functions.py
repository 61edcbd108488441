"""The operations of the OpenAPI document as function definitions, in the words of each vendor's API. Pure.

- openai: Chat Completions, strict. https://developers.openai.com/api/docs/guides/function-calling
- responses: the Responses API, strict; the same without the wrapping.
- anthropic: the Messages API, strict as far as one request may be: the tools with the fewest optional fields.
  https://platform.claude.com/docs/en/build-with-claude/structured-outputs
- gemini: function declarations, whose schemas know fewer words. https://ai.google.dev/gemini-api/docs/function-calling
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Schema = dict[str, Any]
# Keywords that strict decoding does not enforce, or refuses. The server checks all the same.
NOT_STRICT = ("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "default", "examples")
# Over all strict tools of a request at Anthropic, which refuses requests beyond it.
MAX_OPTIONAL = 24
GEMINI_WORDS = ("type", "description", "enum", "items", "minItems", "maxItems", "minimum", "maximum", "properties")


class FunctionFormat(StrEnum):
    """The API that the functions are written for."""

    openai = "openai"
    responses = "responses"
    anthropic = "anthropic"
    gemini = "gemini"


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """An operation as a function: `fields` are its arguments' schemas, `required` those that must be given."""

    name: str
    description: str
    fields: Mapping[str, Schema]
    required: tuple[str, ...]

    @property
    def optional(self) -> int:
        """How many of the fields may be left out."""
        return len(self.fields) - len(self.required)


def functions_of(document: Mapping[str, Any]) -> Iterator[Function]:
    """Each operation: the fields of its body, or its parameters."""
    for item in document["paths"].values():
        for operation in item.values():
            fields: dict[str, Schema] = {}
            required: list[str] = []
            if body := operation.get("requestBody"):
                schema = body["content"]["application/json"]["schema"]
                fields, required = dict(schema["properties"]), list(schema.get("required", ()))
            for parameter in operation.get("parameters", ()):
                described = {"description": parameter["description"], "examples": [parameter["example"]]}
                fields[parameter["name"]] = {**parameter["schema"], **described}
                required += [parameter["name"]] if parameter["required"] else []
            yield Function(
                name=operation["operationId"],
                description=f"{operation['summary']}. {operation['description']}",
                fields=fields,
                required=tuple(required),
            )


def written(document: Mapping[str, Any], form: FunctionFormat) -> list[Schema]:
    """The functions as the API takes them under `tools`."""
    functions = list(functions_of(document))
    if form is FunctionFormat.gemini:
        return [{"functionDeclarations": [_gemini(each) for each in functions]}]
    if form is FunctionFormat.anthropic:
        strict = _strict_at_anthropic(functions)
        return [_anthropic(each, strict=each.name in strict) for each in functions]
    declared = [
        {
            "name": each.name,
            "description": each.description,
            "parameters": _nullable(each),
            "strict": True,
        }
        for each in functions
    ]
    if form is FunctionFormat.responses:
        return [{"type": "function", **each} for each in declared]
    return [{"type": "function", "function": each} for each in declared]


def _nullable(function: Function) -> Schema:
    """Strict decoding at OpenAI fills every field: what may be left out is null there, which the server accepts."""
    fields = {}
    for name, field in function.fields.items():
        strict = _without(field, NOT_STRICT)
        if name not in function.required:
            strict["type"] = [strict["type"], "null"]
            if "enum" in strict:
                strict["enum"] = [*strict["enum"], None]
        fields[name] = strict
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _strict_at_anthropic(functions: Sequence[Function]) -> set[str]:
    names, optional = set(), 0
    for each in sorted(functions, key=lambda function: function.optional):
        optional += each.optional
        if optional <= MAX_OPTIONAL:
            names.add(each.name)
    return names


def _anthropic(function: Function, *, strict: bool) -> Schema:
    # What strict decoding would refuse still guides a model that decodes freely.
    fields = {name: _without(field, NOT_STRICT) if strict else field for name, field in function.fields.items()}
    schema = {
        "type": "object",
        "properties": fields,
        "required": list(function.required),
        "additionalProperties": False,
    }
    decoding = {"strict": True} if strict else {}
    return {"name": function.name, "description": function.description, **decoding, "input_schema": schema}


def _gemini(function: Function) -> Schema:
    fields = {name: _known(field) for name, field in function.fields.items()}
    parameters = {"type": "object", "properties": fields, "required": list(function.required)}
    return {"name": function.name, "description": function.description, "parameters": parameters}


def _known(field: Mapping[str, Any]) -> Schema:
    known = {name: value for name, value in field.items() if name in GEMINI_WORDS}
    if "items" in known:
        known["items"] = _known(known["items"])
    # There an enum holds texts only.
    if known["type"] != "string":
        known.pop("enum", None)
    return known


def _without(field: Mapping[str, Any], words: tuple[str, ...]) -> Schema:
    kept = {name: value for name, value in field.items() if name not in words}
    if "items" in kept:
        kept["items"] = _without(kept["items"], words)
    return kept
