"""A text that is refused costs itself; an endpoint that answers nobody ends the run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from corpus.embedding.model import Refused
from corpus.errors import EmbeddingInputInvalid, EmbeddingReplyInvalid, EmbeddingUnauthorized, EmbeddingUnavailable
from tests.corpus.embedding.test_openai import embedder
from tests.openai_server import EmbeddingsServer, Reply, embeddings_server, failure, listing, vector_of

POISON = "POISON: this one the model cannot take"
TEXTS = [*(f"note {number}" for number in range(30)), POISON, *(f"note {number}" for number in range(30, 47))]


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    with embeddings_server() as running:
        yield running


def poisoned(answer: Reply) -> Any:
    return lambda _, body: answer if POISON in body["input"] else None


def broken(vector: Any) -> Any:
    def answer(_: int, body: dict[str, Any]) -> Reply:
        vectors = [vector if text == POISON else vector_of(text, 1536) for text in body["input"]]
        return 200, {}, listing(vectors)

    return answer


@pytest.mark.parametrize(
    "interceptor",
    [
        poisoned(failure(400, None, f"cannot embed '{POISON}' at all")),
        poisoned(failure(413, None, "too large")),
        poisoned(failure(500, None, "Internal error", retry_after_ms="10")),
        poisoned((503, {"x-should-retry": "false"}, {"error": "no"})),
        poisoned((200, {}, {"data": []})),
        broken(np.full(1536, np.nan, dtype=np.float32)),
        broken(np.zeros(1536, dtype=np.float32)),
        broken(np.ones(3, dtype=np.float32)),
    ],
)
def test_a_text_that_is_refused_is_named_and_the_others_have_their_vectors(
    server: EmbeddingsServer, interceptor: Any
) -> None:
    server.interceptor = interceptor
    refused: Refused = {}
    (vectors,) = embedder(server).embed_documents([TEXTS], refused=refused)
    assert list(refused) == [POISON]
    assert "POISON" not in str(refused[POISON])
    expected = np.stack([vector_of(text, 1536) for text in TEXTS])
    expected[TEXTS.index(POISON)] = np.nan
    assert np.allclose(vectors, expected, atol=1e-6, equal_nan=True)


def test_a_text_at_which_the_connection_breaks_costs_itself(server: EmbeddingsServer) -> None:
    def hang_up(_: int, body: dict[str, Any]) -> None:
        if POISON in body["input"]:
            raise ConnectionResetError

    server.interceptor = hang_up
    refused: Refused = {}
    list(embedder(server).embed_documents([[POISON, "note"]], refused=refused))
    assert list(refused) == [POISON]
    assert "breaks the connection" in str(refused[POISON])


def test_a_text_that_a_wall_takes_for_an_attack_costs_itself_though_it_is_among_the_first(
    server: EmbeddingsServer,
) -> None:
    server.interceptor = poisoned((403, {}, b"<html>Forbidden</html>"))
    refused: Refused = {}
    list(embedder(server).embed_documents([TEXTS], refused=refused))
    assert list(refused) == [POISON]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (failure(400, None, "dimensions: not supported"), EmbeddingInputInvalid),
        ((200, {}, listing([np.ones(3)] * 48)), EmbeddingReplyInvalid),
        (failure(403, None, "no"), EmbeddingUnauthorized),
        ((503, {"x-should-retry": "false"}, {"error": "no"}), EmbeddingUnavailable),
    ],
)
def test_an_endpoint_that_refuses_everything_ends_the_run_after_few_requests(
    server: EmbeddingsServer, answer: Reply, expected: type[Exception]
) -> None:
    server.interceptor = lambda *_: answer
    refused: Refused = {}
    with pytest.raises(expected):
        list(embedder(server).embed_documents([TEXTS], refused=refused))
    assert not refused
    assert len(server.requests) <= 6


def test_without_a_list_for_it_a_refused_text_is_an_error(server: EmbeddingsServer) -> None:
    server.interceptor = poisoned(failure(400, None, "no"))
    with pytest.raises(EmbeddingInputInvalid):
        list(embedder(server).embed_documents([TEXTS]))


def test_a_text_above_the_window_is_refused_and_not_sent(server: EmbeddingsServer) -> None:
    refused: Refused = {}
    (vectors,) = embedder(server).embed_documents([["one", "word " * 9000, "two"]], refused=refused)
    assert [np.isfinite(row).all() for row in vectors] == [True, False, True]
    assert "8,191" in str(next(iter(refused.values())))
    assert sorted(server.inputs) == ["one", "two"]


def test_how_many_texts_a_request_may_hold_is_remembered(server: EmbeddingsServer) -> None:
    server.interceptor = lambda _, body: failure(429, None, "Request too large") if len(body["input"]) > 12 else None
    model = embedder(server)
    list(model.embed_documents([TEXTS]))
    server.requests.clear()
    list(model.embed_documents([TEXTS]))
    assert [len(body["input"]) for body in server.requests] == [12] * 4
