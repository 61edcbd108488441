"""The action over a published snapshot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

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
