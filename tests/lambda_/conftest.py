"""What the emulator runs: the built package over corpora of one document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from handler.access.keys import make_key
from tests.absent import absent
from tests.corpus.snapshot.keeper import Keeper, Made, keeper_of
from tests.lambda_ import tools
from tests.lambda_.built import lambda_python
from tests.openai_server import EmbeddingsServer, embeddings_server
from tests.s3_server import S3Server

API_KEY, ENTRY = make_key("test")


@pytest.fixture(scope="session", autouse=True)
def tools_are_there() -> None:
    """The emulator and the runtime's client, or a skip that says why not."""
    try:
        tools.emulator()
        tools.runtime()
    except tools.ToolMissing as missing:
        absent(str(missing))
    if lambda_python() is None:
        absent("There is no Python 3.13, the version of the Lambda runtime.")


@pytest.fixture
def embeddings() -> Iterator[EmbeddingsServer]:
    with embeddings_server() as server:
        yield server


@pytest.fixture
def in_folder(tmp_path: Path, embeddings: EmbeddingsServer, made: Made) -> Keeper:
    return keeper_of(tmp_path, str(tmp_path / "published"), embeddings, made)


@pytest.fixture
def on_s3(tmp_path: Path, embeddings: EmbeddingsServer, s3: S3Server, made: Made) -> Keeper:
    return keeper_of(tmp_path, f"s3://{s3.bucket()}/corpus", embeddings, made)


def variables(embeddings: EmbeddingsServer, **more: str) -> dict[str, str]:
    """What a deployment sets."""
    return {"API_KEYS": str(ENTRY), **embeddings.environment, **more}
