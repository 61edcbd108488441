"""The served document is as plain as every client reads it, in both versions of OpenAPI."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator
from starlette.testclient import TestClient

from handler.check.openapi_document import operations, request_schema, schemas
from tests.handler.conftest import Connect

FIELDS = "department,year:int,weight:float,final:bool,reviewers:list"
NEVER = {"anyOf", "oneOf", "allOf", "not", "if", "then", "else", "const", "nullable", "pattern", "$ref"}
WHOLE = {"query": "warranty", "top_k": None, "queries": None, "mode": None, "tags": None, "updated_after": None}


@pytest.fixture(params=["/openapi.json", "/.well-known/openapi-3.0.json"])
def document(request: pytest.FixtureRequest, connect: Connect) -> Any:
    """The document as served, with fields of the corpus's own."""
    return connect(filterable=FIELDS).get(request.param).json()


def test_each_field_has_one_type_and_no_choice(document: Any) -> None:
    places = list(schemas(document))
    assert len(places) > 50
    for place, schema in places:
        if schema.keys() == {"$ref"}:
            continue
        assert isinstance(schema["type"], str), place
        assert not schema.keys() & NEVER, place
        assert None not in schema.get("enum", []), place


def test_responses_are_written_out_and_refusals_are_named(document: Any) -> None:
    for operation in operations(document):
        responses = operation.body["responses"]
        assert {"401", "403", "422", "429", "default"} <= responses.keys()
        assert not [name for name, response in responses.items() if "$ref" in response]
    assert "404" in document["paths"]["/documents/{document_id}"]["get"]["responses"]


def test_no_key_no_refusal_of_keys(connect: Connect) -> None:
    document = connect(auth="none").get("/openapi.json").json()
    for operation in operations(document):
        assert not operation.body["responses"].keys() & {"401", "403"}


def test_what_may_be_left_out_may_be_null_too(client: TestClient) -> None:
    (operation, *_) = operations(client.get("/openapi.json").json())
    document = client.get("/openapi.json").json()
    assert request_schema(document, operation)["required"] == ["query"]
    assert client.post("/search", json=WHOLE).status_code == 200
    assert client.post("/search", json={"queries": ["warranty", "returns"]}).status_code == 200


def test_the_older_form_is_valid_and_says_the_same(client: TestClient) -> None:
    new = client.get("/openapi.json").json()
    old = client.get("/.well-known/openapi-3.0.json").json()
    assert old["openapi"] == "3.0.3"
    assert list(OpenAPIV30SpecValidator(old).iter_errors()) == []
    assert "examples" not in set(words_in(old))
    assert [each.name for each in operations(old)] == [each.name for each in operations(new)]
    for before, after in zip(operations(old), operations(new), strict=True):
        assert before.body["responses"].keys() == after.body["responses"].keys()
    fields = request_schema(old, operations(old)[0])["properties"]
    assert fields["query"]["example"] == "how long is the warranty?"
    assert fields.keys() == request_schema(new, operations(new)[0])["properties"].keys()


def words_in(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node
        for value in node.values():
            yield from words_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from words_in(value)
