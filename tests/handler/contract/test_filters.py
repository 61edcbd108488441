"""What a model can narrow a search by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from corpus.corpus_opening import open_corpus
from corpus.errors import SettingsError
from corpus.filters import Filter
from corpus.loading import load
from corpus.records import document_id_of
from corpus.searching.corpus import Corpus
from handler.settings import HandlerSettings
from tests.handler.conftest import Configure, Connect, client_of
from tests.handler.corpora import Text, corpus_settings, write_corpus
from tests.openai_server import EmbeddingsServer

TEXTS = (
    Text(
        source="hr/leave.md",
        title="Leave",
        text="leave days",
        updated_at="2025-12-31T23:59:59Z",
        metadata={
            "department": "hr",
            "year": 2025,
            "tags": ["people", "time"],
            "weight": 2,
            "final": True,
            "balance": -2,
            "signed": "2025-03-31",
        },
    ),
    Text(
        source="hr/pay.md",
        title="Pay",
        text="pay days",
        updated_at="2026-01-01T00:00:00+00:00",
        metadata={
            "department": "hr",
            "year": 2026,
            "tags": ["people", "money"],
            "weight": 2.5,
            "final": False,
            "balance": -2.5,
            "signed": "2026-01-01T12:00:00+02:00",
        },
    ),
    Text(
        source="it/laptop.md",
        title="Laptops",
        text="laptop days",
        updated_at="2026-06-15T12:00:00+02:00",
        metadata={"department": "it", "year": 2026, "tags": ["things"], "reviewers": ["ann", "bob"]},
    ),
    Text(source="plain.md", text="days of nothing", updated_at="2026-07-01T00:00:00Z"),
)
FILTERABLE = "department, year:int, weight:float, balance:float, final:bool, reviewers:list, signed:date"
SOURCES = {text.source for text in TEXTS}


@pytest.fixture(scope="module")
def folder(server: EmbeddingsServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a corpus whose documents carry fields of their own."""
    folder = tmp_path_factory.mktemp("fields")
    write_corpus(corpus_settings(folder, server), TEXTS)
    return folder


@pytest.fixture(scope="module")
def client(configure: Configure, folder: Path) -> Iterator[TestClient]:
    """A client of the app over that corpus."""
    with client_of(configure(chroma_path=folder, filterable=FILTERABLE, openapi_values="public")) as client:
        yield client


@pytest.fixture
def corpus(folder: Path, server: EmbeddingsServer) -> Iterator[Corpus]:
    """The corpus itself."""
    corpus = open_corpus(corpus_settings(folder, server))
    yield corpus
    corpus.close()


