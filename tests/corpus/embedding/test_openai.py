"""The OpenAI embedder against a real server on loopback that speaks the same protocol."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import numpy as np
import pytest

from corpus.embedding.batches import MAX_REQUEST_TOKENS
from corpus.embedding.dialect import MAX_INPUTS
from corpus.embedding.endpoint import Endpoint
from corpus.embedding.openai import OpenAIEmbedder
from corpus.embedding.remote import RemoteEmbedder
from corpus.errors import (
    EmbeddingError,
    EmbeddingInputInvalid,
    EmbeddingModelUnknown,
    EmbeddingQuotaExceeded,
    EmbeddingRateLimited,
    EmbeddingReplyInvalid,
    EmbeddingTimeout,
    EmbeddingUnauthorized,
    EmbeddingUnavailable,
)
from corpus.tokens import Cl100kTokenizer
from tests.openai_server import KEY, EmbeddingsServer, embeddings_server, failure, listing, vector_of


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    with embeddings_server() as running:
        yield running


def embedder(server: EmbeddingsServer, **options: Any) -> OpenAIEmbedder:
    return made(OpenAIEmbedder, server, **options)


E = TypeVar("E", bound=RemoteEmbedder)
Asking = Callable[..., RemoteEmbedder]


def made(kind: type[E], server: EmbeddingsServer, **options: Any) -> E:
    endpoint = Endpoint(base_url=server.url, api_key=options.pop("api_key", KEY))
    settings: dict[str, Any] = {"model": "text-embedding-3-small", "endpoint": endpoint} | options
    return kind(tokenizer=Cl100kTokenizer(), **settings)


@pytest.fixture(params=[OpenAIEmbedder, RemoteEmbedder], ids=["by the SDK", "by httpx"])
def asking(request: pytest.FixtureRequest) -> Asking:
    """Makes what embeds queries, over either transport."""
    return partial(made, request.param)


def test_vectors_come_back_in_the_order_of_the_texts(server: EmbeddingsServer) -> None:
    texts = [f"text number {number}" for number in range(300)]
    batches = [texts[start : start + 7] for start in range(0, 300, 7)]
    vectors = np.concatenate(list(embedder(server).embed_documents(batches)))
    assert vectors.dtype == np.float32
    assert np.allclose(vectors, np.stack([vector_of(text, 1536) for text in texts]), atol=1e-6)


def test_vectors_are_asked_for_as_base64(asking: Asking, server: EmbeddingsServer) -> None:
    asking(server).embed_queries(["hello"], timeout_seconds=5)
    assert server.requests[0]["encoding_format"] == "base64"


def test_an_endpoint_that_knows_no_base64_is_understood_too(asking: Asking, server: EmbeddingsServer) -> None:
    server.interceptor = lambda _, body: (
        200,
        {},
        listing([vector_of(t, 1536) for t in body["input"]], as_base64=False),
    )
    (vector,) = asking(server).embed_queries(["hello"], timeout_seconds=5)
    assert vector @ vector_of("hello", 1536) == pytest.approx(1.0)


def test_vectors_in_another_order_are_put_right_by_their_index(asking: Asking, server: EmbeddingsServer) -> None:
    def reverse(_: int, body: dict[str, Any]) -> Any:
        reply: Any = listing([vector_of(text, 1536) for text in body["input"]])
        reply["data"].reverse()
        return 200, {}, reply

    server.interceptor = reverse
    vectors = asking(server).embed_queries(["alpha", "beta"], timeout_seconds=5)
    assert vectors[0] @ vector_of("alpha", 1536) == pytest.approx(1.0)


def test_dimensions_are_asked_for_only_when_they_were_set(asking: Asking, server: EmbeddingsServer) -> None:
    asking(server).embed_queries(["hello"], timeout_seconds=5)
    short = asking(server, dimensions=256, shortened=True).embed_queries(["hello"], timeout_seconds=5)
    assert "dimensions" not in server.requests[0]
    assert server.requests[1]["dimensions"] == 256
    assert short.shape == (1, 256)


def test_an_unknown_models_dimensions_are_learnt_from_its_first_reply() -> None:
    with embeddings_server(dimensions=77, models=frozenset({"mine"})) as server:
        assert embedder(server, model="mine").dimensions == 77


def test_an_endpoint_without_keys_gets_requests_all_the_same(asking: Asking, server: EmbeddingsServer) -> None:
    server.interceptor = lambda _, body: (200, {}, listing([vector_of(text, 1536) for text in body["input"]]))
    assert asking(server, api_key=None).embed_queries(["hello"], timeout_seconds=5).shape == (1, 1536)


def test_a_request_stays_within_the_limits_of_inputs(server: EmbeddingsServer) -> None:
    (vectors,) = embedder(server).embed_documents([["word"] * (MAX_INPUTS + 10)])
    assert len(vectors) == MAX_INPUTS + 10
    assert sorted(len(body["input"]) for body in server.requests) == [10, MAX_INPUTS]


def test_a_request_stays_within_the_limits_of_tokens(server: EmbeddingsServer) -> None:
    tokenizer = Cl100kTokenizer()
    (vectors,) = embedder(server).embed_documents([["word " * 8000] * 60])
    assert len(vectors) == 60
    assert len(server.requests) > 1
    for body in server.requests:
        assert sum(tokenizer.count(text) for text in body["input"]) <= MAX_REQUEST_TOKENS


def test_a_text_above_the_window_is_refused_before_anything_is_sent(server: EmbeddingsServer) -> None:
    with pytest.raises(EmbeddingInputInvalid, match="8,191"):
        list(embedder(server).embed_documents([["word " * 9000]]))
    assert server.requests == []


def test_several_requests_are_in_flight_while_ingesting() -> None:
    with embeddings_server(latency_seconds=0.05) as server:
        list(embedder(server).embed_documents([["a"]] * 40))
        assert 4 <= server.most_in_flight <= 8


def test_only_a_bounded_number_of_batches_is_taken_ahead(server: EmbeddingsServer) -> None:
    taken = 0

    def batches() -> Iterator[list[str]]:
        nonlocal taken
        for _ in range(1000):
            taken += 1
            yield ["text"]

    vectors = embedder(server).embed_documents(batches())
    next(vectors)
    assert taken <= 16
    vectors.close()  # type: ignore[attr-defined]  # A generator, by its contract lazy.


@pytest.mark.parametrize(("status", "code"), [(429, "rate_limit_exceeded"), (503, None)])
def test_ingesting_waits_for_as_long_as_it_was_told(server: EmbeddingsServer, status: int, code: str | None) -> None:
    def limit_once(number: int, _: dict[str, Any]) -> Any:
        return failure(status, code, "Slow down", retry_after="0.7") if number == 1 else None

    server.interceptor = limit_once
    started = time.monotonic()
    (vectors,) = embedder(server).embed_documents([["text"]])
    assert vectors.shape == (1, 1536)
    assert len(server.requests) == 2
    assert time.monotonic() - started >= 0.7


def test_ingesting_survives_a_broken_answer_of_the_server(server: EmbeddingsServer) -> None:
    server.interceptor = lambda number, _: failure(503, None, "Overloaded") if number <= 2 else None
    (vectors,) = embedder(server).embed_documents([["text"]])
    assert vectors.shape == (1, 1536)


def test_a_query_is_retried_once_and_then_given_up(asking: Asking, server: EmbeddingsServer) -> None:
    server.interceptor = lambda *_: failure(503, None, "Broken")
    with pytest.raises(EmbeddingUnavailable):
        asking(server).embed_queries(["hello"], timeout_seconds=10)
    assert len(server.requests) == 2


def test_a_query_whose_retry_would_come_too_late_is_not_retried(asking: Asking, server: EmbeddingsServer) -> None:
    server.interceptor = lambda *_: failure(429, None, "Slow down", retry_after="30")
    with pytest.raises(EmbeddingRateLimited) as caught:
        asking(server).embed_queries(["hello"], timeout_seconds=10)
    assert caught.value.retry_after == 30
    assert len(server.requests) == 1


def test_a_query_that_is_refused_for_good_is_not_retried(asking: Asking, server: EmbeddingsServer) -> None:
    server.interceptor = lambda *_: failure(401, "invalid_api_key", "Incorrect API key provided")
    with pytest.raises(EmbeddingUnauthorized):
        asking(server).embed_queries(["hello"], timeout_seconds=10)
    assert len(server.requests) == 1


def test_a_query_ends_when_its_time_is_up(asking: Asking) -> None:
    with embeddings_server(latency_seconds=1.0) as server, pytest.raises(EmbeddingTimeout):
        asking(server).embed_queries(["hello"], timeout_seconds=0.2)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (failure(401, "invalid_api_key", "Incorrect API key provided: sk-secret"), EmbeddingUnauthorized),
        (failure(403, None, "Forbidden"), EmbeddingUnauthorized),
        (failure(404, "model_not_found", "No such model"), EmbeddingModelUnknown),
        (failure(403, "model_not_found", "No such model"), EmbeddingModelUnknown),
        (failure(429, "insufficient_quota", "You exceeded your quota"), EmbeddingQuotaExceeded),
        ((429, {}, {"error": {"message": "No credit", "type": "insufficient_quota"}}), EmbeddingQuotaExceeded),
        ((429, {"x-should-retry": "false"}, {"error": {"message": "Daily limit"}}), EmbeddingRateLimited),
    ],
)
def test_what_cannot_pass_is_said_at_once(server: EmbeddingsServer, reply: Any, expected: type[EmbeddingError]) -> None:
    server.interceptor = lambda *_: reply
    with pytest.raises(expected) as caught:
        list(embedder(server).embed_documents([["text"]]))
    # Whether a wall took the text for an attack, a plain one tells.
    assert server.inputs == (
        ["text", "text"] if caught.value.status == 403 and "key" in str(caught.value) else ["text"]
    )
    assert not caught.value.retryable
    assert "sk-" not in str(caught.value)


NAN = np.full(1536, np.nan, dtype=np.float32)
GOOD = vector_of("good", 1536)


@pytest.mark.parametrize(
    "body",
    [
        listing([GOOD, GOOD, GOOD]),
        listing([GOOD, GOOD[:100]]),
        listing([GOOD[:100], GOOD[:100]]),
        listing([GOOD, NAN]),
        listing([GOOD, np.full(1536, np.inf, dtype=np.float32)]),
        listing([GOOD, GOOD * 0]),
        {"object": "list", "data": [{"index": 0, "embedding": "!!"}, {"index": 1, "embedding": "!!"}]},
        {"object": "list", "data": [{"index": 0, "embedding": []}, {"index": 1, "embedding": []}]},
        {"object": "list", "data": [{"index": 0, "embedding": [1.0]}, {"index": 0, "embedding": [1.0]}]},
        {"object": "list", "data": None},
        {"object": "list"},
        ["nonsense"],
        b"<html>not JSON</html>",
    ],
)
def test_a_reply_that_is_not_what_was_asked_for_is_an_error(
    asking: Asking, server: EmbeddingsServer, body: object
) -> None:
    server.interceptor = lambda *_: (200, {}, body)
    with pytest.raises(EmbeddingReplyInvalid):
        asking(server).embed_queries(["one", "two"], timeout_seconds=5)


def test_an_endpoint_that_is_away_is_told_with_the_way_out(asking: Asking) -> None:
    with embeddings_server() as server:
        gone = asking(server)
    with pytest.raises(EmbeddingUnavailable, match="OPENAI_BASE_URL"):
        gone.embed_queries(["hello"], timeout_seconds=1)


def test_a_query_is_not_retried_where_less_than_half_of_its_time_would_be_left(server: EmbeddingsServer) -> None:
    server.interceptor = lambda *_: failure(503, None, "Broken", retry_after="6")
    with pytest.raises(EmbeddingUnavailable):
        embedder(server).embed_queries(["hello"], timeout_seconds=10)
    assert len(server.requests) == 1
