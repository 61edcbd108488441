"""An upstream that accepts and never answers: nobody waits past the deadline, and nothing has to be restarted."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from corpus.corpus_opening import open_corpus
from handler.app import create_app
from handler.routes.action import QUESTIONS_AT_ONCE
from tests.closed_gate import gate
from tests.handler.conftest import HEADERS, Configure
from tests.handler.corpora import MANUALS, corpus_settings, write_corpus
from tests.handler.running import running
from tests.openai_server import EmbeddingsServer

pytestmark = pytest.mark.early

QUESTION = {"query": "warranty"}
CALLERS = 100
# Who asks without a pause takes the processor from those whom he waits for.
PAUSE_SECONDS = 0.1
# As many as AnyIO lends.
MAX_WORKERS = 40


@pytest.fixture(scope="module")
def stored(chroma_url: str, server: EmbeddingsServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Settings of a corpus on a Chroma server, but for the URL."""
    name = f"test-{uuid.uuid4().hex}"
    settings = corpus_settings(tmp_path_factory.mktemp("unused"), server)
    write_corpus(settings.model_copy(update={"chroma_url": chroma_url, "chroma_collection": name}), MANUALS)
    return {"chroma_collection": name}


def outcome(client: httpx2.Client) -> tuple[int, str]:
    response = client.post("/search", json=QUESTION)
    body = response.json()
    return response.status_code, body.get("error", "ok")


def ask_all(client: httpx2.Client) -> Counter[tuple[int, str]]:
    with ThreadPoolExecutor(CALLERS) as callers:
        return Counter(callers.map(lambda _: outcome(client), range(CALLERS)))


def workers() -> int:
    return sum(thread.name.startswith("AnyIO worker") for thread in threading.enumerate())


@pytest.mark.parametrize("when", ["while opening", "after opening"])
def test_a_hanging_store_costs_each_request_its_deadline_and_nothing_else(
    configure: Configure, stored: dict[str, object], chroma_url: str, when: str
) -> None:
    with gate(int(chroma_url.rpartition(":")[2])) as path:
        app = create_app(configure(**stored, chroma_url=path.url, deadline_seconds=2), open_corpus)
        limits = httpx2.Limits(max_connections=None)
        with running(app) as url, httpx2.Client(base_url=url, headers=HEADERS, timeout=60, limits=limits) as client:
            if when == "after opening":
                assert outcome(client) == (200, "ok")
            path.shut = True
            with ThreadPoolExecutor(1) as asking:
                answers = asking.submit(ask_all, client)
                # Others are served meanwhile.
                while not answers.done():
                    assert client.get("/healthz").status_code == 200
                    assert client.get("/privacy").status_code == 200
                    assert client.get("/documents", headers={"Authorization": ""}).status_code == 401
                    time.sleep(PAUSE_SECONDS)
                assert answers.result() == {(504, "deadline_exceeded"): CALLERS}
                assert workers() <= MAX_WORKERS
            path.open()
            assert outcome(client) in [(200, "ok"), (503, "store_unavailable")]
            assert outcome(client) == (200, "ok")
        app.state.library.close()


def test_the_document_does_not_wait_for_a_store_that_hangs(
    configure: Configure, stored: dict[str, object], chroma_url: str
) -> None:
    with gate(int(chroma_url.rpartition(":")[2]), shut=True) as path:
        app = create_app(configure(**stored, chroma_url=path.url, deadline_seconds=2), open_corpus)
        with running(app) as url:
            document = httpx2.get(f"{url}/openapi.json", timeout=60).json()
            assert "/search" in document["paths"]


def test_a_hanging_model_costs_the_questions_that_need_it_and_nothing_else(
    configure: Configure, server: EmbeddingsServer
) -> None:
    """200 questions hang; documents and searches by words are answered as long as they do."""
    with gate(int(server.url.rpartition(":")[2].partition("/")[0])) as path:
        settings = configure(openai_base_url=f"{path.url}/v1", deadline_seconds=8)
        app = create_app(settings, open_corpus)
        limits = httpx2.Limits(max_connections=None)
        with running(app) as url, httpx2.Client(base_url=url, headers=HEADERS, timeout=60, limits=limits) as client:
            assert outcome(client) == (200, "ok")
            path.shut = True
            with ThreadPoolExecutor(2 * CALLERS) as callers:
                hanging = [callers.submit(outcome, client) for _ in range(2 * CALLERS)]
                served = 0
                while not any(each.done() for each in hanging):
                    assert client.get("/documents").status_code == 200
                    assert client.post("/search", json={**QUESTION, "mode": "lexical"}).status_code == 200
                    served += 1
                    time.sleep(PAUSE_SECONDS)
                # As many as the deadline has room for; one would have waited for it, were all threads taken.
                assert served > 3
                assert {each.result() for each in hanging} <= {(504, "deadline_exceeded"), (504, "embedding_timeout")}
            assert workers() <= MAX_WORKERS + QUESTIONS_AT_ONCE
        app.state.library.close()
