from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from corpus.answer import to_json
from tests.handler.conftest import Connect
from tests.handler.corpora import MANUALS, RETURNS, UNICODE, WARRANTY, Text, corpus_settings, write_corpus
from tests.openai_server import EmbeddingsServer


def test_search_answers_with_the_best_chunk_first_and_where_it_stands(client: TestClient) -> None:
    response = client.post("/search", json={"query": "how many months does the warranty last?"})
    assert response.status_code == 200
    answer = response.json()
    best = answer["results"][0]
    assert answer["truncated"] is False
    assert best["document_id"] == WARRANTY.document_id
    assert best["chunk_id"] == f"{WARRANTY.document_id}-0"
    assert best["text"] == WARRANTY.text
    assert best["source"] == "manuals/x200.pdf"
    assert (best["title"], best["url"], best["page"], best["heading"]) == (
        "X200 manual",
        "https://example.com/manuals/x200.pdf#page=12",
        12,
        "Warranty > Duration",
    )
    scores = [result["score"] for result in answer["results"]]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_by_meaning_alone_the_same_text_scores_one(client: TestClient) -> None:
    best = client.post("/search", json={"query": WARRANTY.text, "mode": "dense"}).json()["results"][0]
    # What is embedded is the chunk's heading too.
    assert best["score"] == pytest.approx(1.0, abs=1e-3)


def test_null_means_not_given(client: TestClient) -> None:
    nulls = {"query": "receipt", "top_k": None, "source": None, "document_id": None}
    assert client.post("/search", json=nulls).json() == client.post("/search", json={"query": "receipt"}).json()


def test_top_k_source_and_document_id_narrow_the_search(client: TestClient) -> None:
    def sources(**fields: object) -> list[str]:
        response = client.post("/search", json={"query": "the warranty and the receipt", **fields})
        assert response.status_code == 200
        return [result["source"] for result in response.json()["results"]]

    assert len(sources()) == len(MANUALS)
    assert len(sources(top_k=1)) == 1
    assert len(sources(top_k=1.0)) == 1
    assert sources(source=RETURNS.source) == [RETURNS.source]
    assert sources(document_id=WARRANTY.document_id) == [WARRANTY.source]
    assert sources(source=RETURNS.source, document_id=WARRANTY.document_id) == []
    assert sources(source="nowhere.txt") == []


def test_top_k_counts_passages_after_joining(connect: Connect, server: EmbeddingsServer, tmp_path: Path) -> None:
    words = ("The warranty lasts a year.", "The warranty covers parts.", "The warranty covers labour.")
    text = "\n\n".join(words)
    spans = [(text.index(each), text.index(each) + len(each)) for each in words]
    long = Text(source="long.pdf", text=text, spans=spans, pages=(1, 1, 2), url="https://example.com/long.pdf")
    others = [Text(source=f"{number}.md", text=f"The warranty, part {number}: ask us.") for number in range(4)]
    write_corpus(corpus_settings(tmp_path, server), [long, *others])
    client = connect(chroma_path=tmp_path)

    def found(top_k: int) -> list[dict[str, object]]:
        results = client.post("/search", json={"query": "the warranty", "top_k": top_k}).json()["results"]
        return list(results)

    assert [len(found(top_k)) for top_k in (1, 2, 3, 5)] == [1, 2, 3, 5]
    results = found(5)
    (joined,) = (result for result in results if result["source"] == long.source)
    assert (joined["text"], joined["url"]) == (text, "https://example.com/long.pdf#page=1")


def test_text_comes_back_verbatim_and_unescaped(client: TestClient) -> None:
    response = client.post("/search", json={"query": "Straße", "source": UNICODE.source})
    assert response.json()["results"][0]["text"] == UNICODE.text
    assert "日本語 😀" in response.text
    assert response.headers["content-type"] == "application/json"


def test_a_response_keeps_to_its_budget(connect: Connect) -> None:
    client = connect(max_response_chars=2_000)
    response = client.post("/search", json={"query": "warranty"})
    assert len(response.text) <= 2_000
    assert response.text == to_json(response.json())


def test_every_answer_carries_its_request_id(client: TestClient) -> None:
    first = client.post("/search", json={"query": "warranty"}).headers["x-request-id"]
    error = client.post("/search", json={"query": ""})
    assert error.json()["request_id"] == error.headers["x-request-id"] != first
