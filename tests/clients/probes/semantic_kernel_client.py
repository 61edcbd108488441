"""semantic-kernel: the document becomes a plugin, and searchChunks is called."""

import asyncio
import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import httpx
from semantic_kernel import Kernel
from semantic_kernel.connectors.openapi_plugin import OpenAPIFunctionExecutionParameters


async def main(url: str, key: str) -> None:
    async def authorized(**_: object) -> dict[str, str]:
        return {"Authorization": f"Bearer {key}"}

    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "openapi.json"
        document.write_text(httpx.get(f"{url}/openapi.json").text, "utf-8")
        plugin = Kernel().add_plugin_from_openapi(
            "docs",
            str(document),
            execution_settings=OpenAPIFunctionExecutionParameters(
                auth_callback=authorized,
                server_url_validation_allowed_base_urls=[url],
                enable_payload_namespacing=False,
            ),
        )
    typed = all(
        parameter.schema_data["type"] for each in plugin.functions.values() for parameter in each.metadata.parameters
    )
    answer = await Kernel().invoke(plugin["searchChunks"], query="5 GHz wifi", top_k=2)
    note = "every parameter typed" if typed else "parameters without a type"
    chunks = len(json.loads(str(answer))["results"])
    told = {"version": version("semantic-kernel"), "operations": list(plugin.functions), "chunks": chunks, "note": note}
    print(json.dumps(told))


asyncio.run(main(*sys.argv[1:]))
