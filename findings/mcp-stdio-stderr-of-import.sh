#!/bin/sh
# mcp 2.3.0: a client over stdio hands its server the standard error of the moment in which mcp was imported, not of the
# moment in which it connects. Where a program imports it with standard error redirected to memory, as for a quiet
# import, and has put it back since, no server can be started: io.UnsupportedOperation from subprocess, of `fileno`.
# Expected: the standard error of the call, as subprocess itself takes it, which works here.
# Exit 0 while that is so, 1 once it has changed. Needs python3 and a package index; nothing of this project.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mcp==2.3.0
cat > "$folder/server.py" <<'PYTHON'
from mcp.server.mcpserver import MCPServer

server = MCPServer("numbers")


@server.tool()
def double(number: int) -> int:
    """Twice the number."""
    return 2 * number


server.run("stdio")
PYTHON
cat > "$folder/client.py" <<'PYTHON'
import contextlib
import io
import sys
from importlib.metadata import version

with contextlib.redirect_stderr(io.StringIO()):
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

import anyio


async def tools(transport: object) -> list[str]:
    async with Client(transport) as client:
        return [tool.name for tool in (await client.list_tools()).tools]


def tried(make: object) -> str:
    try:
        return str(anyio.run(tools, make()))
    except Exception as error:
        while isinstance(error, ExceptionGroup):
            error = error.exceptions[0]
        return f"{type(error).__name__}: {error}"


server = StdioServerParameters(command=sys.executable, args=[sys.argv[1]])
print(f"mcp {version('mcp')}, Python {sys.version.split()[0]}, standard error put back: {sys.stderr is sys.__stderr__}")
found = [tried(lambda: server), tried(lambda: stdio_client(server, errlog=sys.stderr))]
print(f"Client(StdioServerParameters(...)): {found[0]}")
print(f"Client(stdio_client(..., errlog=sys.stderr)): {found[1]}")
sys.exit(found != ["UnsupportedOperation: fileno", "['double']"])
PYTHON
HOME="$folder" "$folder/venv/bin/python" "$folder/client.py" "$folder/server.py"
