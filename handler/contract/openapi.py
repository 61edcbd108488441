"""The OpenAPI document that a GPT reads, built from the same models that check the requests.

It says what the action does, never when to use it. Its schemas are as plain as every client reads them: one type a
field, no null, no choice, no condition, no pattern. What may be left out is not required, and may be null all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from corpus import __version__
from handler.contract.facets import Value, Values
from handler.contract.fields import DOCUMENT_ID_CHARS
from handler.contract.requests import ReadRequest, SearchRequest, list_request
from handler.contract.responses import schemas_of
from handler.contract.several import EXAMPLE_ID, MAX_NAME_CHARS

SEARCH = "Returns the passages that match best, verbatim, best first, each with a score (0 to 1) and its source."
LIST = "Returns a page of the documents, sorted by source: id, title, source, size."
REFUSALS = {
    400: "The body is not strict JSON; message says where.",
    401: "No key or token was sent, or the token has ended; message says how to send one.",
    403: "The key is not known here, or the token lacks a scope.",
    404: "There is no such document.",
    413: "The body is too long.",
    415: "The body is not JSON.",
    422: "A field is wrong; message names it, what it may be, and an example.",
    429: "Too many requests; Retry-After says how many seconds to wait.",
}
MAX_CORPORA_LISTED = 200
ACCESS = "x-access"  # For tools that check a deployment; models do not read it.
FAULT = "It did not work; error and message say why, and what to do."
Schema = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Callers sign in at our /oauth/authorize, for these scopes; whether a key works as well."""

    scopes: tuple[str, ...]
    beside_keys: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a deployment says about itself. `values` are those of fields that have few; `by_documents` says that each
    caller sees the documents that name him; `corpora` are the names of several, None where there is but one.
    """

    title: str
    description: str
    subject: str
    server_url: str
    auth: bool
    key_header: str | None
    search_request: type[SearchRequest]
    values: Values
    sign_in: SignIn | None = None
    by_documents: bool = False
    corpora: tuple[str, ...] | None = None


def openapi(about: Description) -> Schema:
    """The OpenAPI 3.1 document."""
    document: Schema = {
        "openapi": "3.1.0",
        "info": {
            "title": about.title,
            "description": with_subject(about.description, about.subject),
            "version": __version__,
            **({ACCESS: "documents"} if about.by_documents else {}),
        },
        "servers": [{"url": about.server_url}],
        "paths": {
            "/search": {"post": _search(about)},
            "/documents": {"get": _list_documents(about)},
            "/documents/{document_id}": {"get": _get_document(about)},
        },
        "components": {"schemas": schemas_of(several=about.corpora is not None)},
    }
    if about.auth:
        schemes = _security_schemes(about)
        document["components"]["securitySchemes"] = schemes
        scopes = about.sign_in.scopes if about.sign_in is not None else ()
        document["security"] = [{name: list(scopes) if name == "oauth2" else []} for name in schemes]
    return document


def _security_schemes(about: Description) -> Schema:
    """The ways in; signing in comes first, for clients that can."""
    schemes: Schema = {}
    if about.sign_in is not None:
        flow = {
            "authorizationUrl": f"{about.server_url}/oauth/authorize",
            "tokenUrl": f"{about.server_url}/oauth/token",
            "refreshUrl": f"{about.server_url}/oauth/token",
            "scopes": dict.fromkeys(about.sign_in.scopes, "Read the documents."),
        }
        schemes["oauth2"] = {"type": "oauth2", "flows": {"authorizationCode": flow}}
    if about.sign_in is None or about.sign_in.beside_keys:
        schemes["bearer"] = {"type": "http", "scheme": "bearer"}
        if about.key_header is not None:
            schemes["header"] = {"type": "apiKey", "in": "header", "name": about.key_header}
    return schemes


def _search(about: Description) -> Schema:
    schema = schema_of(about.search_request, with_corpora(about.values, about.corpora))
    body = {"schema": schema, "example": {"query": schema["properties"]["query"]["examples"][0], "top_k": 5}}
    return _operation(
        "searchChunks",
        "Find the passages that best answer a question",
        with_subject(SEARCH, about.subject),
        _json("The chunks, best first; fewer than asked for where no more were found.", "SearchAnswer"),
        refusals=_refusals(about, 400, 413, 415, 422, 429),
        requestBody={"required": True, "content": {"application/json": body}},
    )


def _list_documents(about: Description) -> Schema:
    return _operation(
        "listDocuments",
        "List the documents that can be searched",
        with_subject(LIST, about.subject),
        _json("A page of the documents.", "DocumentList"),
        refusals=_refusals(about, 422, 429),
        parameters=_query_parameters(list_request(several=about.corpora is not None), with_corpora({}, about.corpora)),
    )


def with_corpora(values: Values, corpora: tuple[str, ...] | None) -> Values:
    """The text with the values and the corpora's names, unless those are too many to list."""
    return {**values, "corpus": corpora} if corpora and len(corpora) <= MAX_CORPORA_LISTED else values


