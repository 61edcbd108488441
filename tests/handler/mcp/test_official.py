"""The official client, in each of its modes, over HTTP and over stdio."""

from __future__ import annotations

import sys

import pytest

from corpus.corpus_opening import open_corpus
from handler.app import create_app
from tests.handler.conftest import API_KEY, Configure
from tests.handler.corpora import RETURNS
from tests.handler.mcp.official import MODES, Session, over_http, over_stdio
from tests.handler.running import running

QUESTION = "returns within 30 days"


def check(session: Session, mode: str) -> None:
    assert session.version == ("2025-11-25" if mode == "legacy" else "2026-07-28")
    assert session.tools == ["search", "fetch"]
    assert session.found[0]["text"] == RETURNS.text
    assert session.document["text"] == RETURNS.text
    assert "document_not_found" in session.refused


def test_it_lists_and_calls_over_http_in_every_mode(configure: Configure) -> None:
    app = create_app(configure(), open_corpus)
    with running(app) as url:
        for mode in MODES:
            for path in ("/mcp", "/mcp/"):
                check(over_http(f"{url}{path}", API_KEY, mode, QUESTION), mode)
    app.state.library.close()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_it_lists_and_calls_over_stdio(configure: Configure, mode: str) -> None:
    settings = configure()
    assert settings.openai_api_key is not None
    environment = {
        "CHROMA_PATH": str(settings.chroma_path),
        "OPENAI_API_KEY": settings.openai_api_key.get_secret_value(),
        "OPENAI_BASE_URL": str(settings.openai_base_url),
        "RATE_LIMIT": "100/minute",
    }
    session, page = over_stdio([sys.executable, "-m", "handler", "mcp"], environment, mode, QUESTION)
    check(session, mode)
    assert page == 200
