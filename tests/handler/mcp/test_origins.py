"""A web page calls /mcp where it may: a page that has its own name lead here may not, whatever key it has."""

from __future__ import annotations

import pytest

from tests.handler.conftest import Connect
from tests.handler.mcp.asking import headers_of, message, post


@pytest.mark.parametrize(
    ("origin", "host", "public_url", "status"),
    [
        (None, "anything.example", None, 200),
        ("https://chatgpt.com", "api.example.com", None, 200),
        ("https://evil.example", "api.example.com", "https://api.example.com", 403),
        ("http://rebound.example:8000", "rebound.example:8000", None, 403),
        ("http://rebound.example", "rebound.example", "https://api.example.com", 403),
        ("http://localhost:8000", "localhost:8000", None, 200),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", None, 200),
        ("http://localhost:9000", "localhost:8000", None, 403),
        ("https://api.example.com", "internal:8000", "https://api.example.com:443/stage", 200),
        ("http://api.example.com", "internal:8000", "https://api.example.com", 403),
        ("null", "localhost:8000", None, 403),
        ("", "localhost:8000", None, 403),
    ],
)
def test_only_pages_of_named_origins_and_our_own_may_call(
    connect: Connect, origin: str | None, host: str, public_url: str | None, status: int
) -> None:
    body = message("tools/list", modern=False)
    headers = headers_of(body, modern=False) | {"Host": host} | ({"Origin": origin} if origin is not None else {})
    answer = post(connect(public_url=public_url), body, headers)
    assert answer.status_code == status, answer.text
    if status == 403:
        assert "CORS_ORIGINS" in answer.json()["error"]["message"]
