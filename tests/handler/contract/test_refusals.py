"""What is refused, and how the caller is told."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.handler.conftest import HEADERS, Connect


def refusal(response: Any) -> tuple[int, str, str]:
    body = response.json()
    assert response.headers["content-type"] == "application/json"
    assert set(body) == {"error", "message", "request_id"}
    assert all(isinstance(value, str) and value for value in body.values())
    return response.status_code, body["error"], body["message"]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({}, ["query", "missing", "how long is the warranty?"]),
        ({"query": ""}, ["query"]),
        ({"query": " \n "}, ["query"]),
        ({"query": "\u001f\u0085\u007f"}, ["query", "text"]),
        ({"query": "x" * 4001}, ["query", "4000"]),
        ({"query": 7}, ["query", "string"]),
        ({"query": None}, ["query"]),
        ({"query": "x", "top_k": 0}, ["top_k", "1"]),
        ({"query": "x", "top_k": 51}, ["top_k", "50"]),
        ({"query": "x", "top_k": "5"}, ["top_k", "integer", "Example: 5"]),
        ({"query": "x", "top_k": 2.5}, ["top_k"]),
        ({"query": "x", "top_k": True}, ["top_k"]),
        ({"query": "x", "document_id": "nope"}, ["document_id", "9f86d081884c7d65"]),
        ({"query": "x", "foo": 1}, ["foo", "Allowed: query, queries, top_k", "Example"]),
        ({"queries": ["a", "b"], "query": 1}, ["query"]),
        ({"queries": ["a"]}, ["queries", "2"]),
        ({"queries": list("abcdef")}, ["queries", "5"]),
        ({"queries": ["a", " "]}, ["queries[1]"]),
        ({"queries": "a"}, ["queries", "list"]),
        ({"query": "x", "context": 4}, ["context", "3"]),
        ({"query": "x", "tags": []}, ["tags"]),
        ({"query": "x", "tags": "warranty"}, ["tags", "list"]),
        ({"query": "x", "updated_after": "yesterday"}, ["updated_after", "2026-01-31"]),
        ({"query": "x", "updated_after": f"2026-01-31T00:00:00.{'0' * 90_000}"}, ["updated_after", "2026-01-31"]),
        ({"query": "x", "updated_before": "2026-02-30"}, ["updated_before"]),
        ({"query": "x", "updated_before": "20260230"}, ["updated_before"]),
        ([], ["object", "query"]),
        ("text", ["object"]),
    ],
)
def test_a_wrong_field_is_named_with_what_it_may_be(client: TestClient, body: object, names: list[str]) -> None:
    status, code, message = refusal(client.post("/search", json=body))
    assert (status, code) == (422, "invalid_request")
    for name in names:
        assert name in message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"query=warranty",
        b'{"query": "x"',
        b'{"query": "\xff"}',
        b'{"query": "a", "query": "b"}',
        b'{"query": "a", "top_k": NaN}',
        b'{"query": "a\\u0000b"}',
        b'{"query": "a\\ud800b"}',
        b'{"a\\udfff": 1}',
        b"[" * 50_000,
        b'{"a":' * 10_000,
        b'{"top_k": ' + b"9" * 5_000 + b"}",
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_not_strict_json_is_malformed(client: TestClient, body: bytes) -> None:
    response = client.post("/search", content=body, headers={"Content-Type": "application/json"})
    assert refusal(response)[:2] == (400, "malformed_request")


def test_valid_escapes_are_no_lone_surrogates(client: TestClient) -> None:
    body = rb'{"query": "\ud83d\ude00 \\u0000 \ud83d\ude00"}'
    assert client.post("/search", content=body, headers={"Content-Type": "application/json"}).status_code == 200


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"]
)
def test_another_content_type_is_refused(client: TestClient, content_type: str) -> None:
    response = client.post("/search", content=b'{"query": "x"}', headers={"Content-Type": content_type})
    assert refusal(response)[:2] == (415, "unsupported_media_type")


def test_a_long_body_is_refused_whether_or_not_it_says_how_long(client: TestClient) -> None:
    body = b'{"query": "' + b"x" * 100_000 + b'"}'
    json_type = {"Content-Type": "application/json"}
    assert refusal(client.post("/search", content=body, headers=json_type))[:2] == (413, "body_too_large")
    pieces = (body[start : start + 1000] for start in range(0, len(body), 1000))
    assert refusal(client.post("/search", content=pieces, headers=json_type))[:2] == (413, "body_too_large")


def test_unknown_paths_and_methods_are_json_too(client: TestClient) -> None:
    assert refusal(client.get("/nowhere"))[:2] == (404, "not_found")
    assert refusal(client.post("/search/", json={"query": "x"}))[:2] == (404, "not_found")
    response = client.get("/search")
    assert refusal(response)[:2] == (405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


def test_a_key_is_asked_for_before_the_body_is_read(connect: Connect) -> None:
    assert refusal(connect(headers={}).post("/search", content=b"{"))[:2] == (401, "missing_api_key")


def test_web_pages_of_chatgpt_may_call_and_others_may_not(client: TestClient) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, content-type"}
    for origin in ("https://chatgpt.com", "https://chat.openai.com"):
        response = client.options("/search", headers={"Origin": origin, **asked})
        assert response.status_code == 200
        assert response.headers["access-control-allow-origin"] == origin
    response = client.options("/search", headers={"Origin": "https://evil.example", **asked})
    assert refusal(response)[:2] == (400, "cors_refused")
    assert "access-control-allow-origin" not in response.headers
    allowed = client.post("/search", json={"query": "x"}, headers={"Origin": "https://chatgpt.com", **HEADERS})
    assert allowed.headers["access-control-allow-origin"] == "https://chatgpt.com"
