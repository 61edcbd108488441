"""The official client asks the built package in AWS's emulator, and what it must refuse is refused there too."""

from __future__ import annotations

import base64
import json
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio.to_thread
import httpx2

from tests.corpus.snapshot.keeper import Keeper
from tests.handler.events import http_api
from tests.handler.mcp.asking import ACCEPT, headers_of, message
from tests.handler.mcp.official import MODES, over_http
from tests.lambda_.built import Built
from tests.lambda_.conftest import API_KEY, variables
from tests.lambda_.environment import Environment, environment
from tests.lambda_.gateway import event_of
from tests.openai_server import EmbeddingsServer

TEXT = "The warranty lasts 24 months. Straße"
URL = "https://api.example.com"


class Invoked(httpx2.AsyncBaseTransport):
    """Requests become events, as API Gateway makes them."""

    def __init__(self, function: Environment) -> None:
        self._function = function

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = await request.aread()
        headers = {name.lower(): value for name, value in request.headers.items()}
        event = event_of(request.method, str(request.url.raw_path.decode()), headers, body)
        _, text = await anyio.to_thread.run_sync(self._function.invoke_raw, event)
        found: dict[str, Any] = json.loads(text)
        content = found["body"].encode()
        if found["isBase64Encoded"]:
            content = base64.b64decode(content)
        return httpx2.Response(found["statusCode"], headers=found["headers"], content=content, request=request)


def test_the_protocol_adds_little_to_the_zip(built: Built) -> None:
    ours = (
        "handler/mcp/",
        "handler/routes/cite",
        "handler/routes/pla",
        "handler/routes/passage",
        "handler/access/links",
    )
    with zipfile.ZipFile(built.zip) as archive:
        sizes = [each.compress_size for each in archive.infolist() if each.filename.startswith(ours)]
    assert len(sizes) > 10
    assert sum(sizes) < 200_000


def test_the_official_client_is_served_in_every_mode_and_refusals_keep_their_status(
    built: Built, tmp_path: Path, in_folder: Keeper, embeddings: EmbeddingsServer
) -> None:
    in_folder.begins(TEXT)
    given = variables(embeddings, SNAPSHOT_URL=in_folder.dest, PUBLIC_URL=URL, MCP_TOOLS="search_chunks,list_documents")
    with environment(built.task, tmp_path, given) as function:
        sessions = [over_http(f"{URL}/mcp", API_KEY, mode, "warranty", transport=Invoked(function)) for mode in MODES]
        for session in sessions:
            assert session.tools == ["search", "fetch", "search_chunks", "list_documents"]
            assert [session.found[0]["text"], session.document["text"]] == [TEXT, TEXT]
        link = urlsplit(sessions[0].found[0]["url"])
        assert link.path.startswith("/cite/")
        page = event_of("GET", f"{link.path}?{link.query}", {"host": "api.example.com"}, b"")
        status, html = function.invoke(page)
        assert (status, TEXT in html) == (200, True)

        def status_of(body: Any, *, method: str = "POST", key: str = API_KEY, **headers: str) -> int:
            event = http_api(method, "/mcp", json.dumps(body), authorization=f"Bearer {key}")
            event["headers"] |= {"accept": ACCEPT, **{name.lower(): value for name, value in headers.items()}}
            status: int = json.loads(function.invoke_raw(event)[1])["statusCode"]
            return status

        unknown = message("nope", modern=True)
        assert status_of(unknown, **headers_of(unknown, modern=True)) == 404
        assert status_of(message("nope", modern=False)) == 200
        assert status_of({"jsonrpc": "2.0", "method": "notifications/initialized"}) == 202
        assert status_of([]) == 400
        assert status_of({}, method="GET") == 405
        assert status_of({}, method="DELETE") == 405
        assert status_of({}, key="wrong") == 401
        assert [event["tool"] for event in function.events("request") if "tool" in event].count("search") == len(MODES)