@pytest.mark.parametrize(
    ("fields", "sources"),
    [
        ({}, SOURCES),
        ({"title": "Pay"}, {"hr/pay.md"}),
        ({"title": "pay"}, set()),
        ({"tags": ["people"]}, {"hr/leave.md", "hr/pay.md"}),
        ({"tags": ["money", "things"]}, {"hr/pay.md", "it/laptop.md"}),
        ({"updated_after": "2026-01-01"}, SOURCES - {"hr/leave.md"}),
        ({"updated_before": "2026-01-01"}, {"hr/leave.md"}),
        ({"updated_after": "2026-06-15", "updated_before": "2026-06-16"}, {"it/laptop.md"}),
        ({"updated_after": "2026-06-15T10:00:00Z", "updated_before": "2026-06-15T10:00:01Z"}, {"it/laptop.md"}),
        ({"department": "hr"}, {"hr/leave.md", "hr/pay.md"}),
        ({"department": "hr", "year": 2026}, {"hr/pay.md"}),
        ({"year": 2026.0}, {"hr/pay.md", "it/laptop.md"}),
        ({"weight": 2}, {"hr/leave.md"}),
        ({"weight": 2.0}, {"hr/leave.md"}),
        ({"weight": 2.5}, {"hr/pay.md"}),
        ({"balance": -2.5}, {"hr/pay.md"}),
        ({"balance": -2}, {"hr/leave.md"}),
        ({"final": True}, {"hr/leave.md"}),
        ({"final": False}, {"hr/pay.md"}),
        ({"reviewers": "bob"}, {"it/laptop.md"}),
        ({"department": None, "tags": None, "year": None}, SOURCES),
        ({"department": "it", "tags": ["people"]}, set()),
        ({"year_from": 2026}, {"hr/pay.md", "it/laptop.md"}),
        ({"year_to": 2025}, {"hr/leave.md"}),
        ({"year_from": 2025, "year_to": 2025}, {"hr/leave.md"}),
        ({"year_from": 2027}, set()),
        ({"weight_from": 2.1}, {"hr/pay.md"}),
        ({"weight_to": 2.4}, {"hr/leave.md"}),
        ({"balance_from": -2.4}, {"hr/leave.md"}),
        ({"signed": "2026-01-01"}, {"hr/pay.md"}),
        ({"signed_from": "2025-04-01"}, {"hr/pay.md"}),
        ({"signed_to": "2025-03-31"}, {"hr/leave.md"}),
        ({"signed_from": "2025-03-31", "signed_to": "2026-01-01"}, {"hr/leave.md", "hr/pay.md"}),
        ({"department_any": ["hr", "it"]}, SOURCES - {"plain.md"}),
        ({"year_any": [2026]}, {"hr/pay.md", "it/laptop.md"}),
        ({"reviewers_any": ["bob", "ann"]}, {"it/laptop.md"}),
        ({"department_not": ["hr"]}, {"it/laptop.md", "plain.md"}),
        ({"year_not": [2026]}, {"hr/leave.md", "plain.md"}),
        ({"reviewers_not": ["ann"]}, SOURCES - {"it/laptop.md"}),
        ({"tags_not": ["money", "things"]}, {"hr/leave.md", "plain.md"}),
        ({"source_any": ["hr/pay.md", "plain.md"]}, {"hr/pay.md", "plain.md"}),
        ({"source_not": ["hr/pay.md"]}, SOURCES - {"hr/pay.md"}),
        ({"source_folder": "hr"}, {"hr/leave.md", "hr/pay.md"}),
        ({"source_folder": "hr/", "tags": ["money"]}, {"hr/pay.md"}),
        ({"source_folder_not": "hr"}, {"it/laptop.md", "plain.md"}),
        ({"document_id_any": [document_id_of("plain.md"), "0" * 16]}, {"plain.md"}),
        ({"document_id_not": [document_id_of("plain.md")], "department_not": ["hr"]}, {"it/laptop.md"}),
    ],
)
def test_a_field_narrows_the_search(client: TestClient, fields: dict[str, object], sources: set[str]) -> None:
    response = client.post("/search", json={"query": "days", **fields})
    assert response.status_code == 200, response.text
    assert {result["source"] for result in response.json()["results"]} == sources


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"department": "sales"}, ["department", '["hr","it"]', 'Example: "hr"']),
        ({"department": 5}, ["department", "string", '["hr","it"]', 'Example: "hr"']),
        ({"tags": ["people", "cats"]}, ["tags", "money", "people", "things", "time", 'Example: ["money"]']),
        ({"tags": "people"}, ["tags", "list", "money", 'Example: ["money"]']),
        ({"reviewers": "eve"}, ["reviewers", "ann", "bob"]),
        ({"year": "2026"}, ["year", "integer"]),
        ({"year": 1999}, ["year", "[2025,2026]"]),
        ({"weight": "2"}, ["weight", "number"]),
        ({"weight": True}, ["weight"]),
        ({"final": 1}, ["final", "boolean"]),
        ({"colour": "red"}, ["colour", "department", "reviewers"]),
        ({"department_any": ["hr", "sales"]}, ["department_any", '["hr","it"]', 'Example: ["hr"]']),
        ({"department_not": "hr"}, ["department_not", "list", 'Example: ["hr"]']),
        ({"year_from": 2027, "year_to": 2026}, ["year_from", "year_to", "Exchange"]),
        ({"signed_from": "2026-02-01", "signed_to": "2026-01-31"}, ["signed_from", "signed_to"]),
        ({"signed_to": "soon"}, ["signed_to", "date"]),
        ({"final_not": [True]}, ["final_not", "Allowed"]),
        ({"source_folder": " "}, ["source_folder"]),
    ],
)
def test_a_value_that_cannot_match_is_refused_with_those_that_can(
    client: TestClient, fields: dict[str, object], names: list[str]
) -> None:
    # Which values there are is known once somebody has read the document.
    assert client.get("/openapi.json").status_code == 200
    response = client.post("/search", json={"query": "days", **fields})
    assert response.status_code == 422
    for name in names:
        assert name in response.json()["message"]


def test_the_spec_lists_the_values_of_fields_that_have_few(client: TestClient) -> None:
    spec = client.get("/openapi.json").json()
    fields = spec["paths"]["/search"]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert fields["department"]["enum"] == ["hr", "it"]
    assert fields["department"]["type"] == "string"
    assert fields["tags"]["items"]["enum"] == ["money", "people", "things", "time"]
    assert fields["year"]["type"] == "integer"
    assert fields["year"]["enum"] == [2025, 2026]
    assert fields["year"]["examples"] == [2025]
    assert fields["year_any"]["items"] == {"type": "integer", "enum": [2025, 2026]}
    assert fields["department_not"]["items"] == {"type": "string", "enum": ["hr", "it"]}
    assert fields["signed_from"]["type"] == "string"
    assert not any("enum" in fields[name] for name in ("weight", "final", "source", "title"))


def test_values_stand_in_no_document_that_anybody_may_fetch_unless_that_is_wanted(
    connect: Connect, folder: Path
) -> None:
    private = connect(chroma_path=folder, filterable=FILTERABLE)
    for path in ("/openapi.json", "/.well-known/openapi.json", "/.well-known/openapi.yaml"):
        text = private.get(path).text
        assert "department" in text
        assert not any(value in text for value in ('"hr"', "- hr", "people", "money"))


