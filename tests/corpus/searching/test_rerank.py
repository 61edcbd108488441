"""The reranker's seam, against a real HTTP server on loopback that speaks as rerankers do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from corpus.embedding.minilm import LocalEmbedder
from corpus.errors import RerankUnavailable, SettingsError
from corpus.loading import load
from corpus.searching.corpus import Corpus
from corpus.searching.rerank import HttpReranker, reranker_of
from corpus.searching.view import View
from corpus.settings import CorpusSettings
from ingest.sync.lexical_index import bring_up_to_date
from tests.corpus.texts import corpus_of
from tests.rerank_server import SHAPES, RerankServer, by_length, rerank_server

TEXTS = {"a.md": ["The pump hums."], "b.md": ["A pump is quiet."], "c.md": ["The pump stands in the cellar."]}


@pytest.fixture
def server() -> Iterator[RerankServer]:
    with rerank_server() as told:
        yield told


@pytest.fixture
def corpus(server: RerankServer, tmp_path: Path) -> Iterator[Corpus]:
    settings = CorpusSettings(chroma_path=tmp_path, rerank_url=server.url, rerank_api_key=SecretStr("secret"))
    plain = corpus_of(settings, LocalEmbedder(), TEXTS)
    with Corpus(plain.store, plain.embedder, reranker=reranker_of(settings)) as made:
        yield made


def test_the_reranker_decides_order_and_scores(corpus: Corpus, server: RerankServer) -> None:
    spent: dict[str, float] = {}
    hits = corpus.search("which pump hums?", top_k=2, timeout_seconds=30, spent=spent)
    assert [hit.chunk.source for hit in hits] == ["c.md", "b.md"]
    assert [hit.score for hit in hits] == pytest.approx([0.31, 0.17])
    (asked,) = server.requests
    assert (asked["query"], asked["model"], len(asked["documents"])) == ("which pump hums?", "rerank-v3.5", 3)
    assert server.keys == ["Bearer secret"]
    assert spent["reranking"] > 0


def test_the_reranker_is_sent_no_text_that_is_no_longer_for_whoever_asks(corpus: Corpus, server: RerankServer) -> None:
    records = {record.source: record for record in corpus.store.documents()}
    everybody = [replace(record, access=("everyone",)) for record in records.values()]
    corpus.store.grant(everybody)
    bring_up_to_date(corpus.store, before={}, after={each.document_id: each for each in everybody})
    # The index of words does not know of it yet.
    corpus.store.grant([replace(records["c.md"], access=("group:hr",))])
    view = View(corpus, frozenset(["everyone"]))
    (hits,) = view.search_each(["which pump hums?"], top_k=2, timeout_seconds=30)
    assert [hit.chunk.source for hit in hits] == ["b.md", "a.md"]
    (asked,) = server.requests
    assert sorted(text.strip() for text in asked["documents"]) == ["A pump is quiet.", "The pump hums."]


def test_the_least_score_wanted_is_the_rerankers(corpus: Corpus) -> None:
    assert len(corpus.search("pump", top_k=3, min_score=0.2, timeout_seconds=30)) == 1


@pytest.mark.parametrize(
    ("status", "answer", "message"),
    [
        (401, None, "answered 401.*RERANK_API_KEY"),
        (200, {"results": []}, "lacks a score"),
        (200, ["nothing"], "lacks a score"),
        (200, {"results": [{"index": 0}]}, "lacks a score"),
        (200, {"results": [{"index": 0, "relevance_score": 0.5}]}, "lacks a score"),
        (200, {"data": None}, "lacks a score"),
        (200, [{"index": 0, "score": 0.5}, {"index": 1, "score": float("nan")}], "lacks a score"),
        (200, [{"index": 0, "score": 0.5}, {"index": float("inf"), "score": 0.5}], "lacks a score"),
        (200, "scores", "lacks a score"),
    ],
)
def test_an_answer_that_is_none_is_told(server: RerankServer, status: int, answer: object, message: str) -> None:
    server.status, server.answer = status, answer
    with pytest.raises(RerankUnavailable, match=message):
        HttpReranker(url=server.url, model="any").scores("q", ["one", "two"], timeout_seconds=5)


def test_without_its_reranker_search_answers_in_its_own_order(
    corpus: Corpus, server: RerankServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.status = 503
    hits = corpus.search("which pump hums?", top_k=2, timeout_seconds=30)
    assert hits[0].chunk.source == "a.md"
    assert len(hits) == 2
    assert "rerank_unavailable" in [record.message for record in caplog.records]
    with pytest.raises(RerankUnavailable, match="RERANK_URL"):
        HttpReranker(url="http://127.0.0.1:9/rerank", model="any").scores("q", ["one"], timeout_seconds=5)


def test_the_questions_of_a_call_are_judged_at_once_and_who_is_late_is_not_waited_for(
    corpus: Corpus, server: RerankServer
) -> None:
    server.held = threading.Event()
    queries = [f"which pump hums {number}?" for number in range(5)]
    try:
        found = corpus.search_each(queries, top_k=2, timeout_seconds=4)
        # It still holds every answer back: one after the other they would have been one.
        assert server.all_came.is_set()
    finally:
        server.held.set()
    assert [hits[0].chunk.source for hits in found] == ["a.md"] * 5


def test_a_reranker_that_says_when_to_come_back_is_left_alone_until_then(server: RerankServer) -> None:
    server.status, server.headers = 429, {"Retry-After": "60"}
    reranker = HttpReranker(url=server.url, model="any")
    for message in ("answered 429", "left alone"):
        with pytest.raises(RerankUnavailable, match=message):
            reranker.scores("q", ["one"], timeout_seconds=5)
    assert len(server.requests) == 1


@pytest.mark.parametrize("shape", SHAPES)
def test_each_reranker_is_asked_as_it_wants_to_be_and_understood(shape: str) -> None:
    passages = ["The pump hums.", "The pump stands in the cellar.", "A pump is quiet."]
    with rerank_server(shape) as server:
        reranker = HttpReranker(url=server.url, model="any")
        first, again = (reranker.scores("q", passages, timeout_seconds=30) for _ in range(2))
        asked = len(server.requests)
        # Lambda may take a snapshot of the process, in which an open connection would be dead.
        assert set(server.connections) == {"close"}
    assert sorted(range(3), key=lambda place: -first[place]) == [1, 2, 0]
    assert first == again
    assert all(0 <= score <= 1 for score in first)
    if shape != "logits":
        assert first == pytest.approx([by_length("q", each) for each in passages])
    # What it wants is found out once.
    extra = {"voyage": 1, "tei elsewhere": 2, "strict, no version": 1}
    assert asked == 2 + extra.get(shape, 0)


def test_a_reranker_that_understands_nothing_is_told_of(server: RerankServer) -> None:
    server.status = 422
    with pytest.raises(RerankUnavailable, match="answered 422"):
        HttpReranker(url=server.url, model="any").scores("q", ["one"], timeout_seconds=5)


def test_an_answer_that_repeats_long_passages_is_read_whole() -> None:
    with rerank_server("jina") as server:
        passages = ["漢字" * 20_000] * 30
        assert HttpReranker(url=server.url, model="any").scores("q", passages, timeout_seconds=30) == [1.0] * 30


def test_a_redirect_takes_no_key_along(server: RerankServer) -> None:
    server.status, server.headers = 307, {"Location": server.url}
    with pytest.raises(RerankUnavailable, match="answered 307"):
        HttpReranker(url=server.url, model="any", api_key="secret").scores("q", ["one"], timeout_seconds=5)
    assert len(server.requests) == 1


def test_there_is_none_unless_the_settings_name_one() -> None:
    assert reranker_of(CorpusSettings()) is None
    with pytest.raises(SettingsError, match="RERANK_URL"):
        load(CorpusSettings, rerank_url="ftp://example.com")