def _get_document(about: Description) -> Schema:
    id_schema = {"type": "string", "minLength": DOCUMENT_ID_CHARS, "maxLength": DOCUMENT_ID_CHARS}
    if about.corpora is not None:
        id_schema = {"type": "string", "maxLength": MAX_NAME_CHARS + 1 + DOCUMENT_ID_CHARS}
    path_parameter = {
        "name": "document_id",
        "in": "path",
        "required": True,
        "description": "The document's id, as a result or listDocuments gave it.",
        "schema": id_schema,
        "example": EXAMPLE_ID if about.corpora is not None else "9f86d081884c7d65",
    }
    return _operation(
        "getDocument",
        "Read a document's text",
        "Returns a document's text in order, as much as fits into one answer. next_offset is there while more "
        "follows: call again with it as offset.",
        _json("A page of the document's text.", "DocumentText"),
        refusals=_refusals(about, 404, 422, 429),
        parameters=[path_parameter, *_query_parameters(ReadRequest)],
    )


def with_subject(text: str, subject: str) -> str:
    """The text, and what the documents are about."""
    return f"{text} About: {subject}" if subject else text


def _refusals(about: Description, *statuses: int) -> Schema:
    """The named refusals, written out: not every client follows a reference to a response."""
    named = (*((401, 403) if about.auth else ()), *statuses)
    return {str(status): _json(REFUSALS[status], "Error") for status in sorted(named)}


def _operation(
    operation_id: str, summary: str, description: str, success: Schema, *, refusals: Schema, **more: object
) -> Schema:
    return {
        "operationId": operation_id,
        "summary": summary,
        "description": description,
        "x-openai-isConsequential": False,
        **more,
        "responses": {"200": success, **refusals, "default": _json(FAULT, "Error")},
    }


def _json(description: str, schema: str) -> Schema:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content}


def _query_parameters(model: type[BaseModel], values: Values | None = None) -> list[Schema]:
    parameters = []
    for name, field in schema_of(model, values)["properties"].items():
        (example,) = field.pop("examples")
        description = field.pop("description")
        parameters.append(
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": description,
                "schema": field,
                # As `hr,sales`: an array's own style would be to repeat the parameter.
                **({"style": "form", "explode": False} if field["type"] == "array" else {}),
                "example": example,
            }
        )
    return parameters


def schema_of(model: type[BaseModel], values: Values | None = None) -> Schema:
    """The model's JSON schema in its plainest form: each field with one type, no null, no choice, no pattern."""
    schema = model.model_json_schema()
    properties = {
        name: _with_values(_plain(field), (values or {}).get(name)) for name, field in schema["properties"].items()
    }
    # One question is always required; the server also accepts `queries` alone.
    required = [name for name in properties if name == "query" or name in schema.get("required", ())]
    needed = {"required": required} if required else {}
    return {"type": "object", "properties": properties, **needed, "additionalProperties": False}


def _plain(field: Schema) -> Schema:
    plain = {name: value for name, value in field.items() if name not in ("title", "anyOf", "default", "pattern")}
    for choice in field.get("anyOf", []):
        if choice != {"type": "null"}:
            plain = {**_plain(choice), **plain}
    if "items" in plain:
        plain["items"] = _plain(plain["items"])
    if field.get("default") is not None:
        plain["default"] = field["default"]
    return plain


def _with_values(field: Schema, values: tuple[Value, ...] | None) -> Schema:
    """The field restricted to the values that there are."""
    if not values:
        return field
    if "items" in field:
        items = {"type": field["items"]["type"], "enum": list(values)}
        return {**field, "items": items, "examples": [[values[0]]]}
    kept = {name: value for name, value in field.items() if name not in ("minLength", "maxLength")}
    return {**kept, "enum": list(values), "examples": [values[0]]}
