"""The served OpenAPI document keeps the rules of GPT's editor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.handler.conftest import Connect


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


def test_operations_are_described_within_the_limits_and_not_consequential(document: Any) -> None:
    for _, _, operation in operations(document):
        assert 0 < len(operation["summary"]) <= 300
        assert 0 < len(operation["description"]) <= 300
        assert operation["x-openai-isConsequential"] is False


def test_every_field_is_described_and_has_an_example(document: Any) -> None:
    for schema in walk(document):
        properties = schema.get("properties")
        if not isinstance(properties, dict) or "type" not in schema:
            continue
        for name, field in properties.items():
            assert 0 < len(field["description"]) <= 700, name
            assert field.get("examples") or field["type"] == "array", name


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
