"""handler.contract.body: a body that is too long is refused by its length, before any of it is read."""

from __future__ import annotations

import asyncio
from typing import NoReturn

import pytest
from starlette.requests import Request

from handler.contract.body import read_body
from handler.contract.errors import ActionError


async def _never() -> NoReturn:
    raise AssertionError("The body was read.")


def test_one_byte_too_many_is_refused_before_it_is_read() -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"101")]
    request = Request({"type": "http", "method": "POST", "headers": headers}, _never)
    with pytest.raises(ActionError) as refused:
        asyncio.run(read_body(request, max_bytes=100))
    assert refused.value.status == 413
