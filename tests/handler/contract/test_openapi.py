"""The served OpenAPI document keeps the rules of GPT's editor."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml
from starlette.testclient import TestClient

from handler.check.limits import broken_limits
from handler.check.openapi_document import operations
from tests.handler.conftest import Connect
from tests.handler.contract.style import style_violations
from tests.handler.corpora import WARRANTY


@pytest.fixture
def document(client: TestClient) -> Any:
    """The document as served."""
    return client.get("/.well-known/openapi.json").json()


def test_it_holds_what_a_gpt_should_call_and_nothing_else(document: Any) -> None:
    assert document["openapi"].startswith("3.1.")
    assert {(each.path, each.method): each.name for each in operations(document)} == {
        ("/search", "post"): "searchChunks",
        ("/documents", "get"): "listDocuments",
        ("/documents/{document_id}", "get"): "getDocument",
    }


def test_it_keeps_the_limits_of_gpts_editor_and_the_rules_of_the_house(connect: Connect) -> None:
    fields = "department,year:int,weight:float,final:bool,reviewers:list"
    for settings in ({}, {"filterable": fields, "api_key_header": "X-Key"}, {"auth": "none"}):
        document = connect(public_url="https://api.example.com", **settings).get("/openapi.json").json()
        assert broken_limits(document) == []
        assert style_violations(document) == []


def test_a_long_subject_stands_in_every_description_that_has_room(connect: Connect) -> None:
    subject = "warranty and repair of the X200, " * 5
    document = connect(public_url="https://api.example.com", corpus_subject=subject[:180]).get("/openapi.json").json()
    described = [operation.body["description"] for operation in operations(document)]
    assert sum(subject[:180] in text for text in (*described, document["info"]["description"])) == 3
    assert broken_limits(document) == []


def test_limits_are_told_in_words_that_json_schema_knows(document: Any) -> None:
    request = document["paths"]["/search"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    fields = request["properties"]
    assert (fields["top_k"]["minimum"], fields["top_k"]["maximum"]) == (1, 50)
    assert (fields["context"]["minimum"], fields["context"]["maximum"]) == (0, 3)
    known = set(jsonschema.Draft202012Validator.VALIDATORS) | {"description", "examples", "default"}
    assert not {word for field in fields.values() for word in field} - known


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


def test_the_yaml_says_the_same_without_references_of_its_own(client: TestClient, document: Any) -> None:
    text = client.get("/.well-known/openapi.yaml").text
    assert yaml.safe_load(text) == document
    assert not [token for token in yaml.scan(text) if isinstance(token, (yaml.AnchorToken, yaml.AliasToken))]


def test_it_is_small_enough_to_be_pasted(client: TestClient) -> None:
    assert len(client.get("/.well-known/openapi.yaml").text) < 30_000


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
