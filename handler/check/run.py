"""`handler check`: find the deployment's document, ask the matrix row by row, show it. Exit code 0 when all hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from corpus.errors import SettingsError
from corpus.loading import load
from corpus.outbound_settings import OutboundSettings
from corpus.urls import without_passwords
from handler.check.check_row import Check, Row, carried_out
from handler.check.deployment import CannotCheck, Search, Target, find_search, find_target
from handler.check.http_call import Caller, Credentials, credentials_of
from handler.check.matrix import CheckOptions, Matrix
from handler.check.mcp_rows import McpChecks, find_mcp
from handler.check.openapi_document import mapping
from handler.check.settings import CheckSettings

ALL_HOLD, SOME_FAIL = 0, 1
URL = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
STYLES = {"ok": "green", "failed": "bold red", "skipped": "yellow"}


def check(url: str, *, key: str | None, wishes: CheckOptions, as_json: bool) -> int:
    """The exit code. Raises SettingsError for a wrong URL or a missing key, CannotCheck where there is no action."""
    if not URL.fullmatch(url):
        raise SettingsError(
            f"{without_passwords(url)!r} is not a URL. Give the one under which the action is reached, such as https://api.example.com."
        )
    given = key if key is not None else _from_environment()
    err = Console(stderr=True, highlight=False, soft_wrap=True)

    def waiting(seconds: int) -> None:
        err.print(Text(f"The rate limit is used up; waiting {seconds} s for the next window."))

    caller = Caller(secret=given or "", wait=waiting, proxy=load(OutboundSettings).outbound_proxy)
    rows = []
    try:
        err.print(Text(f"Checking {url}"))
        for row in carried_out(_checks(caller, url, given, wishes, err)):
            rows.append(row)
            if err.is_terminal:
                err.print(Text(f"  {row.name}: {row.outcome}", style=STYLES[row.outcome]))
    finally:
        caller.close()
    _show(url, rows, as_json=as_json)
    return SOME_FAIL if any(row.outcome == "failed" for row in rows) else ALL_HOLD


def _checks(caller: Caller, url: str, key: str | None, wishes: CheckOptions, err: Console) -> Iterator[Check]:
    """The rows of the document, then those of the MCP server, if there is one.

    Raises CannotCheck if there is neither.
    """
    try:
        target = find_target(caller, url)
    except CannotCheck:
        mcp_url = find_mcp(caller, url, Credentials(key=key).headers(key) if key else {})
        if mcp_url is None or wishes.gate is not None:  # The gate's questions go to the search that a document names.
            raise
        err.print(Text("There is no OpenAPI document here; checking the MCP server alone."))
        yield from McpChecks(caller, mcp_url, Credentials(key=key) if key else None).checks()
        return
    if (access := mapping(target.document.get("info")).get("x-access")) is not None:
        err.print(Text(f"Access: by {access}. The rows show what the key's principals see (docs/access.md)."))
    search = find_search(target.document)
    credentials = _credentials(target, search, key, wishes)
    matrix = Matrix(caller, target, search, credentials, wishes)
    yield from matrix.checks()
    mcp_url = find_mcp(caller, target.url, credentials.headers(credentials.key) if credentials else {})
    if mcp_url is None:
        err.print(Text(f"There is no MCP server at {target.url}/mcp; its rows are left out."))
    else:
        asks = credentials is not None and credentials_of(target.document, search.operation.body, "") is not None
        # Over MCP a key is always a Bearer token.
        own = Credentials(key=credentials.key) if credentials is not None and asks else None
        yield from McpChecks(caller, mcp_url, own).checks()
    yield matrix.limit()


def _from_environment() -> str | None:
    secret = load(CheckSettings).action_key
    return secret.get_secret_value() if secret else None


def _credentials(target: Target, search: Search, key: str | None, wishes: CheckOptions) -> Credentials | None:
    wanted = credentials_of(target.document, search.operation.body, key or "")
    if wanted is None:
        # The document asks for no key. If one was given, the rows about keys will report what is wrong.
        return Credentials(key=key) if key and not wishes.is_open else None
    if not key:
        raise SettingsError(
            "The action wants a key. Give it in the environment variable ACTION_KEY, or as --key (which others on this "
            "machine may see in the list of processes)."
        )
    return wanted


def _show(url: str, rows: list[Row], *, as_json: bool) -> None:
    out = Console(highlight=False)
    failed = [row for row in rows if row.outcome == "failed"]
    if as_json:
        payload = {"url": url, "ok": not failed, "rows": [asdict(row) for row in rows]}
        out.file.write(json.dumps(payload, indent=2, ensure_ascii=False) + "\n")
        return
    if out.is_terminal:
        table = Table("", "check", "what came", title=url, title_justify="left")
        for row in rows:
            table.add_row(Text(row.outcome, style=STYLES[row.outcome]), row.name, Text(row.came))
        out.print(table)
    else:
        for row in rows:
            out.file.write(f"{row.outcome:<8}{row.name:<20}{row.came}\n")
    for row in failed:
        lines = f"\n{row.name}\n  expected  {row.expected}\n  came      {row.came}\n  way out   {row.remedy}"
        out.print(Text(lines), soft_wrap=True)
    held = sum(row.outcome == "ok" for row in rows)
    skipped = sum(row.outcome == "skipped" for row in rows)
    out.print(f"\n{held} of {len(rows)} hold" + (f", {skipped} skipped" if skipped else ""))
