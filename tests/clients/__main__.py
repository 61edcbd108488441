"""Let every client ask the handler over the sample corpus, and write what each made of it into docs/doors.md.

`make clients` installs them and runs this. Exits with 1 where one of them could not do what it is there for.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from examples.demo import bring_in, serving
from tests.clients.emulated import emulated
from tests.clients.transcript import transcript
from tests.handler.mcp.official import MODES, over_http, over_stdio

ROOT = Path(__file__).parents[2]
PROBES = Path(__file__).parent / "probes"
ENVIRONMENTS = ROOT / ".venv-clients"
NPM = ENVIRONMENTS / "npm"
PAGE = ROOT / "docs" / "doors.md"
HANDLER = str(Path(sys.executable).with_name("handler"))
QUESTION = "5 GHz wifi"
SECONDS = 180
AGREED = {"auto": "2026-07-28", "legacy": "2025-11-25", "2026-07-28": "2026-07-28"}
HEAD = "| client | version | what it found | chunks from a call | |\n|---|---|---|---|---|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one client made of it. `chunks` is None where it made no call."""

    client: str
    version: str
    operations: list[str]
    chunks: int | None
    note: str
    failed: bool = False

    def __str__(self) -> str:
        """As the table has it."""
        found = ", ".join(f"`{name}`" for name in self.operations) or "–"
        return f"| {self.client} | {self.version} | {found} | {self.chunks or '–'} | {self.note} |"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Where the handler is, and the store behind it."""

    url: str
    key: str
    store: str


def main() -> int:
    """Ask with each, write the page; the exit code."""
    environment = bring_in()
    with serving(environment) as (url, key):
        asked = Asked(url=url, key=key, store=environment["CHROMA_PATH"])
        openapi = [_said(row) for row in _openapi(asked)]
        mcp = [_said(row) for row in _mcp(asked)]
        with TemporaryDirectory() as folder, emulated(asked.store, Path(folder)) as (function, its_key):
            mcp += [_said(row) for row in _on_lambda(Asked(url=function, key=its_key, store=asked.store))]
        shown = transcript(f"{url}/mcp", key)
    text = PAGE.read_text("utf-8")
    for name, part in (
        ("openapi-clients", "\n".join([HEAD, *map(str, openapi)])),
        ("mcp-clients", "\n".join([HEAD, *map(str, mcp)])),
        ("transcript", f"```\n{shown}\n```"),
    ):
        before, found, rest = text.partition(f"<!-- {name} -->\n")
        if not found:
            raise SystemExit(f"{PAGE} has no place for {name}.")
        text = f"{before}{found}{part}\n<!-- end -->{rest.partition('<!-- end -->')[2]}"
    PAGE.write_text(text, "utf-8")
    return int(any(row.failed for row in (*openapi, *mcp)))


def _said(row: Row) -> Row:
    print(row, flush=True)
    return row


def _openapi(asked: Asked) -> Iterator[Row]:
    for client, environment in (
        ("semantic-kernel", "first"),
        ("google-adk", "first"),
        ("fastmcp", "second"),
        ("llama-index", "second"),
        ("langchain", "second"),
    ):
        python = str(ENVIRONMENTS / environment / "bin" / "python")
        probe = str(PROBES / f"{client.replace('-', '_')}_client.py")
        yield _probed(client, [python, probe, asked.url, asked.key])
    yield _probed("librechat-data-provider", [_node(), str(PROBES / "librechat_client.mjs"), asked.url, asked.key])
    yield _checked("@apidevtools/swagger-cli", ["swagger-cli", "validate", f"{asked.url}/openapi.json"])
    yield _checked("@redocly/cli", ["redocly", "lint", "--extends", "minimal", f"{asked.url}/openapi.json"])


def _mcp(asked: Asked) -> Iterator[Row]:
    for mode in MODES:
        http = over_http(f"{asked.url}/mcp", asked.key, mode, QUESTION)
        stdio, page = over_stdio([HANDLER, "mcp"], {"CHROMA_PATH": asked.store}, mode, QUESTION)
        agreed = (stdio.version, stdio.tools, len(stdio.found)) == (http.version, http.tools, len(http.found))
        note = f"mode {mode}: {http.version}; HTTP and stdio agree: {agreed}; cited page over stdio: {page}"
        failed = not agreed or page != 200 or http.version != AGREED[mode]
        chunks = len(http.found)
        yield Row(
            client="mcp 2.x", version=_version("mcp"), operations=http.tools, chunks=chunks, note=note, failed=failed
        )
    python = str(ENVIRONMENTS / "first" / "bin" / "python")
    yield _probed("mcp 1.x", [python, str(PROBES / "mcp_first.py"), asked.url, asked.key, HANDLER, asked.store])
    yield _inspected("over HTTP", _http(asked))
    yield _inspected("over stdio", [HANDLER, "mcp", "-e", f"CHROMA_PATH={asked.store}"])


def _on_lambda(asked: Asked) -> Iterator[Row]:
    for mode in MODES:
        found = over_http(f"{asked.url}/mcp", asked.key, mode, QUESTION)
        yield Row(
            client="mcp 2.x",
            version=_version("mcp"),
            operations=found.tools,
            chunks=len(found.found),
            note=f"mode {mode}: {found.version}; the package in AWS's emulator",
            failed=found.version != AGREED[mode],
        )
    python = str(ENVIRONMENTS / "first" / "bin" / "python")
    row = _probed("mcp 1.x", [python, str(PROBES / "mcp_first.py"), asked.url, asked.key, HANDLER, asked.store])
    yield replace(row, note=f"{row.note}; HTTP by the package in AWS's emulator")
    yield _inspected("over HTTP, the package in AWS's emulator", _http(asked))


def _http(asked: Asked) -> list[str]:
    return [f"{asked.url}/mcp", "--transport", "http", "--header", f"Authorization: Bearer {asked.key}"]


def _inspected(way: str, target: list[str]) -> Row:
    inspector = [_node(), _tool("mcp-inspector"), "--cli", *target, "--connect-timeout", str(SECONDS * 1000)]
    listed = _run([*inspector, "--method", "tools/list"])
    called = _run(
        [*inspector, "--method", "tools/call", "--tool-name", "search", "--tool-arg", f"query={QUESTION}"],
    )
    if listed.returncode or called.returncode:
        return _failure("MCP Inspector", listed if listed.returncode else called)
    names = [tool["name"] for tool in json.loads(listed.stdout)["tools"]]
    chunks = len(json.loads(called.stdout)["structuredContent"]["results"])
    return Row(
        client="MCP Inspector",
        version=_npm_version("@modelcontextprotocol/inspector"),
        operations=names,
        chunks=chunks,
        note=f"its command line, {way}",
    )


def _probed(client: str, command: list[str]) -> Row:
    ended = _run(command)
    if ended.returncode:
        return _failure(client, ended)
    told = json.loads(ended.stdout.splitlines()[-1])
    return Row(client=client, **told)


def _checked(client: str, command: list[str]) -> Row:
    ended = _run([_node(), _tool(command[0]), *command[1:]])
    if ended.returncode:
        return _failure(client, ended)
    return Row(client=client, version=_npm_version(client), operations=[], chunks=None, note="valid")


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CLIENTS_NPM": str(NPM), "REDOCLY_TELEMETRY": "off"}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS, cwd=ENVIRONMENTS
    )


def _failure(client: str, ended: subprocess.CompletedProcess[str]) -> Row:
    print(ended.stdout[-3000:], ended.stderr[-3000:], file=sys.stderr)
    lines = [line for line in (ended.stderr or ended.stdout).splitlines() if line.strip()] or ["nothing"]
    return Row(client=client, version="?", operations=[], chunks=None, note=f"failed: {lines[-1][:120]}", failed=True)


def _node() -> str:
    return _tool("node")


def _tool(name: str) -> str:
    return str(NPM / "node_modules" / ".bin" / name)


def _npm_version(package: str) -> str:
    return str(json.loads((NPM / "node_modules" / package / "package.json").read_text("utf-8"))["version"])


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)


if __name__ == "__main__":
    sys.exit(main())
