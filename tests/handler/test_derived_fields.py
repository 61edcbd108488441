"""What ingest tells of documents narrows every door's searches without FILTERABLE, and lists only what one may see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from handler.access.keys import KeyEntry, make_key
from tests.handler.conftest import Configure, client_of
from tests.handler.corpora import Text, corpus_settings, write_corpus
from tests.handler.mcp.asking import ask, call, payload
from tests.openai_server import EmbeddingsServer

KEY, ENTRY = make_key("clerk")
TEXTS = (
    Text(
        source="best.pdf",
        text="The margin rose.",
        metadata={"organisation": "Best Buy", "year": 2023, "kind": "annual report"},
        access=("group:all",),
    ),
    Text(
        source="nike.pdf",
        text="The margin fell.",
        metadata={"organisation": "NIKE", "year": 2021, "kind": "annual report"},
        access=("group:all",),
    ),
    Text(
        source="secret.pdf",
        text="The margin will be cut.",
        metadata={"organisation": "Brook", "year": 2030, "kind": "minutes"},
        access=("group:board",),
    ),
)


@pytest.fixture(scope="module")
def folder(server: EmbeddingsServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("derived")
    write_corpus(corpus_settings(folder, server), TEXTS)
    return folder


@pytest.fixture
def client(configure: Configure, folder: Path) -> Iterator[TestClient]:
    """A client for whom not all documents are."""
    keys = str(KeyEntry(ENTRY.name, ENTRY.digest, ("group:all",)))
    settings = configure(
        chroma_path=folder, api_keys=keys, access="documents", mcp_tools="search_chunks", openapi_values="public"
    )
    with client_of(settings, headers={"Authorization": f"Bearer {KEY}"}) as client:
        yield client


@pytest.mark.parametrize(
    "asked",
    [
        {"organisation": "Best Buy"},
        # As another document, or a filing, writes the same name.
        {"organisation": "BEST BUY CO., INC."},
        {"organisation_any": ["best buy"]},
        {"organisation_not": ["Nike, Inc."], "kind": "annual report"},
        {"year": 2023},
        {"year_from": 2022},
        {"organisation_not": ["NIKE"], "kind": "annual report"},
    ],
)
def test_every_door_narrows_by_them(client: TestClient, asked: dict[str, Any]) -> None:
    found = client.post("/search", json={"query": "margin", **asked}).json()["results"]
    assert [each["source"] for each in found] == ["best.pdf"]
    found = payload(call(client, "search_chunks", query="margin", **asked))["results"]
    assert [each["source"] for each in found] == ["best.pdf"]
    question = {"query": "margin", "filter": asked}
    (answer,) = client.post("/query", json={"queries": [question]}).json()["results"]
    assert len(answer["results"]) == 1


def test_only_the_values_of_what_one_sees_are_told(client: TestClient) -> None:
    client.post("/search", json={"query": "margin"})
    refused = client.post("/search", json={"query": "margin", "organisation": "Brook"}).json()
    assert '["Best Buy","NIKE"]' in refused["message"]
    (tool,) = [each for each in ask(client, "tools/list", modern=False)["tools"] if each["name"] == "search_chunks"]
    fields = tool["inputSchema"]["properties"]
    assert {"organisation", "organisation_any", "year_from", "year_to", "kind_not"} <= fields.keys()
    assert "Brook" not in str(tool)


def test_a_field_that_is_declared_otherwise_is_as_it_was_declared(configure: Configure) -> None:
    kinds = {field.name: field.kind for field in configure(filterable="year,kind:list").filter_fields}
    assert kinds == {"year": "str", "kind": "list", "organisation": "str"}
