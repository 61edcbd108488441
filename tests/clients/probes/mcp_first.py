"""The last official MCP client of the first line (mcp 1.x): over HTTP and over stdio."""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from importlib.metadata import version
from typing import Any

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client


async def asked(streams: Any) -> tuple[list[str], int, str]:
    async with AsyncExitStack() as stack:
        read, write, *_ = await stack.enter_async_context(streams)
        session = await stack.enter_async_context(ClientSession(read, write))
        agreed = (await session.initialize()).protocolVersion
        names = [tool.name for tool in (await session.list_tools()).tools]
        found = await session.call_tool("search", {"query": "5 GHz wifi"})
        results = (found.structuredContent or {})["results"]
        document = await session.call_tool("fetch", {"id": results[0]["id"]})
        assert "2.4 GHz" in (document.structuredContent or {})["text"]
        return names, len(results), str(agreed)


async def main(url: str, key: str, command: str, store: str) -> None:
    http = await asked(streamablehttp_client(f"{url}/mcp", headers={"Authorization": f"Bearer {key}"}))
    server = StdioServerParameters(command=command, args=["mcp"], env={"CHROMA_PATH": store})
    stdio = await asked(stdio_client(server))
    assert stdio[:2] == http[:2]
    note = f"HTTP and stdio, {http[2]}"
    print(json.dumps({"version": version("mcp"), "operations": http[0], "chunks": http[1], "note": note}))


asyncio.run(main(*sys.argv[1:]))