def test_a_field_of_many_values_takes_any(connect: Connect, server: EmbeddingsServer, tmp_path: Path) -> None:
    texts = [Text(source=f"{number}.md", text="days", metadata={"number": number}) for number in range(21)]
    write_corpus(corpus_settings(tmp_path, server), texts)
    client = connect(chroma_path=tmp_path, filterable="number:int", openapi_values="public")
    schema = client.get("/openapi.json").json()["paths"]["/search"]["post"]["requestBody"]["content"]
    assert "enum" not in schema["application/json"]["schema"]["properties"]["number"]
    for number in (99, 2**63, -(2**63) - 1, 10**300):
        assert client.post("/search", json={"query": "days", "number": number}).json()["results"] == []


def test_unknown_fields_are_named_together(client: TestClient) -> None:
    message = client.post("/search", json={"query": "days", "colour": "red", "size": 1, "top_k": 0}).json()["message"]
    assert message.startswith('"colour", "size" are not fields of this request. Allowed: query,')
    assert message.count("Allowed") == 1
    assert '"top_k"' in message


def test_metadata_comes_back_with_the_result(client: TestClient) -> None:
    (result,) = client.post("/search", json={"query": "days", "title": "Pay"}).json()["results"]
    assert result["metadata"] == TEXTS[1].metadata


def test_a_value_stored_a_moment_ago_can_be_asked_for(
    connect: Connect, server: EmbeddingsServer, tmp_path: Path
) -> None:
    settings = corpus_settings(tmp_path, server)
    write_corpus(settings, TEXTS[:1])
    client = connect(chroma_path=tmp_path, filterable="department")
    question = {"query": "days", "department": "it"}
    assert client.post("/search", json=question).status_code == 422
    write_corpus(settings, TEXTS[2:3])
    assert client.post("/search", json=question).json()["results"][0]["source"] == "it/laptop.md"


def test_a_filter_that_asks_nothing_is_no_filter(corpus: Corpus) -> None:
    assert Filter().to_where() is None
    assert len(corpus.search("days", top_k=10, timeout_seconds=10)) == len(TEXTS)


def test_documents_whose_value_is_of_another_kind_than_the_field_are_told_in_the_log(
    tmp_path: Path, server: EmbeddingsServer, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    metadata: list[Any] = [{"year": 2024}, {"year": "2024"}, {"year": True}, {}, {"until": "2026-01-31", "year": 2025}]
    texts = [
        Text(source=f"{place}.md", text=f"The pump of page {place}.", metadata=each)
        for place, each in enumerate(metadata)
    ]
    write_corpus(corpus_settings(tmp_path, server), texts)
    client = connect(chroma_path=tmp_path, filterable="year:int,until:date,gone:float")
    for _ in range(2):
        found = client.post("/search", json={"query": "pump", "year": 2024}).json()
        assert [chunk["source"] for chunk in found["results"]] == ["0.md"]
    told = [record.fields for record in caplog.records if record.message == "filter_passes_over_documents"]  # type: ignore[attr-defined] # Ours.
    assert told == [{"field": "year", "kind": "int", "documents": 2, "found": "bool, str"}]


@pytest.mark.parametrize(
    "text",
    ["query", "year:number", "9lives", "year:int,year_from", "source_any", "a b", "year,year", "model_fields", "tags"],
)
def test_wrong_filterable_fields_stop_the_start(text: str) -> None:
    with pytest.raises(SettingsError, match="FILTERABLE"):
        load(HandlerSettings, filterable=text)


@pytest.mark.parametrize(
    "fields",
    [
        {"year_from": 2026},
        {"signed_to": "2025-03-31"},
        {"department_any": ["it"], "tags_not": ["people"]},
        {"source_folder": "hr", "title": "Pay"},
        {"source_folder_not": "hr", "department_not": ["it"]},
        {"tags": ["money"]},
    ],
)
def test_the_filter_of_a_query_takes_the_same_fields(client: TestClient, fields: dict[str, object]) -> None:
    found = client.post("/search", json={"query": "days", **fields}).json()["results"]
    asked = {"queries": [{"query": "days", "top_k": 5, "filter": fields}, {"query": "days", "top_k": 5}]}
    narrowed, free = client.post("/query", json=asked).json()["results"]
    assert [each["id"] for each in narrowed["results"]] == [each["chunk_id"] for each in found]
    assert len(free["results"]) == len(TEXTS) > len(found) > 0


def test_a_range_of_a_query_that_nothing_lies_in_is_told(client: TestClient) -> None:
    fields = {"year_from": 2027, "year_to": 2026}
    response = client.post("/query", json={"queries": [{"query": "days", "filter": fields}]})
    assert response.status_code == 422
    assert '"year_to"' in response.json()["message"]
