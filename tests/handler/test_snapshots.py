"""The action over a published snapshot."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from corpus.errors import StoreUnavailable
from corpus.lexical.index_store import FOLDER
from corpus.snapshot.manifest import POINTER
from corpus.snapshot.publish import publish
from tests.corpus.snapshot.keeper import keeper_of
from tests.handler.conftest import Connect
from tests.openai_server import EmbeddingsServer


def test_the_handler_says_503_until_something_is_published_and_changes_with_it(
    tmp_path: Path, server: EmbeddingsServer, connect: Connect
) -> None:
    keeper = keeper_of(tmp_path, str(tmp_path / "published"), server)
    client = connect(snapshot_url=keeper.dest, snapshot_refresh=0, snapshot_cache=keeper.cache)

    def search(client: TestClient) -> tuple[int, Any]:
        reply = client.post("/search", json={"query": "warranty"})
        return reply.status_code, reply.json()

    status, body = search(client)
    assert (status, body["error"]) == (503, "snapshot_missing")
    assert str(tmp_path) not in json.dumps(body)
    for text in ("The warranty lasts 12 months.", "The warranty lasts 24 months."):
        keeper.publishes(text)
        status, body = search(client)
        assert (status, body["results"][0]["text"]) == (200, text)


def test_a_question_by_words_without_an_index_of_words_costs_nothing_but_itself(
    tmp_path: Path, server: EmbeddingsServer, connect: Connect
) -> None:
    keeper = keeper_of(tmp_path, str(tmp_path / "published"), server).says("The warranty lasts 12 months.")
    shutil.rmtree(keeper.settings.chroma_path / FOLDER)
    publish(keeper.settings, keeper.dest)
    client = connect(snapshot_url=keeper.dest, snapshot_refresh=0, snapshot_cache=keeper.cache)
    assert client.post("/search", json={"query": "warranty"}).status_code == 200
    opened = set(keeper.cache.glob("*/*/*"))
    Path(keeper.dest, POINTER).write_text("broken")
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(client.post, "/search", json={"query": "it", "mode": "lexical"}) for _ in range(40)]
        assert {each.result().json()["error"] for each in asked} == {"lexical_index_unusable"}
    assert set(keeper.cache.glob("*/*/*")) == opened
    assert client.post("/search", json={"query": "warranty"}).status_code == 200


def test_a_version_that_fails_goes_on_until_it_is_open_once_more(
    tmp_path: Path, server: EmbeddingsServer, connect: Connect
) -> None:
    keeper = keeper_of(tmp_path, str(tmp_path / "published"), server)
    keeper.publishes("The warranty lasts 12 months.")
    client = connect(snapshot_url=keeper.dest, snapshot_refresh=0, snapshot_cache=keeper.cache)
    assert client.post("/search", json={"query": "warranty"}).status_code == 200
    library = client.app.state.library  # type: ignore[attr-defined] # FastAPI's.
    pointer = Path(keeper.dest, POINTER).read_bytes()
    Path(keeper.dest, POINTER).write_text("broken")
    with library.corpus() as before:
        pass
    with pytest.raises(StoreUnavailable), library.corpus():
        raise StoreUnavailable("away")
    assert client.post("/search", json={"query": "warranty"}).status_code == 200
    Path(keeper.dest, POINTER).write_bytes(pointer)
    with library.corpus() as after:
        assert after is not before
    assert client.post("/search", json={"query": "warranty"}).status_code == 200
