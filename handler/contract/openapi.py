"""The OpenAPI document that a GPT reads, built from the same models that check the requests.

It says what the action does, never when to use it. Optional fields are `type: [string, null]`, never `anyOf`: models
send null for what they leave out, and GPT's editor stumbles over `anyOf`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from handler.contract.facets import Value, Values
from handler.contract.requests import DOCUMENT_ID, ListRequest, ReadRequest, SearchRequest
from handler.contract.responses import SCHEMAS

VERSION = "1.0.0"
SEARCH = "Returns the passages that match best, verbatim, best first, each with a score (0 to 1) and its source."
LIST = "Returns a page of the documents, sorted by source: id, title, source, size."
Schema = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a deployment says about itself. `values` are those of fields that have few."""

    title: str
    description: str
    subject: str
    server_url: str
    auth: bool
    key_header: str | None
    search_request: type[SearchRequest]
    values: Values


def openapi(about: Description) -> Schema:
    """The OpenAPI 3.1 document."""
    document: Schema = {
        "openapi": "3.1.0",
        "info": {"title": about.title, "description": _with_subject(about.description, about), "version": VERSION},
        "servers": [{"url": about.server_url}],
        "paths": {
            "/search": {"post": _search(about)},
            "/documents": {"get": _list_documents(about)},
            "/documents/{document_id}": {"get": _get_document()},
        },
        "components": {
            "schemas": SCHEMAS,
            "responses": {
                "Error": _json("It did not work; error and message say why, and what to send instead.", "Error")
            },
        },
    }
    if about.auth:
        schemes: Schema = {"bearer": {"type": "http", "scheme": "bearer"}}
        if about.key_header is not None:
            schemes["header"] = {"type": "apiKey", "in": "header", "name": about.key_header}
        document["components"]["securitySchemes"] = schemes
        document["security"] = [{name: []} for name in schemes]
    return document


def _search(about: Description) -> Schema:
    schema = schema_of(about.search_request, about.values)
    return _operation(
        "searchChunks",
        "Find the passages that best answer a question",
        _with_subject(SEARCH, about),
        _json("The chunks, best first; fewer than asked for where no more were found.", "SearchAnswer"),
        requestBody={"required": True, "content": {"application/json": {"schema": schema}}},
    )


def _list_documents(about: Description) -> Schema:
    return _operation(
        "listDocuments",
        "List the documents that can be searched",
        _with_subject(LIST, about),
        _json("A page of the documents.", "DocumentList"),
        parameters=_query_parameters(ListRequest),
    )


def _get_document() -> Schema:
    path_parameter = {
        "name": "document_id",
        "in": "path",
        "required": True,
        "description": "The document's id, as a result or listDocuments gave it.",
        "schema": {"type": "string", "pattern": f"^{DOCUMENT_ID.pattern}$"},
        "example": "9f86d081884c7d65",
    }
    return _operation(
        "getDocument",
        "Read a document's text",
        "Returns a document's text in order, as much as fits into one answer. next_offset is there while more "
        "follows: call again with it as offset.",
        _json("A page of the document's text.", "DocumentText"),
        parameters=[path_parameter, *_query_parameters(ReadRequest)],
    )


def _with_subject(text: str, about: Description) -> str:
    return f"{text} About: {about.subject}" if about.subject else text


def _operation(operation_id: str, summary: str, description: str, success: Schema, **more: object) -> Schema:
    return {
        "operationId": operation_id,
        "summary": summary,
        "description": description,
        "x-openai-isConsequential": False,
        **more,
        "responses": {"200": success, "default": {"$ref": "#/components/responses/Error"}},
    }


def _json(description: str, schema: str) -> Schema:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content}


def _query_parameters(model: type[BaseModel]) -> list[Schema]:
    parameters = []
    for name, field in schema_of(model)["properties"].items():
        (example,) = field.pop("examples")
        description = field.pop("description")
        parameters.append(
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": description,
                "schema": field,
                "example": example,
            }
        )
    return parameters


def schema_of(model: type[BaseModel], values: Values | None = None) -> Schema:
    """The model's JSON schema, flat: no titles, no defaults of null, and null as one of the types."""
    schema = model.model_json_schema()
    properties = {
        name: _with_values(_flat(field), (values or {}).get(name)) for name, field in schema["properties"].items()
    }
    return {"type": "object", "properties": properties, "additionalProperties": False, **_needed(properties)}


def _needed(properties: Mapping[str, Schema]) -> Schema:
    # As a rule of its own, because a choice (oneOf) at the top is refused by function-calling models.
    if "queries" not in properties:
        return {}
    lists_questions = {"properties": {"queries": {"type": "array"}}, "required": ["queries"]}
    asks = {"properties": {"query": {"type": "string"}}, "required": ["query"]}
    return {"if": lists_questions, "then": {}, "else": asks}


def _flat(field: Schema) -> Schema:
    flat = {name: value for name, value in field.items() if name not in ("title", "anyOf", "default")}
    for choice in field.get("anyOf", []):
        if choice != {"type": "null"}:
            flat = {**choice, "type": [choice["type"], "null"], **flat}
    if field.get("default") is not None:
        flat["default"] = field["default"]
    return flat


def _with_values(field: Schema, values: tuple[Value, ...] | None) -> Schema:
    """The field restricted to the values that there are."""
    if not values:
        return field
    if "items" in field:
        return {**field, "items": {"type": "string", "enum": list(values)}, "examples": [[values[0]]]}
    kept = {name: value for name, value in field.items() if name not in ("pattern", "minLength", "maxLength")}
    return {**kept, "enum": [*values, None], "examples": [values[0]]}
