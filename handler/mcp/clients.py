"""What to paste into which client, so that it finds this server. Pure: a URL and a key in, lines out."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping


def configurations(
    url: str, key: str | None, *, signs_in: bool, name: str, command: str, environment: Mapping[str, str]
) -> Iterator[str]:
    """Lines for people. `url` is that of /mcp; `key` None where none is needed; `signs_in` where a client finds out by
    itself how its user signs in; `command` is this program, to which
    `environment` says where the corpus is.
    """
    stdio = {"command": command, "args": ["mcp"], "env": dict(environment)}
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with_headers = {"headers": headers} if headers else {}
    yield "ChatGPT (developer mode; wants a public https:// URL): Settings, Apps & Connectors, Create"
    none = "none (ChatGPT sends no key: AUTH=none)" if key else "none"
    yield f"  MCP server URL: {url}   Authentication: {'OAuth' if signs_in else none}"
    header = f" --header {shlex.quote(f'Authorization: Bearer {key}')}" if key else ""
    yield "Claude Code:"
    yield f"  claude mcp add --transport http {name} {url}{header}"
    yield "Claude Desktop, over stdio (claude_desktop_config.json):"
    yield f"  {json.dumps({'mcpServers': {name: stdio}})}"
    yield "VS Code (.vscode/mcp.json):"
    yield f"  {json.dumps({'servers': {name: {'type': 'http', 'url': url, **with_headers}}})}"
    yield "Cursor (.cursor/mcp.json):"
    yield f"  {json.dumps({'mcpServers': {name: {'url': url, **with_headers}}})}"
