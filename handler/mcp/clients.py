"""What to paste into which client, so that it finds this server. Pure: settings, a URL and a key in, lines out."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import SecretStr

from corpus.corpora import STORE
from corpus.corpora_settings import CorporaSettings
from handler.settings import HandlerSettings

# Beside the corpora's own: what the tools say of themselves, and by what name AWS keeps a key.
TOLD = (
    *("filterable", "mcp_tools", "mcp_instructions", "action_title", "action_description", "corpus_subject"),
    *("public_url", "openai_api_key_secret", "openai_api_key_parameter"),
)
ENTRY_FOLDER = re.compile(rf"(=\s*(?:{STORE})?)(?!cloud:|https?:|s3:|{STORE})([^|#,\n]+)")


def environment_of(settings: HandlerSettings) -> dict[str, str]:
    """The settings by which `handler mcp` answers from anywhere on this machine as this process does.

    No secret is among them: YOUR_… stands where one is wanted.
    """
    named = settings.openai_api_key_secret or settings.openai_api_key_parameter
    given = {
        name: getattr(settings, name) for name in settings.model_fields_set & {*CorporaSettings.model_fields, *TOLD}
    }
    if not settings.several and settings.snapshot_url is None and settings.chroma_url is None:
        given.setdefault("chroma_path", settings.chroma_path)
    if named:
        given.pop("openai_api_key", None)
    return {name.upper(): _written(name, value) for name, value in sorted(given.items()) if value is not None}


def _written(name: str, value: object) -> str:
    """The value as the environment holds it; folders as absolute paths."""
    if isinstance(value, SecretStr):
        return f"YOUR_{name.upper()}"
    if isinstance(value, Path) or (name in ("snapshot_url", "corpora_file") and "://" not in str(value)):
        return str(Path(str(value)).absolute())
    if name == "corpora":
        return ENTRY_FOLDER.sub(lambda found: f"{found[1]}{Path(found[2].strip()).absolute()}", str(value))
    return str(value)


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
    yield "ChatGPT (developer mode; wants a public https:// URL): Settings, Apps, Create app"
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
