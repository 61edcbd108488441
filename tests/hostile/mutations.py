"""Bodies, headers, paths and events that nobody means well by, drawn by a seed. None is meant for other software."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

ODD: list[Any] = [
    None, True, False, 0, -1, 1.5, 2**53, "", " ", "x" * 5000, "\u0000", "a\nb", "../..", "' OR 1=1 --", "{{7*7}}",
    "%00", [], [None], [[]], {}, {"a": {"b": {}}}, "2026-13-45", "ünïcödé \u202e", "0" * 400,
]  # fmt: skip
PATHS = (
    "/search", "/query", "/documents", "/documents/0123456789abcdef", "/documents/..%2f..", "/openapi.json", "/healthz",
    "/privacy", "/mcp", "/", "//search", "/search/", "/%2e%2e/etc", "/documents?limit=-1",
    "/documents?offset=9" + "9" * 40,    "/.well-known/openapi.yaml", "/nowhere",
    "/documents?corpus=manuals&limit=2", "/documents?corpus=" + "x" * 3000, "/documents/0123456789abcdef?corpus=nobody",
    "/cite/0123456789abcdef.0?corpus=manuals", "/cite/..%2f..?sig=x&exp=1", "/playground.js", "/register",
    "/oauth/authorize?client_id=%00&redirect_uri=javascript:1", "/oauth/token",
    "/.well-known/oauth-protected-resource/x",
)  # fmt: skip
METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH")
BODIES: tuple[dict[str, Any], ...] = (
    {"query": "how long is the warranty?", "top_k": 3},
    {"queries": ["warranty", "pump"], "mode": "lexical"},
    {"query": "warranty", "source": "a.md", "updated_after": "2026-01-01", "context": 1},
    {"queries": [{"query": "warranty", "filter": {"author": "x"}, "top_k": 2}]},
    {"query": "warranty", "corpus": ["manuals", "other"], "mode": "hybrid"},
    {"query": "pump", "corpus": "all", "min_score": 0.1, "max_per_document": 1},
    {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "search", "arguments": {"query": "pump"}}},
    {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18"}},
)
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"X-Forwarded-For": "1.2.3.4, 5.6.7.8"},
    {"X-Forwarded-Host": "evil.example"},
    {"Content-Type": "text/plain"},
    {"Content-Type": "application/json; charset=utf-16"},
    {"Content-Encoding": "gzip"},
    {"Content-Length": "9" * 30},
    {"Authorization": "Bearer " + "x" * 4000},
    {"Accept": "*/*;q=" + "0" * 200},
    {"MCP-Protocol-Version": "1999-01-01"},
    {"Origin": "null"},
)


def changed(value: Any, draw: random.Random, *, times: int = 2) -> Any:
    """The value with some of its parts made odd, doubled, renamed or gone."""
    made = copy.deepcopy(value)
    for _ in range(draw.randint(0, times)):
        places: list[tuple[Any, Any]] = []
        waiting = [made]
        while waiting:
            each = waiting.pop()
            keys = each if isinstance(each, dict) else range(len(each)) if isinstance(each, list) else ()
            for key in keys:
                places.append((each, key))
                waiting.append(each[key])
        if not places:
            break
        holder, key = draw.choice(places)
        if isinstance(holder, dict) and draw.random() < 0.3:
            taken = holder.pop(key)
            if draw.random() < 0.5:
                holder[str(draw.choice(ODD))[:50]] = taken
        else:
            holder[key] = copy.deepcopy(draw.choice(ODD))
    return made


def body(draw: random.Random) -> bytes:
    """JSON, nearly JSON, or neither."""
    content = json.dumps(changed(draw.choice(BODIES), draw)).encode()
    kind = draw.random()
    if kind < 0.7:
        return content
    if kind < 0.8:
        return content[: draw.randint(0, len(content))]
    if kind < 0.9:
        place = draw.randint(0, len(content))
        return content[:place] + bytes([draw.randint(0, 255)]) + content[place:]
    return draw.randbytes(draw.randint(0, 200))
