"""Several questions at once, and the text around what was found."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.handler.conftest import Connect
from tests.handler.corpora import RETURNS, WARRANTY, Text, corpus_settings, write_corpus
from tests.openai_server import EmbeddingsServer, embeddings_server

PARTS = ("Chapter apples. ", "Chapter pears. ", "Chapter plums. ", "Chapter figs. ", "Chapter limes.")
BOUNDS = [sum(map(len, PARTS[:number])) for number in range(len(PARTS) + 1)]
FRUIT = Text(source="fruit.txt", text="".join(PARTS), spans=list(itertools.pairwise(BOUNDS)))


@pytest.fixture
def fruit(connect: Connect, server: EmbeddingsServer, tmp_path: Path) -> TestClient:
    """A client over one document of five chunks that touch."""
    write_corpus(corpus_settings(tmp_path, server), [FRUIT])
    return connect(chroma_path=tmp_path)


def test_several_questions_are_answered_in_one_call_each_result_naming_its_own(client: TestClient) -> None:
    questions = ["how many months does the warranty last?", "are returns accepted?"]
    response = client.post("/search", json={"queries": questions, "top_k": 1})
    results = response.json()["results"]
    assert [(result["query"], result["source"]) for result in results] == [
        (questions[0], WARRANTY.source),
        (questions[1], RETURNS.source),
    ]


def test_a_chunk_that_answers_two_questions_comes_once_and_names_both(client: TestClient) -> None:
    questions = ["warranty months", "the warranty lasts months from the day of purchase"]
    (result,) = client.post("/search", json={"queries": questions, "top_k": 1}).json()["results"]
    assert result["query"] == questions[1]
    assert result["also_answers"] == [questions[0]]


def test_one_question_is_not_named(client: TestClient) -> None:
    (first, *_) = client.post("/search", json={"query": "warranty"}).json()["results"]
    assert "query" not in first
    assert "also_answers" not in first


def test_a_question_that_was_sent_twice_is_named_once(client: TestClient) -> None:
    (first, *_) = client.post("/search", json={"queries": ["warranty", " warranty "]}).json()["results"]
    assert first["query"] == "warranty"
    assert "also_answers" not in first


def test_several_questions_cost_one_request_to_the_model(connect: Connect, manuals: Path) -> None:
    with embeddings_server() as own:
        client = connect(chroma_path=manuals, openai_base_url=own.url)
        assert client.post("/search", json={"queries": ["one", "two", "three"]}).status_code == 200
        assert [body["input"] for body in own.requests] == [["one", "two", "three"]]


def test_query_and_queries_are_asked_together(client: TestClient) -> None:
    body = {"query": "warranty", "queries": ["returns", "receipt"], "top_k": 1}
    results = client.post("/search", json=body).json()["results"]
    named = {name for result in results for name in (result["query"], *result.get("also_answers", []))}
    assert named == {"warranty", "returns", "receipt"}


def test_hits_that_touch_come_as_one(fruit: TestClient) -> None:
    # Two were asked for, so a second one that stands apart comes with them.
    result, other = fruit.post("/search", json={"query": "apples pears", "top_k": 2}).json()["results"]
    assert result["text"] == "Chapter apples. Chapter pears. "
    assert other["text"] in PARTS[3:]
    assert (
        result["score"]
        == fruit.post("/search", json={"query": "apples pears", "top_k": 1}).json()["results"][0]["score"]
    )


@pytest.mark.parametrize(
    ("question", "context", "parts"),
    [("plums", 0, (2, 3)), ("plums", 1, (1, 4)), ("plums", 2, (0, 5)), ("apples", 3, (0, 4)), ("limes", 1, (3, 5))],
)
def test_context_adds_the_chunks_beside_the_hit(
    fruit: TestClient, question: str, context: int, parts: tuple[int, int]
) -> None:
    (result,) = fruit.post("/search", json={"query": question, "top_k": 1, "context": context}).json()["results"]
    assert result["text"] == "".join(PARTS[slice(*parts)])
    plain = fruit.post("/search", json={"query": question, "top_k": 1}).json()["results"][0]
    assert (result["chunk_id"], result["score"]) == (plain["chunk_id"], plain["score"])
