"""The served OpenAPI document keeps the rules of GPT's editor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate
from starlette.testclient import TestClient

from tests.handler.conftest import Connect
from tests.handler.corpora import WARRANTY


@pytest.fixture
def document(client: TestClient) -> Any:
    """The document as served."""
    return client.get("/.well-known/openapi.json").json()


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def walk(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def test_it_holds_what_a_gpt_should_call_and_nothing_else(document: Any) -> None:
    assert document["openapi"].startswith("3.1.")
    assert {(path, method): operation["operationId"] for path, method, operation in operations(document)} == {
        ("/search", "post"): "searchChunks",
        ("/documents", "get"): "listDocuments",
        ("/documents/{document_id}", "get"): "getDocument",
    }


def test_it_is_valid_openapi(document: Any, connect: Connect) -> None:
    validate(document)
    fields = "department,year:int,weight:float,final:bool,reviewers:list"
    validate(connect(filterable=fields, api_key_header="X-Key").get("/openapi.json").json())


def test_operations_are_described_within_the_limits_and_not_consequential(connect: Connect) -> None:
    subject = "warranty and repair of the X200, " * 5
    document = connect(corpus_subject=subject[:180]).get("/openapi.json").json()
    described = [operation["description"] for _, _, operation in operations(document)]
    assert sum(subject[:180] in text for text in (*described, document["info"]["description"])) == 3
    for _, _, operation in operations(document):
        assert 0 < len(operation["summary"]) <= 300
        assert 0 < len(operation["description"]) <= 300
        assert operation["x-openai-isConsequential"] is False
        assert not re.search(
            r"\b(use this|when|whenever|if the user|should)\b", operation["description"], re.IGNORECASE
        )


def test_parameters_are_described_within_the_limits_and_have_examples(document: Any) -> None:
    for _, _, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert 0 < len(parameter["description"]) <= 700
            assert "example" in parameter


def test_every_field_is_described_and_has_an_example(document: Any) -> None:
    for schema in walk(document):
        properties = schema.get("properties")
        if not isinstance(properties, dict) or "type" not in schema:
            continue
        for name, field in properties.items():
            assert 0 < len(field["description"]) <= 700, name
            assert field.get("examples") or field["items"].get("properties"), name


def test_limits_are_told_in_words_that_json_schema_knows(document: Any) -> None:
    request = document["paths"]["/search"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    fields = request["properties"]
    assert (fields["top_k"]["minimum"], fields["top_k"]["maximum"]) == (1, 50)
    assert (fields["context"]["minimum"], fields["context"]["maximum"]) == (0, 3)
    known = set(jsonschema.Draft202012Validator.VALIDATORS) | {"description", "examples", "default"}
    assert not {word for field in fields.values() for word in field} - known


def test_objects_are_nested_three_levels_at_most(document: Any) -> None:
    def depth(schema: dict[str, Any]) -> int:
        inner = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
        return max((depth(each) for each in inner), default=0) + int(schema.get("type") == "object")

    request = document["paths"]["/search"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert depth(request) == 1
    assert max(depth(schema) for schema in document["components"]["schemas"].values()) <= 3


def test_the_examples_are_answered(client: TestClient, document: Any) -> None:
    fields = document["paths"]["/search"]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
    whole = {name: field["examples"][0] for name, field in fields.items()}
    assert client.post("/search", json=whole).status_code == 200


def test_answers_keep_to_their_schemas(client: TestClient, document: Any) -> None:
    def check(name: str, answer: Any) -> None:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        jsonschema.validate(answer, schema, cls=jsonschema.Draft202012Validator)

    check("SearchAnswer", client.post("/search", json={"queries": ["warranty", "returns"], "context": 1}).json())
    check("DocumentList", client.get("/documents").json())
    check("DocumentText", client.get(f"/documents/{WARRANTY.document_id}").json())
    check("Error", client.post("/search", json={}).json())


def test_it_is_small_enough_to_be_pasted(client: TestClient) -> None:
    assert len(client.get("/.well-known/openapi.yaml").text) < 30_000


def test_no_field_is_a_choice_with_null(document: Any) -> None:
    for schema in walk(document):
        assert not {"anyOf", "oneOf", "allOf", "nullable"} & schema.keys()


def test_the_server_is_where_the_document_was_asked_for(client: TestClient, connect: Connect) -> None:
    assert client.get("/openapi.json").json()["servers"] == [{"url": "http://host"}]
    lying = {"X-Forwarded-Host": "evil.example", "Host": "evil.example/x?"}
    assert "evil.example" not in client.get("/openapi.json", headers=lying).text
    own = connect(public_url="https://api.example.com/docs/")
    assert own.get("/openapi.json").json()["servers"] == [{"url": "https://api.example.com/docs"}]
    assert own.get("/docs/openapi.json").status_code == 200


def test_security_is_told_as_it_is(connect: Connect) -> None:
    schemes = connect(api_key_header="X-Key").get("/openapi.json").json()["components"]["securitySchemes"]
    assert schemes == {
        "bearer": {"type": "http", "scheme": "bearer"},
        "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    }
    assert "security" not in connect(auth="none").get("/openapi.json").json()
