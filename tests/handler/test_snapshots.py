"""The action over a published snapshot."""

from __future__ import annotations

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from corpus.errors import SnapshotMissing, StoreUnavailable
from corpus.lexical.index_store import FOLDER
from corpus.snapshot.manifest import CANARY, POINTER
from corpus.snapshot.publish import publish
from corpus.snapshot.versions import list_versions, promote, rollback
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
    library = client.app.state.library.only()  # type: ignore[attr-defined] # FastAPI's.
    with library.corpus() as before:
        pass
    pointer = Path(keeper.dest, POINTER).read_bytes()
    Path(keeper.dest, POINTER).write_text("broken")
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(client.post, "/search", json={"query": "it", "mode": "lexical"}) for _ in range(40)]
        assert {each.result().json()["error"] for each in asked} == {"lexical_index_unusable"}
    assert set(keeper.cache.glob("*/*/*")) == opened
    assert client.post("/search", json={"query": "warranty"}).status_code == 200
    # Nor is the version opened once more as soon as that can be done.
    Path(keeper.dest, POINTER).write_bytes(pointer)
    with library.corpus() as after:
        assert after is before


def test_a_version_that_fails_goes_on_until_it_is_open_once_more(
    tmp_path: Path, server: EmbeddingsServer, connect: Connect
) -> None:
    keeper = keeper_of(tmp_path, str(tmp_path / "published"), server)
    keeper.publishes("The warranty lasts 12 months.")
    client = connect(snapshot_url=keeper.dest, snapshot_refresh=0, snapshot_cache=keeper.cache)
    assert client.post("/search", json={"query": "warranty"}).status_code == 200
    library = client.app.state.library.only()  # type: ignore[attr-defined] # FastAPI's.
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


def test_a_canary_is_served_to_whom_it_is_for_until_it_is_promoted_or_ended(
    tmp_path: Path, server: EmbeddingsServer, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = keeper_of(tmp_path, str(tmp_path / "published"), server)
    served = keeper.publishes("The warranty lasts 12 months.").manifest.version
    common = {"snapshot_url": keeper.dest, "snapshot_refresh": 0, "snapshot_cache": keeper.cache}
    caplog.set_level("INFO", logger="handler")
    choices = {"test": True, None: False}
    clients = {who: connect(**common, snapshot_canary=who) for who in choices}

    def told(client: TestClient) -> Any:
        return client.post("/search", json={"query": "warranty"}).json()["results"][0]["text"]

    def comes(client: TestClient, months: int) -> bool:
        """Whether that is told, once it is open: a request waits for that only so long."""
        for _ in range(600):
            if told(client) == f"The warranty lasts {months} months.":
                return True
            time.sleep(0.1)
        return False

    assert {told(client) for client in clients.values()} == {"The warranty lasts 12 months."}
    keeper.says("The warranty lasts 24 months.")
    canary = publish(keeper.settings, keeper.dest, canary=True).manifest.version
    assert (list_versions(keeper.dest).latest, list_versions(keeper.dest).canary) == (served, canary)
    for who, gets in choices.items():
        caplog.clear()
        assert comes(clients[who], 24 if gets else 12), who
        # The log tells which version answered each request.
        *_, line = [vars(each)["fields"] for each in caplog.records if each.getMessage() == "request"]
        assert line["snapshot"] == (canary if gets else served)
    # It is kept, whoever tidies up.
    publish(keeper.settings, keeper.dest, canary=True, keep=1)
    assert {each.version for each in list_versions(keeper.dest).manifests} == {served, canary}
    # Ended, all get what was served before.
    assert rollback(keeper.dest).version == served
    assert all(comes(client, 12) for client in clients.values())
    with pytest.raises(SnapshotMissing, match="has no canary"):
        promote(keeper.dest)
    # One that cannot be opened harms nobody.
    publish(keeper.settings, keeper.dest, canary=True)
    Path(keeper.dest, CANARY).write_text("broken")
    assert told(clients["test"]) == "The warranty lasts 12 months."
    Path(keeper.dest, CANARY).unlink()
    publish(keeper.settings, keeper.dest, canary=True)
    assert promote(keeper.dest).version == canary
    assert all(comes(client, 24) for client in clients.values())
    assert (list_versions(keeper.dest).latest, list_versions(keeper.dest).canary) == (canary, None)
    assert rollback(keeper.dest).version == served
