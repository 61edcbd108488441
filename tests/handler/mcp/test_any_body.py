"""Whatever JSON-RPC a client makes up, the answer is never a fault of ours; MCP_EXAMPLES makes it longer."""

from __future__ import annotations

import json
import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.handler.mcp.asking import ACCEPT, HANDSHAKE, META, MODERN, PREFIX

BODIES_AT_ONCE = 25
TEXTS = st.text(max_size=20)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=5
)
METHODS = st.sampled_from(
    ["initialize", "ping", "server/discover", "tools/list", "tools/call", "resources/read", "notifications/initialized"]
)
IDS = st.integers() | TEXTS | SCALARS
ARGUMENTS = st.fixed_dictionaries(
    {}, optional={"query": VALUES, "id": VALUES, "top_k": VALUES, "queries": VALUES, "mode": VALUES, "x": VALUES}
)
PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["search", "fetch", "search_chunks", "list_documents"]) | VALUES,
        "arguments": ARGUMENTS | VALUES,
        "protocolVersion": st.sampled_from([*HANDSHAKE, MODERN]) | VALUES,
        "_meta": st.just(META) | st.fixed_dictionaries({f"{PREFIX}protocolVersion": VALUES}) | VALUES,
        "cursor": VALUES,
    },
)
MESSAGES = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0") | VALUES},
    optional={"id": IDS, "method": METHODS | VALUES, "params": PARAMS | VALUES, "result": VALUES, "error": VALUES},
)
VERSIONS = st.sampled_from([None, *HANDSHAKE, MODERN, MODERN, "2099-01-01", ""])


@settings(
    max_examples=int(os.environ.get("MCP_EXAMPLES", "500")) // BODIES_AT_ONCE,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(st.tuples(MESSAGES | VALUES, VERSIONS, st.booleans()), min_size=BODIES_AT_ONCE))
def test_no_body_is_answered_with_a_fault(client: TestClient, sent: list[tuple[Any, str | None, bool]]) -> None:
    for body, version, agreeing in sent:
        headers = {"Accept": ACCEPT, "Content-Type": "application/json"}
        if version is not None:
            headers["MCP-Protocol-Version"] = version
        if agreeing and isinstance(body, dict):
            # As a client that follows the rules would repeat them, so that more than the headers is looked at.
            headers |= {
                name: value
                for name, value in (("Mcp-Method", body.get("method")), ("Mcp-Name", _name(body)))
                if isinstance(value, str) and value.isascii() and value.isprintable()
            }
        response = client.post("/mcp", content=json.dumps(body).encode(), headers=headers)
        assert response.status_code in (200, 202, 400, 404), (response.status_code, body)
        if response.status_code == 202:
            assert response.content == b""
            continue
        answer = response.json()
        assert answer["jsonrpc"] == "2.0"
        assert ("result" in answer) != ("error" in answer)
        assert "-32603" not in response.text, body


def _name(body: dict[str, Any]) -> object:
    params = body.get("params")
    return params.get("name") if isinstance(params, dict) else None
