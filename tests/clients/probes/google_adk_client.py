"""google-adk: the document becomes tools for Gemini. It calls no address of this machine, so none is called."""

import asyncio
import json
import sys
from importlib.metadata import version

import httpx
from google.adk.tools.openapi_tool import OpenAPIToolset


async def main(url: str, _: str) -> None:
    toolset = OpenAPIToolset(spec_str=httpx.get(f"{url}/openapi.json").text, spec_str_type="json")
    tools = await toolset.get_tools()
    schemas = [tool._get_declaration().model_dump_json(exclude_none=True) for tool in tools]
    plain = not any(word in schema for schema in schemas for word in ('"pattern"', '"anyOf"', '"type":["'))
    note = "one type a field; refuses to call loopback" if plain else "hands choices or patterns on"
    names = [tool.name for tool in tools]
    print(json.dumps({"version": version("google-adk"), "operations": names, "chunks": None, "note": note}))


asyncio.run(main(*sys.argv[1:]))
