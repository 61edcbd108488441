"""How this project's own document is to be written, which is stricter than the limits. Pure: sentences out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handler.check.limits import MAX_PARAMETER_CHARS
from handler.check.openapi_document import (
    Operation,
    Schema,
    listed,
    mapping,
    operations,
    parameters_of,
    request_schema,
    schemas,
)

MAX_DEPTH = 3
# What may be left out is not required; more need not be said.
NOT_PLAIN = {"anyOf", "oneOf", "allOf", "not", "if", "const", "nullable", "pattern"}
TRIGGER_WORDS = re.compile(r"\b(use this|when|whenever|if the user|should)\b", re.IGNORECASE)


def style_violations(document: Schema) -> list[str]:
    """Where the document is not written as ours is to be, a sentence each."""
    return [
        *(problem for operation in operations(document) for problem in _untold(document, operation)),
        *_fields_untold(document),
        *_choices(document),
        *_deep(document),
    ]


def _untold(document: Schema, operation: Operation) -> Iterator[str]:
    for part in ("summary", "description"):
        if not operation.body.get(part):
            yield f"{operation.name} has no {part}."
    if TRIGGER_WORDS.search(str(operation.body.get("description", ""))):
        yield f"{operation.name}: its description says when to use it, in place of what it does."
    if operation.body.get("x-openai-isConsequential") is not False:
        yield f"{operation.name} does not say x-openai-isConsequential: false, so a person must confirm each call."
    for parameter in parameters_of(document, operation):
        if not parameter.get("description") or "example" not in parameter:
            yield f"{operation.name}: {parameter.get('name')} has no description or no example."


def _fields_untold(document: Schema) -> Iterator[str]:
    for place, schema in schemas(document):
        for name, each in mapping(schema.get("properties")).items():
            field = mapping(each)
            if not field.get("description") or not (
                field.get("examples") or mapping(field.get("items")).get("properties")
            ):
                yield f"{'/'.join(place)}: {name} has no description or no example."
            if len(str(field.get("description", ""))) > MAX_PARAMETER_CHARS:
                yield f"{'/'.join(place)}: {name}'s description is longer than {MAX_PARAMETER_CHARS} characters."


def _choices(document: Schema) -> Iterator[str]:
    for place, schema in schemas(document):
        if found := NOT_PLAIN & schema.keys():
            yield f"{'/'.join(place)} holds {', '.join(sorted(found))}, which not every client reads."
        if isinstance(schema.get("type"), list) or None in listed(schema.get("enum")):
            yield f"{'/'.join(place)} has several types, or null; some clients refuse the document for it."


def _deep(document: Schema) -> Iterator[str]:
    for operation in operations(document):
        if (found := depth(request_schema(document, operation))) > 1:
            yield f"{operation.name}: its request has {found} levels of objects; 1 is allowed."
    for name, schema in mapping(mapping(document.get("components")).get("schemas")).items():
        if (found := depth(schema)) > MAX_DEPTH:
            yield f"{name} has {found} levels of objects; {MAX_DEPTH} are allowed."


def depth(schema: Schema) -> int:
    """How many objects lie in one another."""
    inner = [*mapping(schema.get("properties")).values(), *([schema["items"]] if "items" in schema else [])]
    return max((depth(mapping(each)) for each in inner), default=0) + int(schema.get("type") == "object")
