"""The tools answer as OpenAI's connectors want them, within the budget, with links that open."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from corpus.errors import SettingsError
from corpus.loading import load
from corpus.records import chunk_id_of
from handler.settings import HandlerSettings
from tests.handler.conftest import Connect
from tests.handler.corpora import MANUALS, RETURNS, WARRANTY, Text, corpus_settings, write_corpus
from tests.handler.mcp.asking import ask, call, failure, headers_of, message, payload, post
from tests.openai_server import EmbeddingsServer

EVERY = "search_chunks,list_documents"
# Long, of many characters that JSON escapes, in forty chunks.
SENTENCE = 'The "pump" of part\\number 7\n\n'
LONG = Text(
    source="manuals/long.md",
    title="Long manual",
    text=SENTENCE * 4_000,
    spans=[(start, start + len(SENTENCE) * 100) for start in range(0, len(SENTENCE) * 4_000, len(SENTENCE) * 100)],
)


@pytest.fixture
def long_corpus(server: EmbeddingsServer, tmp_path: Path) -> Path:
    write_corpus(corpus_settings(tmp_path, server), [LONG, WARRANTY])
    return tmp_path


def test_both_take_one_string_and_tell_what_they_give(client: TestClient) -> None:
    search, fetch = ask(client, "tools/list", modern=False)["tools"]
    for tool, argument in ((search, "query"), (fetch, "id")):
        schema = tool["inputSchema"]
        assert (list(schema["properties"]), schema["required"]) == ([argument], [argument])
        assert schema["properties"][argument]["type"] == "string"
        assert tool["outputSchema"]["type"] == "object"
        hints = tool["annotations"]
        assert (hints["readOnlyHint"], hints["destructiveHint"]) == (True, False)
        assert (hints["openWorldHint"], hints["idempotentHint"]) == (False, True)
        assert tool["title"]
        assert tool["description"]


@pytest.mark.parametrize("modern", [False, True])
def test_search_and_fetch_answer_as_their_schemas_say(client: TestClient, *, modern: bool) -> None:
    search, fetch = ask(client, "tools/list", modern=modern)["tools"]
    found = payload(call(client, "search", modern=modern, query="how long is the warranty?"))
    jsonschema.validate(found, search["outputSchema"])
    assert [result.keys() for result in found["results"]] == [{"id", "title", "text", "url"}] * len(MANUALS)
    best = found["results"][0]
    assert best["title"] == "X200 manual > Warranty > Duration, page 12"
    assert best["url"] == f"{WARRANTY.url}#page=12"
    document = payload(call(client, "fetch", modern=modern, id=best["id"]))
    jsonschema.validate(document, fetch["outputSchema"])
    assert document["id"] == best["id"]
    assert document["title"] == "X200 manual"
    assert document["text"] == WARRANTY.text
    assert document["url"] == WARRANTY.url
    assert document["metadata"]["source"] == WARRANTY.source


def test_search_finds_what_the_rest_route_finds(client: TestClient) -> None:
    question = "Returns?"
    rest = client.post("/search", json={"query": question, "top_k": 10}).json()["results"]
    found = payload(call(client, "search", query=question))["results"]
    assert [(each["chunk_id"], each["text"]) for each in rest] == [(each["id"], each["text"]) for each in found]


def test_a_long_document_is_read_on_by_next_id_without_a_gap(connect: Connect, long_corpus: Path) -> None:
    client = connect(chroma_path=long_corpus, max_response_chars=20_000)
    texts, identifier, pages = [], LONG.document_id, 0
    while identifier:
        body = message("tools/call", {"name": "fetch", "arguments": {"id": identifier}}, modern=False)
        response = post(client, body, headers_of(body, modern=False))
        assert len(response.text) <= 20_000
        document = payload(response.json()["result"])
        assert document["text"]
        texts.append(document["text"])
        identifier, pages = document["metadata"].get("next_id"), pages + 1
    assert "".join(texts) == LONG.text
    assert pages > 10


def test_fetch_begins_a_little_before_the_passage_where_the_document_is_long(
    connect: Connect, long_corpus: Path
) -> None:
    client = connect(chroma_path=long_corpus, max_response_chars=20_000)
    digest = hashlib.sha256(LONG.text.encode()).hexdigest()
    document = payload(call(client, "fetch", id=chunk_id_of(LONG.document_id, digest, 20)))
    assert document["metadata"]["offset"] == 19 * len(SENTENCE) * 100
    early = payload(call(client, "fetch", id=chunk_id_of(LONG.document_id, digest, 1)))
    assert early["metadata"]["offset"] == 0, "the first page holds it"
    gone = f"{LONG.document_id}-000000000000-7"
    assert payload(call(client, "fetch", id=gone))["metadata"]["offset"] == 0


def test_a_document_whose_text_swells_in_json_is_read_from_the_passage_on(
    connect: Connect, server: EmbeddingsServer, tmp_path: Path
) -> None:
    # 9,000 characters that take 18,000: more than fits, though their number alone would.
    text = '"' * 8_000 + "the pump at the end" + '"' * 1_000
    quoted = Text(source="quoted.md", text=text, spans=[(0, 4_000), (4_000, 8_000), (8_000, len(text))])
    write_corpus(corpus_settings(tmp_path, server), [quoted])
    client = connect(chroma_path=tmp_path, max_response_chars=24_000)
    document = payload(
        call(client, "fetch", id=client.post("/search", json={"query": "pump"}).json()["results"][0]["chunk_id"])
    )
    assert "the pump at the end" in document["text"]


def test_every_answer_keeps_within_the_budget(connect: Connect, long_corpus: Path) -> None:
    for most in (2_000, 5_000, 90_000):
        client = connect(chroma_path=long_corpus, max_response_chars=most, mcp_tools=EVERY)
        for tool, arguments in (
            ("search", {"query": "pump"}),
            ("search_chunks", {"query": "pump", "top_k": 50, "context": 3}),
            ("list_documents", {}),
        ):
            body = message("tools/call", {"name": tool, "arguments": arguments}, modern=True)
            response = post(client, body, headers_of(body, modern=True))
            assert len(response.text) <= most
            assert payload(response.json()["result"])


def test_further_tools_are_there_where_they_are_wanted(connect: Connect, client: TestClient) -> None:
    assert failure(call(client, "search_chunks", query="warranty"))["error"] == "unknown_tool"
    wide = connect(mcp_tools=" search_chunks , list_documents")
    tools = {tool["name"]: tool for tool in ask(wide, "tools/list", modern=True)["tools"]}
    assert list(tools) == ["search", "fetch", "search_chunks", "list_documents"]
    asked: dict[str, Any] = {"query": "warranty", "top_k": 1, "source": WARRANTY.source, "mode": "lexical"}
    found = payload(call(wide, "search_chunks", **asked))
    assert found == wide.post("/search", json=asked).json()
    jsonschema.validate(found, tools["search_chunks"]["outputSchema"])
    listed = payload(call(wide, "list_documents", limit=2, offset=None))
    assert listed == wide.get("/documents?limit=2").json()
    jsonschema.validate(listed, tools["list_documents"]["outputSchema"])


def test_an_unknown_tool_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="MCP_TOOLS"):
        load(HandlerSettings, mcp_tools="search_chunks,delete_everything")


@pytest.mark.parametrize(
    ("tool", "arguments", "code", "named"),
    [
        ("search", {}, "invalid_request", '"query" is missing'),
        ("search", {"query": "  "}, "invalid_request", "query"),
        ("search", {"query": 5}, "invalid_request", "query"),
        ("search", {"query": "x", "top_k": 3}, "invalid_request", "top_k"),
        ("search", {"query": "x" * 4_001}, "invalid_request", "4000"),
        ("fetch", {}, "invalid_request", '"id" is missing'),
        ("fetch", {"id": "nothing"}, "document_not_found", "id"),
        ("fetch", {"id": f"{RETURNS.document_id}@9999999999999"}, "document_not_found", "id"),
        ("nope", {}, "unknown_tool", "search, fetch"),
    ],
)
def test_what_the_model_can_mend_is_a_result_that_says_how(
    client: TestClient, tool: str, arguments: dict[str, Any], code: str, named: str
) -> None:
    told = failure(call(client, tool, **arguments))
    assert told["error"] == code
    assert named in told["message"]
    assert told["request_id"]


def test_a_fault_behind_is_told_as_over_rest(connect: Connect, tmp_path: Path) -> None:
    client = connect(chroma_path=tmp_path / "nothing")
    told = failure(call(client, "search", query="warranty"))
    rest = client.post("/search", json={"query": "warranty"}).json()
    assert (told["error"], told["message"]) == (rest["error"], rest["message"])


def test_the_instructions_are_the_settings_and_the_important_part_comes_first(connect: Connect) -> None:
    for subject in ("warranty and repair of the X200", "x" * 180):
        client = connect(corpus_subject=subject, action_description="y" * 300)
        told = ask(client, "server/discover", modern=True)["instructions"]
        assert subject in told[:512]
        assert "Cite the url." in told[:512]
    own = connect(mcp_instructions="Ask for the X200 first.")
    assert ask(own, "initialize", {"protocolVersion": "2025-11-25"}, modern=False)["instructions"] == (
        "Ask for the X200 first."
    )


def test_the_log_names_the_tool_and_never_the_question(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="handler"):
        call(client, "search", query="kingfisher")
    (fields,) = [vars(record)["fields"] for record in caplog.records if record.getMessage() == "request"]
    assert (fields["tool"], fields["route"], fields["key"], fields["results"]) == ("search", "/mcp", "test", 3)
    assert "kingfisher" not in caplog.text
