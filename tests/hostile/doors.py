"""Requests and Lambda events: no 5xx from what a caller sends, and nothing told to who has no key."""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from starlette.testclient import TestClient

from handler.contract.jsonrpc import INTERNAL_ERROR
from handler.mcp.stdio import Stdio
from tests.handler.events import function_url, http_api, rest_api
from tests.handler.test_main import Context
from tests.hostile.mutations import HEADERS, MESSAGES, body, changed, door

# What stands in the corpus, and what stands in settings: neither may come to who has no key.
SECRETS = ("Keep the receipt", "sk-loopback", "Traceback", "chroma.sqlite3")
OPEN = ("/openapi", "/healthz", "/privacy", "/.well-known", "/playground")


def requests(
    client: TestClient, key: str, count: int, seed: int, *, answered: Counter[int] | None = None
) -> Iterator[str]:
    """Sends so many; yields what should not have been answered so, and counts how many have which status."""
    draw = random.Random(seed)
    answered = Counter() if answered is None else answered
    for number in range(count):
        with_key = draw.random() < 0.8
        headers = {**draw.choice(HEADERS)} if draw.random() < 0.5 else {}
        headers.setdefault("Content-Type", "application/json")
        if with_key:
            headers.setdefault("Authorization", f"Bearer {key}")
        method, path = door(draw)
        content = body(draw) if method not in {"GET", "HEAD"} else b""
        answer = client.request(method, path, content=content, headers=headers)
        answered[answer.status_code] += 1
        what = f"request {number}, {method} {path} {headers} {content[:200]!r}"
        if answer.status_code >= 500:
            yield f"{answer.status_code} for {what}"
        told = answer.text
        if any(secret in told for secret in SECRETS[1:]) or (not with_key and SECRETS[0] in told):
            yield f"leaked to {what}"
        # Of //search a client makes a host, and asks for its first page.
        asked = answer.request.url.path
        if (
            not with_key
            and answer.status_code == 200
            and not asked.startswith(OPEN)
            and asked != "/"
            and method != "OPTIONS"
        ):
            yield f"200 without a key for {what}"


def lines(stdio: Stdio, count: int, seed: int) -> Iterator[str]:
    """Writes so many to `handler mcp`; yields those that end it or are answered as a fault of ours."""
    draw = random.Random(seed)
    for number in range(count):
        line = body(draw, of=MESSAGES)
        answers = io.BytesIO()
        try:
            stdio.serve(io.BytesIO(line + b"\n"), answers)
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            yield f"line {number}, {error!r} for {line[:200]!r}"
        if str(INTERNAL_ERROR).encode() in answers.getvalue():
            yield f"line {number}, a fault of ours for {line[:200]!r}"


def events(main: ModuleType, key: str, count: int, seed: int, *, answered: Counter[int] | None = None) -> Iterator[str]:
    """Passes so many to the Lambda entry; yields those that raise or are answered with 5xx. Counts as `requests`."""
    draw = random.Random(seed)
    answered = Counter() if answered is None else answered
    makers: tuple[Callable[..., dict[str, Any]], ...] = (http_api, rest_api, function_url)
    for number in range(count):
        text = body(draw).decode("utf-8", "replace")
        event = draw.choice(makers)(*door(draw), text, authorization=f"Bearer {key}")
        event = changed(event, draw, times=3)
        what = f"event {number}, {str(event)[:4000]}"
        try:
            answer = main.handler(event, Context())
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            yield f"{type(error).__name__}: {error} for {what}"
            continue
        answered[answer.get("statusCode", 0)] += 1
        if answer.get("statusCode", 200) >= 500:
            yield f"{answer['statusCode']} {answer.get('body', '')[:100]} for {what}"
