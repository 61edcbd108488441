"""One session of the official client, as docs/doors.md shows it: what is sent, what comes, shortened."""

from __future__ import annotations

import json
from typing import Any

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

LONGEST = 96
QUESTION = "Why can't the gateway see my 5 GHz wifi?"


def transcript(url: str, key: str) -> str:
    """The session, without the key and with this run's address replaced."""

    async def run() -> str:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            version = client.protocol_version
            tools = (await client.list_tools()).tools
            found = (await client.call_tool("search", {"query": QUESTION})).structured_content["results"]
            identifier = found[0]["id"]
            document = (await client.call_tool("fetch", {"id": identifier})).structured_content
        lines = [f'>>> Client("https://api.example.com/mcp")    # agreed on {version}']
        lines += [">>> list_tools()", *(f"{tool.name}: {tool.description}" for tool in tools)]
        lines += [f'>>> call_tool("search", {{"query": {json.dumps(QUESTION)}}})', *map(_shown, found[:2]), "…"]
        lines += [f'>>> call_tool("fetch", {{"id": "{identifier}"}})', _shown(document)]
        return "\n".join(lines).replace(url.removesuffix("/mcp"), "https://api.example.com")

    return anyio.run(run)


def _shown(value: dict[str, Any]) -> str:
    short = {name: _short(each) for name, each in value.items()}
    return json.dumps(short, ensure_ascii=False, indent=1)


def _short(value: Any) -> Any:
    return value[: LONGEST - 1] + "…" if isinstance(value, str) and len(value) > LONGEST else value
