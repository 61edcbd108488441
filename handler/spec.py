"""The OpenAPI document that a GPT reads, built from the same models that check the requests.

It says what the action does, never when to use it. Optional fields are `type: [string, null]`, never `anyOf`: GPTs
send null for what they leave out, and their editor stumbles over `anyOf`.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from handler.wire import SearchRequest

VERSION = "1.0.0"
ERROR = {"$ref": "#/components/responses/Error"}


def openapi(*, title: str, description: str, server_url: str, auth: bool, key_header: str | None) -> dict[str, Any]:
    """The document for a deployment at `server_url`."""
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": title, "description": description, "version": VERSION},
        "servers": [{"url": server_url}],
        "paths": {"/search": {"post": _search_operation()}},
        "components": {
            "schemas": {"SearchAnswer": SEARCH_ANSWER, "Error": ERROR_SCHEMA},
            "responses": {
                "Error": {
                    "description": "It did not work; error and message say why, and what to send instead.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
                }
            },
        },
    }
    if auth:
        schemes: dict[str, Any] = {"bearer": {"type": "http", "scheme": "bearer"}}
        if key_header is not None:
            schemes["header"] = {"type": "apiKey", "in": "header", "name": key_header}
        document["components"]["securitySchemes"] = schemes
        document["security"] = [{name: []} for name in schemes]
    return document


def _search_operation() -> dict[str, Any]:
    return {
        "operationId": "searchChunks",
        "summary": "Find the passages that best answer a question",
        "description": "Returns the best matching chunks of the stored documents, best first, with their text "
        "verbatim, a score from 0 to 1 and where each stands: source, page and heading.",
        "x-openai-isConsequential": False,
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema_of(SearchRequest)}}},
        "responses": {
            "200": {
                "description": "The chunks, best first; fewer than asked for where no more were found.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SearchAnswer"}}},
            },
            "default": ERROR,
        },
    }


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The model's JSON schema, flat: no titles, no defaults of null, and null as one of the types."""
    schema = model.model_json_schema()
    properties = {name: _flat(field) for name, field in schema["properties"].items()}
    required = {"required": schema["required"]} if schema.get("required") else {}
    return {"type": "object", "properties": properties, **required, "additionalProperties": False}


def _flat(field: dict[str, Any]) -> dict[str, Any]:
    flat = {name: value for name, value in field.items() if name not in ("title", "anyOf", "default")}
    choices = field.get("anyOf", [])
    for choice in choices:
        if choice != {"type": "null"}:
            flat = {**choice, "type": [choice["type"], "null"], **flat}
    if field.get("default") is not None:
        flat["default"] = field["default"]
    return flat


def _text(description: str, example: object) -> dict[str, Any]:
    return {"type": "string", "description": description, "examples": [example]}


def _number(kind: str, description: str, example: object, **limits: object) -> dict[str, Any]:
    return {"type": kind, "description": description, "examples": [example], **limits}


CHUNK: dict[str, Any] = {
    "type": "object",
    "required": ["chunk_id", "document_id", "text", "score", "source"],
    "properties": {
        "chunk_id": _text("The chunk's id.", "9f86d081884c7d65-1b4f0e985197-3"),
        "document_id": _text("The id of its document.", "9f86d081884c7d65"),
        "title": _text("The document's title.", "X200 manual"),
        "text": _text("The chunk's text, verbatim.", "The warranty lasts 24 months from the day of purchase."),
        "score": _number("number", "How well it matches: 0 to 1, higher is better.", 0.83, minimum=0, maximum=1),
        "source": _text("The document's path or URL, to be cited.", "manuals/x200.pdf"),
        "url": _text("A link to the document.", "https://example.com/manuals/x200.pdf"),
        "page": _number("integer", "The page on which it starts, from 1.", 12, minimum=1),
        "page_end": _number("integer", "The page on which it ends, where that is another.", 13, minimum=1),
        "heading": _text("The headings above it, outermost first.", "Warranty > Duration"),
        "metadata": {
            "type": "object",
            "description": "What else is known of the document.",
            "additionalProperties": {"type": ["string", "number", "boolean"]},
            "examples": [{"department": "service"}],
        },
    },
}

SEARCH_ANSWER: dict[str, Any] = {
    "type": "object",
    "required": ["results", "truncated"],
    "properties": {
        "results": {"type": "array", "description": "The chunks, best first.", "items": CHUNK},
        "truncated": {
            "type": "boolean",
            "description": "True where results were cut or left out to keep the answer short; ask for fewer.",
            "examples": [False],
        },
    },
}

ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["error", "message", "request_id"],
    "properties": {
        "error": _text("A stable code.", "invalid_request"),
        "message": _text("What is wrong, and what to send instead.", '"query" is missing.'),
        "request_id": _text("To find this request in the server's log.", "5f0c6c1e9d3b4a4f8a54c1c0a9d9d0f2"),
    },
}
