"""Requests and Lambda events: no 5xx from what a caller sends, and nothing told to who has no key."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from starlette.testclient import TestClient

from tests.handler.events import function_url, http_api, rest_api
from tests.handler.test_main import Context
from tests.hostile.mutations import HEADERS, METHODS, PATHS, body, changed

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
        headers = {**draw.choice(HEADERS)}
        headers.setdefault("Content-Type", "application/json")
        if with_key:
            headers.setdefault("Authorization", f"Bearer {key}")
        method, path = draw.choice(METHODS), draw.choice(PATHS)
        method = draw.choice((method, "POST"))
        content = body(draw) if method not in {"GET", "HEAD"} else b""
        answer = client.request(method, path, content=content, headers=headers)
        answered[answer.status_code] += 1
        what = f"request {number}, {method} {path} {headers} {content[:200]!r}"
        if answer.status_code >= 500:
            yield f"{answer.status_code} for {what}"
        told = answer.text
        if any(secret in told for secret in SECRETS[1:]) or (not with_key and SECRETS[0] in told):
            yield f"leaked to {what}"
        if (
            not with_key
            and answer.status_code == 200
            and not path.startswith(OPEN)
            and path != "/"
            and method != "OPTIONS"
        ):
            yield f"200 without a key for {what}"


def events(main: ModuleType, key: str, count: int, seed: int, *, answered: Counter[int] | None = None) -> Iterator[str]:
    """Passes so many to the Lambda entry; yields those that raise or are answered with 5xx. Counts as `requests`."""
    draw = random.Random(seed)
    answered = Counter() if answered is None else answered
    makers: tuple[Callable[..., dict[str, Any]], ...] = (http_api, rest_api, function_url)
    for number in range(count):
        text = body(draw).decode("utf-8", "replace")
        event = draw.choice(makers)(draw.choice(METHODS), draw.choice(PATHS), text, authorization=f"Bearer {key}")
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
