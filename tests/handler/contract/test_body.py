"""handler.contract.body: a body that is too long is refused by its length, before any of it is read."""

from __future__ import annotations

import asyncio
from typing import NoReturn

import pytest
from starlette.requests import Request

from handler.contract.body import parse_json, read_body
from handler.contract.errors import ActionError


async def _never() -> NoReturn:
    raise AssertionError("The body was read.")


def test_one_byte_too_many_is_refused_before_it_is_read() -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"101")]
    request = Request({"type": "http", "method": "POST", "headers": headers}, _never)
    with pytest.raises(ActionError) as refused:
        asyncio.run(read_body(request, max_bytes=100))
    assert refused.value.status == 413


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"query": "a", "query": "b"}', id="a field that stands twice"),
        pytest.param(b'{"a": NaN}', id="no number"),
        pytest.param(b'{"a": -Infinity}', id="an infinite one"),
        pytest.param(b'{"a": %s}' % (b"9" * 5_000), id="thousands of digits"),
        pytest.param(rb'{"a": "\ud800"}', id="half of a surrogate pair"),
        pytest.param(rb'{"a\u0000": 1}', id="NUL in a name"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b"\xef\xbb\xbf{}", id="a byte order mark"),
        pytest.param(b'{"a": 1} {}', id="two values"),
    ],
)
def test_what_two_parsers_could_understand_differently_is_refused(body: bytes) -> None:
    with pytest.raises(ActionError) as refused:
        parse_json(body)
    assert (refused.value.status, refused.value.code) == (400, "malformed_request")


def test_numbers_that_all_understand_alike_are_taken() -> None:
    assert parse_json(b'{"a": [1, -0.5, 1e308, 1e-999]}') == {"a": [1, -0.5, 1e308, 0.0]}
