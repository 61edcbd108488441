"""A reply of any MCP server: alone or as the last event of a stream; nothing about its shape is taken for granted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from handler.check.http_call import Reply
from handler.check.openapi_document import listed, mapping

Answer = dict[str, Any]


def is_challenged(reply: Reply) -> bool:
    """Whether a refusal says how to sign in."""
    # Behind a REST API of API Gateway the header has another name.
    return any(name.lower().endswith("www-authenticate") for name in reply.headers)


def message_headers() -> dict[str, str]:
    """The headers of every message."""
    return {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


def message_in(reply: Reply) -> Any:
    """The JSON-RPC message in a reply, alone or as the last event of a stream."""
    if "event-stream" not in reply.headers.get("content-type", ""):
        return reply.json
    messages = [message for event in _events(reply.text) if (message := _json(event)) is not None]
    # Notifications may come before the answer, or after it.
    answers = [message for message in messages if {"result", "error"} & mapping(message).keys()]
    return next(reversed(answers or messages), None)


def _events(text: str) -> Iterator[str]:
    """The data of each event; it may stand on several lines.

    https://html.spec.whatwg.org/multipage/server-sent-events.html
    """
    lines: list[str] = []
    for line in (*text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""):
        if line.startswith("data:"):
            lines.append(line.removeprefix("data:").removeprefix(" "))
        elif not line and lines:
            yield "\n".join(lines)
            lines = []


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def result_in(reply: Reply) -> Answer:
    """The result of the method; empty if there is none."""
    return mapping(mapping(message_in(reply)).get("result")) if reply.status == 200 else {}


def payload_in(reply: Reply) -> Answer:
    """The JSON in the single text item of a tool's result; empty if it holds something else."""
    result = result_in(reply)
    items = [mapping(item) for item in listed(result.get("content"))]
    if result.get("isError") or len(items) != 1 or items[0].get("type") != "text":
        return {}
    try:
        return mapping(json.loads(str(items[0].get("text"))))
    except (ValueError, RecursionError):
        return {}
