"""Read a request's JSON strictly: what two parsers could understand differently is refused."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from starlette.datastructures import Headers
from starlette.requests import Request

from handler.contract.errors import ActionError

JSON_TYPE = re.compile(r"application/([a-z0-9.+-]+\+)?json", re.IGNORECASE)
# NUL ends strings in C; a lone surrogate is half a character and cannot be encoded in UTF-8.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


async def read_body(request: Request, *, max_bytes: int) -> bytes:
    """The body, refused with 413 as soon as it is known to be too long, and 415 when it is not called JSON."""
    check_content_type(request.headers)
    body = bytearray()
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > max_bytes:
        raise _too_large(max_bytes)
    async for piece in request.stream():
        body += piece
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(body)


def check_content_type(headers: Headers) -> None:
    """Raises ActionError 415 if the body is not declared as JSON in UTF-8, or is compressed."""
    media_type, _, parameters = headers.get("content-type", "").partition(";")
    charset = re.search(r'charset="?([^";\s]+)', parameters, re.IGNORECASE)
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise _unsupported("Send the body uncompressed, without Content-Encoding.")
    if not JSON_TYPE.fullmatch(media_type.strip()) or (
        charset is not None and charset[1].lower() not in ("utf-8", "utf8", "us-ascii")
    ):
        raise _unsupported("Send the body as JSON in UTF-8, with Content-Type: application/json.")


def parse_json(body: bytes) -> Any:
    """The value. Raises ActionError 400, saying where and why, for what is not strict JSON."""
    if not body.strip():
        raise _malformed('The body is empty. Send JSON, such as {"query": "how long is the warranty?"}.')
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed(f"The body is not UTF-8: byte {error.start} cannot be read.") from error
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise _malformed(f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    except RecursionError as error:
        raise _malformed("The body is nested too deeply.") from error
    _check_strings(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise _malformed(f'The field "{shown(name)}" stands twice in one object. Send it once.')
        fields[name] = value
    return fields


def _constant(name: str) -> NoReturn:
    raise _malformed(f"{name} is not a JSON number.")


def _integer(digits: str) -> int:
    if len(digits) > 400:
        raise _malformed("A number in the body has too many digits.")
    return int(digits)


def _check_strings(value: Any) -> None:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            if UNSTORABLE.search(item):
                raise _malformed("A text in the body holds a NUL character or half of a surrogate pair. Leave it out.")
        elif isinstance(item, dict):
            pending += item.keys()
            pending += item.values()
        elif isinstance(item, list):
            pending += item


def shown(text: str, *, max_chars: int = 60) -> str:
    """A caller's own word as it may be quoted in a message: short, and without characters that could not be sent."""
    clean = "".join(character if character.isprintable() else "\ufffd" for character in text)
    return clean if len(clean) <= max_chars else clean[: max_chars - 1] + "…"


def _malformed(message: str) -> ActionError:
    return ActionError(400, "malformed_request", message)


def _unsupported(message: str) -> ActionError:
    return ActionError(415, "unsupported_media_type", message)


def _too_large(max_bytes: int) -> ActionError:
    return ActionError(413, "body_too_large", f"The body may have {max_bytes:,} bytes. Send a shorter query.")
