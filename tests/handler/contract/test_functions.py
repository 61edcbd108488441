"""The operations as function definitions: the same texts as the document, in the words of each API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from handler.cli import app
from handler.contract.functions import FunctionFormat, functions_of, written

NAMES = ["searchChunks", "listDocuments", "getDocument"]


@pytest.fixture
def document(client: TestClient) -> Any:
    return client.get("/openapi.json").json()


def schemas_of(tools: Any) -> list[Any]:
    """The arguments' schemas, wherever the API has them."""
    declared = tools[0].get("functionDeclarations", tools)
    functions = [each.get("function", each) for each in declared]
    return [each.get("parameters") or each["input_schema"] for each in functions]


@pytest.mark.parametrize("form", FunctionFormat)
def test_each_format_has_every_operation_with_the_documents_texts(document: Any, form: FunctionFormat) -> None:
    tools = written(document, form)
    declared = tools[0].get("functionDeclarations", tools)
    functions = [each.get("function", each) for each in declared]
    assert [each["name"] for each in functions] == NAMES
    search = document["paths"]["/search"]["post"]
    assert functions[0]["description"] == f"{search['summary']}. {search['description']}"
    fields = search["requestBody"]["content"]["application/json"]["schema"]["properties"]
    told = schemas_of(tools)[0]["properties"]
    assert {name: field["description"] for name, field in told.items()} == {
        name: field["description"] for name, field in fields.items()
    }
    assert list(schemas_of(tools)[2]["properties"]) == ["document_id", "offset"]


@pytest.mark.parametrize("form", [FunctionFormat.openai, FunctionFormat.responses])
def test_openais_are_strict_and_what_may_be_left_out_is_null(document: Any, form: FunctionFormat) -> None:
    tools = written(document, form)
    for tool in tools:
        assert tool["type"] == "function"
        assert (tool.get("function") or tool)["strict"] is True
    for schema in schemas_of(tools):
        assert schema["additionalProperties"] is False
        assert schema["required"] == list(schema["properties"])
    search = schemas_of(tools)[0]["properties"]
    assert search["query"]["type"] == "string"
    assert search["mode"]["type"] == ["string", "null"]
    assert None in search["mode"]["enum"]
    words = {
        word for schema in schemas_of(tools) for field in schema["properties"].values() for word in words_of(field)
    }
    assert words <= {"type", "description", "enum", "items", "format"}


def test_a_strict_call_is_answered(client: TestClient, document: Any) -> None:
    (schema, *_) = schemas_of(written(document, FunctionFormat.responses))
    call = dict.fromkeys(schema["properties"]) | {"query": "warranty"}
    jsonschema.validate(call, schema)
    assert client.post("/search", json=call).json()["results"]


def test_anthropics_are_strict_as_far_as_one_request_may_be(document: Any) -> None:
    tools = written(document, FunctionFormat.anthropic)
    # Together they have more fields that may be left out than the API takes of strict tools.
    assert [tool.get("strict", False) for tool in tools] == [False, True, True]
    schemas = schemas_of(tools)
    assert [schema["required"] for schema in schemas] == [["query"], [], ["document_id"]]
    assert not any(schema["additionalProperties"] for schema in schemas)
    words = {word for schema in schemas[1:] for field in schema["properties"].values() for word in words_of(field)}
    assert words <= {"type", "description", "enum", "items", "format"}
    assert schemas[0]["properties"]["top_k"]["maximum"] == 50


def test_geminis_hold_only_words_that_it_knows(document: Any) -> None:
    for schema in schemas_of(written(document, FunctionFormat.gemini)):
        assert schema.keys() == {"type", "properties", "required"}
        for field in schema["properties"].values():
            assert isinstance(field["type"], str)
            assert not words_of(field) & {"additionalProperties", "default", "examples", "format", "minLength"}


def words_of(field: Any) -> set[str]:
    return set(_words(field))


def _words(field: Any) -> Iterator[str]:
    yield from field
    yield from field.get("items", {})


@pytest.mark.parametrize("form", FunctionFormat)
def test_the_command_prints_them(form: FunctionFormat) -> None:
    result = CliRunner().invoke(app, ["tools", "--format", form.value])
    assert result.exit_code == 0
    assert "searchChunks" in json.dumps(json.loads(result.stdout))


def test_a_required_parameter_stays_required(document: Any) -> None:
    (read,) = [each for each in functions_of(document) if each.name == "getDocument"]
    assert read.required == ("document_id",)
    assert read.fields["document_id"]["examples"] == ["9f86d081884c7d65"]
