"""The rows about MCP, of our own server, of others built with the official SDK, and of what is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from corpus.corpus_opening import open_corpus
from handler.app import create_app
from handler.check.deployment import CannotCheck
from handler.check.matrix import CheckOptions
from handler.check.run import check
from tests.handler.conftest import API_KEY, Configure
from tests.handler.running import running

ROWS = [
    f"MCP {name}"
    for name in (
        "initialize",
        "discover",
        "tool list",
        "search",
        "fetch",
        "unknown method",
        "wrong key",
        "metadata",
    )
]


def outcomes(url: str, capsys: pytest.CaptureFixture[str], *, key: str | None = API_KEY) -> tuple[int, dict[str, Any]]:
    code = check(url, key=key, wishes=CheckOptions(no_rate_limit=True), as_json=True)
    printed = capsys.readouterr()
    assert API_KEY not in printed.out + printed.err
    return code, {row["name"]: row for row in json.loads(printed.out)["rows"]}


def failed(rows: dict[str, Any]) -> set[str]:
    return {name for name, row in rows.items() if row["outcome"] == "failed"}


@pytest.fixture(scope="module")
def url(configure: Configure) -> Iterator[str]:
    app = create_app(configure(), open_corpus)
    with running(app) as url:
        yield url
    app.state.library.close()


def test_our_own_holds_all_beside_the_document_and_alone(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, rows = outcomes(url, capsys)
    assert (code, failed(rows)) == (0, set())
    assert [name for name in rows if name.startswith("MCP")] == ROWS
    code, rows = outcomes(f"{url}/mcp", capsys)
    assert (code, list(rows), failed(rows)) == (0, ROWS, set())
    assert rows["MCP search"]["came"].startswith("3 results")


def test_a_wrong_key_is_told_row_by_row(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, rows = outcomes(f"{url}/mcp", capsys, key="wrong")
    assert code == 1
    assert failed(rows) >= {"MCP initialize", "MCP tool list", "MCP unknown method"}
    assert "401" in rows["MCP initialize"]["came"]


def theirs(*, hints: bool) -> Starlette:
    """A server of the official SDK, which answers by streams and keeps sessions."""
    # Here, because it takes half a second and every process that collects these tests would spend it.
    from mcp.server.mcpserver import MCPServer
    from mcp_types import ToolAnnotations

    server = MCPServer("theirs")
    annotations = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)

    @server.tool(annotations=annotations if hints else None)
    def search(query: str) -> dict[str, list[dict[str, str]]]:
        """Find."""
        return {"results": [{"id": "1", "title": query, "url": "https://example.com/1"}]}

    @server.tool(annotations=annotations)
    def fetch(id: str) -> dict[str, str]:  # noqa: A002 - the contract's own name
        """Read."""
        return {"id": id, "title": "One", "text": "It is about one.", "url": "https://example.com/1"}

    return server.streamable_http_app()


def test_another_server_holds_all_and_what_it_lacks_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with running(theirs(hints=True), lifespan="on") as url:
        assert outcomes(f"{url}/mcp", capsys, key=None)[0] == 0
    with running(theirs(hints=False), lifespan="on") as url:
        code, rows = outcomes(f"{url}/mcp", capsys, key=None)
    assert (code, failed(rows)) == (1, {"MCP tool list"})
    assert "search lacks readOnlyHint" in rows["MCP tool list"]["came"]


def test_what_goes_wrong_is_told_and_nothing_is_believed(capsys: pytest.CaptureFixture[str]) -> None:
    async def broken(request: Request) -> Response:
        body = await request.json()
        if body == {}:
            return JSONResponse({"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "no"}}, 400)
        return JSONResponse({"jsonrpc": "2.0", "id": 1, "result": {"tools": "none", "content": [5]}}, 200)

    with running(Starlette(routes=[Route("/mcp", broken, methods=["POST"])])) as url:
        code, rows = outcomes(url, capsys)
    assert code == 1
    assert failed(rows) == set(ROWS) - {"MCP search", "MCP fetch", "MCP metadata"}


def test_who_forgot_the_key_is_told_to_give_it(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, rows = outcomes(f"{url}/mcp", capsys, key=None)
    assert code == 1
    assert "ACTION_KEY" in rows["MCP initialize"]["came"]
    assert rows["MCP wrong key"]["outcome"] == "ok"


def test_tools_on_further_pages_are_found_and_events_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    hints = {"readOnlyHint": True, "destructiveHint": False, "openWorldHint": False}

    async def streaming(request: Request) -> Response:
        message = await request.json()
        last = message.get("params", {}).get("cursor") == "2"
        schema = {"type": "object"}
        tool = {"name": "last" if last else "first", "description": "It.", "inputSchema": schema, "annotations": hints}
        result = {"tools": [tool]} | ({} if last else {"nextCursor": "2"})
        # An event without data first, the answer over two lines, a notification behind it.
        answer = json.dumps({"jsonrpc": "2.0", "id": message.get("id"), "result": result}).replace(", ", ",\ndata: ")
        told = '{"jsonrpc": "2.0", "method": "notifications/message", "params": {}}'
        text = f"id: 1\ndata:\n\nevent: message\ndata: {answer}\n\ndata: {told}\n\n"
        return Response(text, media_type="text/event-stream")

    with running(Starlette(routes=[Route("/mcp", streaming, methods=["POST"])])) as url:
        _, rows = outcomes(f"{url}/mcp", capsys, key=None)
    assert (rows["MCP tool list"]["outcome"], rows["MCP tool list"]["came"]) == ("ok", "first, last")


def test_what_is_neither_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with running(Starlette()) as url, pytest.raises(CannotCheck, match="no OpenAPI document"):
        outcomes(url, capsys)
