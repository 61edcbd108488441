"""The official client (mcp 2.x) asks a server of ours as any program would. The library's client alone is used."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import anyio
import httpx2

# mcp is imported where it is used: half a second that most of the processes that collect these tests need not spend.
MODES = ("auto", "legacy", "2026-07-28")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a client saw: the version agreed on, the tools' names, and the answers of search and fetch."""

    version: str
    tools: list[str]
    found: list[dict[str, Any]]
    document: dict[str, Any]
    refused: str


def over_http(
    url: str, key: str, mode: str, question: str, *, transport: httpx2.AsyncBaseTransport | None = None
) -> Session:
    """Ask over HTTP with a key; `transport` is another way than a socket."""
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    async def run() -> Session:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60, transport=transport) as http,
            Client(streamable_http_client(url, http_client=http), mode=mode) as client,
        ):
            return await _asked(client, question)

    return anyio.run(run)


def over_stdio(command: list[str], environment: dict[str, str], mode: str, question: str) -> tuple[Session, int]:
    """Ask a command over its stdin and stdout; and the status of a cited page while it still runs."""
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

    async def run() -> tuple[Session, int]:
        server = StdioServerParameters(command=command[0], args=command[1:], env=environment)
        # Left to itself it takes the standard error of when it was imported: that of a test, perhaps, and no file.
        async with Client(stdio_client(server, errlog=sys.__stderr__ or sys.stderr), mode=mode) as client:
            session = await _asked(client, question)
            async with httpx2.AsyncClient() as http:
                return session, (await http.get(session.found[0]["url"])).status_code

    return anyio.run(run)


async def _asked(client: Any, question: str) -> Session:
    tools = await client.list_tools()
    search = await client.call_tool("search", {"query": question})
    assert [item.type for item in search.content] == ["text"]
    found = search.structured_content["results"]
    document = await client.call_tool("fetch", {"id": found[0]["id"]})
    refused = await client.call_tool("fetch", {"id": "nothing"})
    assert refused.is_error
    return Session(
        version=client.protocol_version,
        tools=[tool.name for tool in tools.tools],
        found=found,
        document=document.structured_content,
        refused=refused.content[0].text,
    )
