"""POST /query answers clients of chatgpt-retrieval-plugin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.handler.conftest import Configure, Connect, client_of
from tests.handler.corpora import RETURNS, UPDATED, WARRANTY, Text, corpus_settings, write_corpus
from tests.openai_server import EmbeddingsServer, embeddings_server


@pytest.fixture(scope="module")
def signed(
    configure: Configure, server: EmbeddingsServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """A client over a corpus with a document that has an author."""
    ann = Text(
        source="by-ann.md", text="Written by Ann.", updated_at="2026-04-01T00:00:00Z", metadata={"author": "ann"}
    )
    folder = tmp_path_factory.mktemp("authors")
    write_corpus(corpus_settings(folder, server), [WARRANTY, RETURNS, ann])
    with client_of(configure(chroma_path=folder)) as client:
        yield client


def ask(client: TestClient, *queries: dict[str, Any]) -> list[Any]:
    response = client.post("/query", json={"queries": list(queries)})
    assert response.status_code == 200, response.text
    results = response.json()["results"]
    assert isinstance(results, list)
    return results


def test_each_query_is_answered_in_the_plugins_shape(client: TestClient) -> None:
    queries: list[dict[str, Any]] = [{"query": "warranty months", "top_k": 1}, {"query": "are returns accepted?"}]
    first, second = ask(client, *queries)
    assert first["query"] == "warranty months"
    (chunk,) = first["results"]
    assert 0 < chunk.pop("score") <= 1
    assert chunk == {
        "id": f"{WARRANTY.document_id}-0",
        "text": WARRANTY.text,
        "metadata": {
            "source": "file",
            "source_id": WARRANTY.source,
            "url": f"{WARRANTY.url}#page=12",
            "created_at": UPDATED,
            "author": None,
            "document_id": WARRANTY.document_id,
        },
        "embedding": None,
    }
    assert second["results"][0]["text"] == RETURNS.text
    # The plugin's own default.
    assert len(second["results"]) == 3


@pytest.mark.parametrize(
    ("narrowed", "sources"),
    [
        ({"document_id": WARRANTY.document_id}, {WARRANTY.source}),
        ({"source_id": RETURNS.source}, {RETURNS.source}),
        ({"source": "file", "source_id": RETURNS.source}, {RETURNS.source}),
        ({"source": "email"}, set()),
        ({"author": "ann"}, {"by-ann.md"}),
        ({"start_date": "2026-03-02"}, {"by-ann.md"}),
        ({"start_date": "2026-04"}, {"by-ann.md"}),
        ({"start_date": "2027"}, set()),
        ({"end_date": UPDATED}, {WARRANTY.source, RETURNS.source}),
        ({"start_date": "2026-03-01", "end_date": "2026-03-01"}, {WARRANTY.source, RETURNS.source}),
        ({"start_date": "2026-03-02", "end_date": "9999-12-31T23:59:59"}, {"by-ann.md"}),
        ({"start_date": "0001-01-01T00:00:00+14:00", "end_date": "0001-01-01T00:00:00-14:00"}, set()),
        ({"start_date": "9999-12-31T23:59:59-14:00"}, set()),
        ({"document_id": "anything", "extra": 1}, set()),
    ],
)
def test_the_plugins_filters_narrow_the_search(signed: TestClient, narrowed: dict[str, Any], sources: set[str]) -> None:
    (answer,) = ask(signed, {"query": "warranty", "filter": narrowed})
    assert {chunk["metadata"]["source_id"] for chunk in answer["results"]} == sources
    assert all(chunk["metadata"]["author"] in (None, "ann") for chunk in answer["results"])


def test_numbers_may_be_text_and_larger_than_we_give(client: TestClient) -> None:
    one, many = ask(client, {"query": "warranty", "top_k": "1"}, {"query": "warranty", "top_k": 10_000})
    assert (len(one["results"]), len(many["results"])) == (1, 3)


def test_queries_that_are_asked_alike_cost_one_request(connect: Connect) -> None:
    with embeddings_server() as own:
        client = connect(openai_base_url=own.url)
        narrowed = {"source_id": RETURNS.source}
        answers = ask(client, {"query": "one"}, {"query": "two", "filter": narrowed}, {"query": "three"})
        assert [body["input"] for body in own.requests] == [["one", "three"], ["two"]]
        assert [answer["query"] for answer in answers] == ["one", "two", "three"]


def test_the_answer_keeps_to_the_budget_and_every_query_has_its_best(connect: Connect) -> None:
    client = connect(max_response_chars=2_000)
    response = client.post("/query", json={"queries": [{"query": f"question {n}", "top_k": 3} for n in range(4)]})
    assert len(response.text) <= 2_000
    counts = [len(result["results"]) for result in response.json()["results"]]
    assert min(counts) >= 1
    assert sum(counts) < 12


def test_questions_that_no_answer_has_room_to_repeat_are_refused_before_they_cost_anything(connect: Connect) -> None:
    with embeddings_server() as own:
        client = connect(openai_base_url=own.url)
        body = {"queries": [{"query": '"' * 3_990 + str(number)} for number in range(12)]}
        response = client.post("/query", json=body)
        assert (response.status_code, response.json()["error"]) == (422, "invalid_request")
        assert '"queries"' in response.json()["message"]
        assert own.requests == []


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({}, "queries"),
        ({"queries": []}, "queries"),
        ({"queries": [{}]}, "queries[0].query"),
        ({"queries": [{"query": ""}]}, "queries[0].query"),
        ({"queries": [{"query": "x", "top_k": 0}]}, "queries[0].top_k"),
        ({"queries": [{"query": "x", "filter": {"source": "fax"}}]}, "queries[0].filter.source"),
        ({"queries": [{"query": "x", "filter": {"start_date": "soon"}}]}, "queries[0].filter.start_date"),
        (
            {"queries": [{"query": "x"}, {"query": "x", "filter": {"end_date": "2026-13"}}]},
            "queries[1].filter.end_date",
        ),
        ({"queries": [{"query": "x", "top_k": "many"}]}, "queries[0].top_k"),
        ({"queries": [{"query": "x"}] * 21}, "queries"),
    ],
)
def test_a_wrong_query_is_named(client: TestClient, body: object, name: str) -> None:
    response = client.post("/query", json=body)
    assert (response.status_code, response.json()["error"]) == (422, "invalid_request")
    assert f'"{name}"' in response.json()["message"]
