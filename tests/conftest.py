"""Fixtures that several folders of tests share."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.settings import CorpusSettings
from tests.chroma_server import chroma_server

# The developer's own settings must not reach the tests.
for name in list(os.environ):
    if name.startswith(
        ("CHROMA_", "OPENAI_", "EMBEDDING_", "CHUNK_", "API_KEY", "SNAPSHOT_", "SEARCH_", "RERANK_", "MAX_PER")
    ):
        del os.environ[name]


@pytest.fixture(scope="session")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Chroma server for the whole session; tests use collections of their own."""
    with chroma_server(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture(params=["embedded", "server"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> CorpusSettings:
    """Settings for an empty store of either kind, with the local model."""
    if request.param == "embedded":
        return CorpusSettings(chroma_path=tmp_path / "store")
    url: str = request.getfixturevalue("chroma_url")
    return CorpusSettings(chroma_url=url, chroma_collection=f"test-{uuid.uuid4().hex}")
