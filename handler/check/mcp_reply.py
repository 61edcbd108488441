"""What came from an MCP server, as somebody else may have built it: alone or as the last event of a stream."""

from __future__ import annotations

import json
from typing import Any

from handler.check.call import Reply
from handler.check.document import listed, mapping

Answer = dict[str, Any]


def is_challenged(reply: Reply) -> bool:
    """Whether a refusal says how to sign in."""
    # Behind a REST API of API Gateway the header has another name.
    return any(name.lower().endswith("www-authenticate") for name in reply.headers)


def message_headers() -> dict[str, str]:
    """What every message is sent with."""
    return {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


def message_in(reply: Reply) -> Any:
    """The JSON-RPC message that came, alone or as the last event of a stream."""
    if "event-stream" not in reply.headers.get("content-type", ""):
        return reply.json
    events = [line.removeprefix("data:").strip() for line in reply.text.splitlines() if line.startswith("data:")]
    try:
        return json.loads(events[-1]) if events else None
    except (ValueError, RecursionError):
        return None


def result_in(reply: Reply) -> Answer:
    """The result of the method; empty where there is none."""
    return mapping(mapping(message_in(reply)).get("result")) if reply.status == 200 else {}


def payload_in(reply: Reply) -> Answer:
    """The JSON in the one text item of a tool's result; empty where there is something else."""
    result = result_in(reply)
    items = [mapping(item) for item in listed(result.get("content"))]
    if result.get("isError") or len(items) != 1 or items[0].get("type") != "text":
        return {}
    try:
        return mapping(json.loads(str(items[0].get("text"))))
    except (ValueError, RecursionError):
        return {}
