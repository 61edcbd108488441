"""What `handler serve` prints to be pasted works where it is pasted: each line is what the client reads."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from corpus.corpora import parse_corpora
from handler.mcp.clients import configurations, environment_of
from handler.settings import HandlerSettings

URL = "https://api.example.com/mcp"


def pasted(key: str | None, *, signs_in: bool = False) -> dict[str, str]:
    """The line below each client's name."""
    where = {"CHROMA_PATH": "/srv/corpus"}
    lines = list(configurations(URL, key, signs_in=signs_in, name="docs", command="/opt/handler", environment=where))
    return {_client(name): line for name, line in zip(lines[::2], lines[1::2], strict=True)}


def _client(line: str) -> str:
    return line.partition(" (")[0].partition(",")[0].rstrip(":")


def test_each_client_is_given_its_own_form_with_the_key() -> None:
    told = pasted("ra_key")
    words = shlex.split(told["Claude Code"])
    assert words[:7] == ["claude", "mcp", "add", "--transport", "http", "docs", URL]
    assert words[7:] == ["--header", "Authorization: Bearer ra_key"]
    headers = {"Authorization": "Bearer ra_key"}
    vs_code: Any = json.loads(told["VS Code"])
    assert vs_code == {"servers": {"docs": {"type": "http", "url": URL, "headers": headers}}}
    assert json.loads(told["Cursor"]) == {"mcpServers": {"docs": {"url": URL, "headers": headers}}}
    stdio = {"command": "/opt/handler", "args": ["mcp"], "env": {"CHROMA_PATH": "/srv/corpus"}}
    assert json.loads(told["Claude Desktop"]) == {"mcpServers": {"docs": stdio}}


def test_who_signs_in_is_given_no_header() -> None:
    told = pasted(None, signs_in=True)
    assert told["ChatGPT"].endswith("Authentication: OAuth")
    assert "headers" not in told["VS Code"]


def test_without_a_key_none_is_named() -> None:
    assert not any("Authorization" in line or "key" in line.lower() for line in pasted(None).values())


def test_a_client_on_this_machine_is_given_what_leads_to_the_same_answers_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"snapshot_url": "published", "snapshot_public_key": "KEY", "access": "documents", "mcp_tools": "search"}
    settings = HandlerSettings.model_validate(
        given | {"openai_api_key": "sk-secret", "api_keys": "", "rate_limit": "1/day"}
    )
    assert environment_of(settings) == {
        "ACCESS": "documents",
        "MCP_TOOLS": "search",
        "OPENAI_API_KEY": "YOUR_OPENAI_API_KEY",
        "SNAPSHOT_PUBLIC_KEY": "KEY",
        "SNAPSHOT_URL": str(tmp_path / "published"),
    }
    corpora = "hr=store:a|group:hr, sales=cloud:sales,manuals=b#old,bucket=s3://docs/d,far=http://host:8000/far,own=/f"
    lacking = {"chroma_api_key": "x", "chroma_tenant": "x", "chroma_database": "x"}
    told = environment_of(HandlerSettings.model_validate({"corpora": corpora} | lacking))["CORPORA"]
    assert parse_corpora(told) == parse_corpora(
        corpora.replace("store:a", f"store:{tmp_path}/a").replace("=b#", f"={tmp_path}/b#")
    )
