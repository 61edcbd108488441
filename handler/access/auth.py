"""Who is calling. Decided before any of the request's body is read."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence

from starlette.datastructures import Headers

from handler.access.caller import Caller
from handler.access.keys import KeyEntry, entry_of
from handler.contract.errors import ActionError

BEARER = 'Bearer realm="retrieval-action"'
BASIC = 'Basic realm="retrieval-action", charset="UTF-8"'
CHALLENGE = f"{BEARER}, {BASIC}"


def authenticate(headers: Headers, *, keys: Sequence[KeyEntry], key_header: str | None) -> Caller:
    """Who the key that the request carries stands for. Raises ActionError 401 without a key, 403 with a wrong one."""
    if not any(_presented(headers, key_header)):
        ways = f"Authorization: Bearer KEY or {key_header}: KEY" if key_header else "Authorization: Bearer KEY"
        raise ActionError(
            401,
            "missing_api_key",
            f"This needs an API key. Send the header {ways}.",
            headers={"WWW-Authenticate": CHALLENGE},
        )
    caller = caller_by_key(headers, keys=keys, key_header=key_header)
    if caller is None:
        raise ActionError(
            403, "wrong_api_key", "This API key is not known here. Check it, or ask the server's operator for one."
        )
    return caller


def caller_by_key(headers: Headers, *, keys: Sequence[KeyEntry], key_header: str | None) -> Caller | None:
    """The caller whose key the request carries; None if it carries no known key."""
    entry = entry_of([key for key in _presented(headers, key_header) if key], keys)
    return None if entry is None else Caller(name=entry.name, principals=frozenset(entry.principals))


def unauthorized(error: ActionError, *, bearer: str | None = None) -> ActionError:
    """The refusal in OAuth's form (RFC 6750): clients look for a way to sign in at 401 alone.

    `bearer` is the challenge of that scheme if it says more than that a key is wrong.
    """
    challenge = bearer or f'{BEARER}, error="invalid_token"'
    return ActionError(401, "invalid_token", error.message, headers={"WWW-Authenticate": f"{challenge}, {BASIC}"})


def _presented(headers: Headers, key_header: str | None) -> Iterator[str]:
    """Every text in the request that may be the key."""
    if key_header is not None:
        yield from (value.strip() for value in headers.getlist(key_header))
    for authorization in headers.getlist("authorization"):
        scheme, _, credentials = authorization.strip().partition(" ")
        credentials = credentials.strip()
        if scheme.lower() == "bearer":
            yield credentials
        elif scheme.lower() == "basic":
            yield from _basic(credentials)


def _basic(credentials: str) -> Iterator[str]:
    """GPT's editor sends the key itself after Basic; browsers and curl send user:password in base64."""
    yield credentials
    try:
        decoded = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, ValueError):
        return
    yield decoded
    user, separator, password = decoded.partition(":")
    if separator:
        yield password or user
