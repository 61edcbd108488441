"""Keepers that publish to a folder and to S3 over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.corpus.snapshot.keeper import Keeper, Made, keeper_of
from tests.openai_server import EmbeddingsServer, embeddings_server
from tests.s3_server import S3Server


@pytest.fixture(scope="session")
def embeddings() -> Iterator[EmbeddingsServer]:
    with embeddings_server() as server:
        yield server


@pytest.fixture
def in_folder(tmp_path: Path, embeddings: EmbeddingsServer, made: Made) -> Keeper:
    """A keeper that publishes to a folder."""
    return keeper_of(tmp_path, str(tmp_path / "published"), embeddings, made)


@pytest.fixture
def on_s3(tmp_path: Path, embeddings: EmbeddingsServer, s3: S3Server, made: Made) -> Keeper:
    """A keeper that publishes to S3."""
    return keeper_of(tmp_path, f"s3://{s3.bucket()}/team/corpus", embeddings, made)


@pytest.fixture(params=["in_folder", "on_s3"])
def keeper(request: pytest.FixtureRequest) -> Keeper:
    """A keeper of either kind."""
    keeper: Keeper = request.getfixturevalue(request.param)
    return keeper
