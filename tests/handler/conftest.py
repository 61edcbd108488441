"""A real corpus, and the real app over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from corpus.corpus_opening import open_corpus
from handler.access.keys import make_key
from handler.app import create_app
from handler.settings import HandlerSettings
from tests.handler.corpora import MANUALS, corpus_settings, write_corpus
from tests.openai_server import EmbeddingsServer, embeddings_server

API_KEY, ENTRY = make_key("test")
HEADERS = {"Authorization": f"Bearer {API_KEY}"}
Configure = Callable[..., HandlerSettings]
Connect = Callable[..., TestClient]


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddingsServer]:
    """The embeddings endpoint of the session's corpora. Tests that make it misbehave start their own."""
    with embeddings_server() as server:
        yield server


@pytest.fixture(scope="session")
def manuals(server: EmbeddingsServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small corpus that tests only read."""
    folder = tmp_path_factory.mktemp("manuals")
    write_corpus(corpus_settings(folder, server), MANUALS)
    return folder


@contextmanager
def client_of(settings: HandlerSettings, *, headers: dict[str, str] = HEADERS) -> Iterator[TestClient]:
    """A client of the real app with these settings."""
    app = create_app(settings, open_corpus)
    yield TestClient(app, headers=headers, raise_server_exceptions=False, base_url="http://host")
    app.state.action.close()


@pytest.fixture(scope="session")
def configure(manuals: Path, server: EmbeddingsServer) -> Configure:
    """Make settings for the handler over the small corpus, with one key; keywords change them."""

    def configure(**changes: object) -> HandlerSettings:
        corpus = corpus_settings(manuals, server)
        given: dict[str, object] = {
            "chroma_path": corpus.chroma_path,
            "openai_api_key": corpus.openai_api_key,
            "openai_base_url": corpus.openai_base_url,
            "api_keys": SecretStr(str(ENTRY)),
        }
        return HandlerSettings.model_validate(given | changes)

    return configure


@pytest.fixture
def connect(configure: Configure) -> Iterator[Connect]:
    """Make a client of the real app; keywords are settings."""
    with ExitStack() as stack:

        def connect(*, headers: dict[str, str] = HEADERS, **changes: object) -> TestClient:
            return stack.enter_context(client_of(configure(**changes), headers=headers))

        yield connect


@pytest.fixture(scope="session")
def client(configure: Configure) -> Iterator[TestClient]:
    """A client with a right key, which all tests share: they change nothing of it."""
    with client_of(configure()) as client:
        yield client
