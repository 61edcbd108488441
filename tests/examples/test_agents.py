"""The example programs work: the handler is the real one, the model a stand-in on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from corpus.corpus_opening import open_corpus
from examples.agents import loop, responses_mcp, responses_tools
from examples.agents.calling import Handler
from examples.agents.standin import standin
from handler.app import create_app
from tests.handler.conftest import API_KEY, Configure, configure, manuals, server  # noqa: F401 - pytest's fixtures
from tests.handler.corpora import RETURNS, WARRANTY
from tests.handler.running import running

QUESTION = "Are returns accepted within 30 days?"


@pytest.fixture(scope="module")
def url(configure: Configure) -> Iterator[str]:  # noqa: F811
    app = create_app(configure(), open_corpus)
    with running(app) as url:
        yield url
    app.state.library.close()


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with standin() as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint)
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        yield endpoint


def test_the_plain_loop_answers_offline(url: str, endpoint: str) -> None:
    told = loop.answer(url, API_KEY, QUESTION, endpoint=endpoint, endpoint_key="none", model="stand-in")
    assert told == f"{RETURNS.text}\n\nSource: {RETURNS.source}"


@pytest.mark.usefixtures("endpoint")
def test_the_responses_api_with_function_tools(url: str) -> None:
    told = responses_tools.answer(url, API_KEY, QUESTION)
    assert told == f"{RETURNS.text}\n\nSource: {RETURNS.source}"


@pytest.mark.usefixtures("endpoint")
def test_the_responses_api_with_our_mcp_server(url: str) -> None:
    told = responses_mcp.answer(url, API_KEY, "how long is the warranty of the X200?")
    assert told == f"{WARRANTY.text}\n\nSource: {WARRANTY.url}"


def test_functions_call_each_operation_and_a_refusal_is_told(url: str) -> None:
    handler = Handler(url, API_KEY)
    assert json.loads(handler.call("listDocuments", '{"limit": 1, "offset": null}'))["total"] == 3
    read = json.loads(handler.call("getDocument", json.dumps({"document_id": WARRANTY.document_id})))
    assert read["text"] == WARRANTY.text
    assert json.loads(handler.call("searchChunks", "{}"))["error"] == "invalid_request"
    assert json.loads(handler.call("nothing", "{}"))["error"] == "unknown_function"
