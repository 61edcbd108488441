"""Faults behind the handler: each has its own stable code, and goes away by itself when its cause does."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from corpus import errors
from corpus.corpus_opening import open_corpus
from handler.app import create_app
from handler.contract.errors import upstream_error
from tests.chroma_server import chroma_server
from tests.free_port import free_port
from tests.handler.conftest import HEADERS, Configure, Connect
from tests.handler.corpora import MANUALS, corpus_settings, write_corpus
from tests.handler.running import running
from tests.openai_server import EmbeddingsServer, Reply, embeddings_server, failure, listing

QUESTION = {"query": "warranty"}
RETRYABLE = {"embedding_rate_limited", "embedding_unavailable", "embedding_timeout", "store_unavailable"}
SECRETS = ("127.0.0.1", "sk-loopback", "Traceback", "localhost", "/tmp")  # noqa: S108 - looked for, not used


def outcome(client: TestClient) -> tuple[int, str]:
    response = client.post("/search", json=QUESTION)
    if response.status_code == 200:
        return 200, "ok"
    assert set(response.json()) == {"error", "message", "request_id"}
    assert not any(secret in response.text for secret in SECRETS)
    # What may work later says when, and nothing else does.
    assert ("retry-after" in response.headers) == (response.json()["error"] in RETRYABLE)
    return response.status_code, response.json()["error"]


@pytest.fixture
def own() -> Iterator[EmbeddingsServer]:
    """An embeddings endpoint that the test may make misbehave."""
    with embeddings_server() as server:
        yield server


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (failure(401, "invalid_api_key", "Incorrect API key: sk-loopback"), (502, "embedding_unauthorized")),
        (failure(403, None, "not allowed"), (502, "embedding_unauthorized")),
        (failure(404, "model_not_found", "no such model"), (502, "embedding_model_unknown")),
        (failure(429, "insufficient_quota", "pay first"), (502, "embedding_quota_exceeded")),
        (failure(429, "rate_limit_exceeded", "slow down"), (503, "embedding_rate_limited")),
        (failure(500, None, "oops"), (503, "embedding_unavailable")),
        (failure(503, None, "overloaded"), (503, "embedding_unavailable")),
        (failure(400, None, "bad input"), (502, "embedding_input_invalid")),
        ((200, {}, listing([[0.5, 0.5]])), (502, "embedding_reply_invalid")),
        ((200, {}, b"<html>"), (502, "embedding_reply_invalid")),
    ],
)
def test_a_fault_of_the_embedding_service_has_its_code_and_heals(
    connect: Connect, own: EmbeddingsServer, reply: Reply, expected: tuple[int, str]
) -> None:
    client = connect(openai_base_url=own.url, deadline_seconds=5)
    own.interceptor = lambda _number, _body: reply
    assert outcome(client) == expected
    own.interceptor = None
    assert outcome(client) == (200, "ok")


def test_the_log_has_the_cause_that_the_endpoint_named_and_nothing_of_the_question(
    connect: Connect, own: EmbeddingsServer, caplog: pytest.LogCaptureFixture
) -> None:
    own.interceptor = lambda *_: failure(400, None, "input 'warranty' exceeds 512 tokens; WARRANTY refused")
    assert outcome(connect(openai_base_url=own.url)) == (502, "embedding_input_invalid")
    told = json.dumps([getattr(record, "fields", {}) for record in caplog.records])
    assert "exceeds 512 tokens" in told
    assert "warranty" not in told.lower()


@pytest.mark.parametrize(("status", "code"), [(429, "rate_limit_exceeded"), (503, None)])
def test_how_long_to_wait_is_passed_on(connect: Connect, own: EmbeddingsServer, status: int, code: str | None) -> None:
    client = connect(openai_base_url=own.url, deadline_seconds=2)
    own.interceptor = lambda _number, _body: failure(status, code, "slow down", retry_after="17")
    assert client.post("/search", json=QUESTION).headers["retry-after"] == "17"


def test_an_embedding_service_that_is_away_is_unavailable(connect: Connect) -> None:
    client = connect(openai_base_url=f"http://127.0.0.1:{free_port()}/v1", deadline_seconds=3)
    assert outcome(client) == (503, "embedding_unavailable")


def test_a_slow_embedding_service_is_not_waited_for(configure: Configure, own: EmbeddingsServer) -> None:
    released = threading.Event()

    def hang(_number: int, _body: dict[str, Any]) -> Reply | None:
        # Only the end of the test lets go: an answer before that was not waited for.
        released.wait(60)
        return None

    own.interceptor = hang
    app = create_app(configure(openai_base_url=own.url, deadline_seconds=0.5), open_corpus)
    with running(app) as url:
        response = httpx2.post(f"{url}/search", json=QUESTION, headers=HEADERS, timeout=30)
        assert response.status_code == 504
        assert response.json()["error"] in ("embedding_timeout", "deadline_exceeded")
        assert not released.is_set()
        released.set()


def test_a_store_that_does_not_answer_is_not_waited_for(configure: Configure) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        app = create_app(configure(chroma_url=url, deadline_seconds=0.5), open_corpus)
        with running(app) as own_url:
            response = httpx2.post(f"{own_url}/search", json=QUESTION, headers=HEADERS, timeout=30)
            assert (response.status_code, response.json()["error"]) == (504, "deadline_exceeded")
            assert int(response.headers["retry-after"]) >= 1
            # Others are served meanwhile.
            assert httpx2.get(f"{own_url}/healthz").status_code == 200
            mute.close()


def test_a_chroma_server_may_go_and_come_back(connect: Connect, server: EmbeddingsServer, tmp_path: Path) -> None:
    with chroma_server(tmp_path) as url:
        port = int(url.rpartition(":")[2])
        write_corpus(corpus_settings(tmp_path, server).model_copy(update={"chroma_url": url}), MANUALS)
        client = connect(chroma_url=url)
        assert outcome(client) == (200, "ok")
    assert outcome(client) == (503, "store_unavailable")
    with chroma_server(tmp_path, port=port):
        assert outcome(client) == (200, "ok")


def test_an_empty_store_is_told_and_filled_without_a_restart(
    connect: Connect, server: EmbeddingsServer, tmp_path: Path
) -> None:
    client = connect(chroma_path=tmp_path)
    assert outcome(client) == (503, "collection_missing")
    write_corpus(corpus_settings(tmp_path, server), MANUALS)
    assert outcome(client) == (200, "ok")


def test_a_collection_of_another_model_is_a_mismatch(connect: Connect) -> None:
    assert outcome(connect(embedding_model="text-embedding-3-large")) == (503, "collection_mismatch")


def test_a_missing_embedding_key_is_the_operators_affair(connect: Connect) -> None:
    client = connect(openai_api_key=None, openai_base_url=None)
    assert outcome(client) == (503, "settings_invalid")


def test_words_alone_are_answered_without_a_key(connect: Connect) -> None:
    client = connect(openai_api_key=None, openai_base_url=None, search_mode="lexical")
    assert outcome(client) == (200, "ok")
    response = client.post("/search", json={**QUESTION, "mode": "hybrid"}, headers=HEADERS)
    assert (response.status_code, response.json()["error"]) == (503, "settings_invalid")


def test_every_error_behind_the_handler_has_an_answer_of_its_own() -> None:
    def kinds(kind: type[errors.CorpusError]) -> list[type[errors.CorpusError]]:
        below = [each for sub in kind.__subclasses__() for each in kinds(sub)]
        return below or [kind]

    leaves: list[type[errors.CorpusError]] = [errors.SettingsError]
    leaves += kinds(errors.EmbeddingError) + kinds(errors.StoreError)
    for kind in leaves:
        answer = upstream_error(kind("sk-secret at host.example"))
        assert answer.status in (502, 503, 504), kind
        assert answer.code == kind.code != "corpus_error"
        assert "sk-secret" not in answer.message
        assert ("Retry-After" in answer.headers) == kind.retryable, kind
