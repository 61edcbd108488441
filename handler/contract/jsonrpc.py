"""JSON-RPC 2.0 as MCP speaks it: what a message may be, and how results and errors are written. Pure.

https://www.jsonrpc.org/specification; one message a body, never a batch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
# MCP's own code, of 2026-07-28.
HEADER_MISMATCH = -32020
UNSUPPORTED_VERSION = -32022
# Recorded in the log and the audit trail, because the status of such a refusal may be 200.
RPC_ERROR = "rpc_error"

RequestId = int | str
# It is repeated in the answer, and must not fill it.
MAX_ID_CHARS = 1_000


class RpcError(Exception):
    """A message that cannot be answered. `data` is for machines."""

    def __init__(self, code: int, message: str, *, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A message that wants an answer."""

    id: RequestId
    method: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notification:
    """A message that wants none."""

    method: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a question that we never ask."""


def message_of(value: Any) -> Request | Notification | Reply:
    """The message in a JSON value. Raises RpcError -32600 if it is not one, such as a batch."""
    if not isinstance(value, dict) or value.get("jsonrpc") != "2.0":
        raise RpcError(INVALID_REQUEST, 'The body must be one JSON-RPC object with "jsonrpc": "2.0"; no batch.')
    if "method" not in value and ("result" in value or "error" in value):
        return Reply()
    method, params = value.get("method"), value.get("params")
    if not isinstance(method, str):
        raise RpcError(INVALID_REQUEST, '"method" must be a string.')
    if params is not None and not isinstance(params, dict):
        raise RpcError(INVALID_REQUEST, '"params" must be an object.')
    if "id" not in value:
        return Notification(method)
    identifier = value["id"]
    if not isinstance(identifier, int | str) or isinstance(identifier, bool):
        raise RpcError(INVALID_REQUEST, '"id" must be a string or a whole number.')
    if isinstance(identifier, str) and len(identifier) > MAX_ID_CHARS:
        raise RpcError(INVALID_REQUEST, f'"id" may have {MAX_ID_CHARS:,} characters.')
    return Request(id=identifier, method=method, params=params or {})


def result_body(identifier: RequestId, result: Mapping[str, Any]) -> dict[str, Any]:
    """An answer as it is sent."""
    return {"jsonrpc": "2.0", "id": identifier, "result": result}


def wrapping_chars(identifier: RequestId) -> int:
    """How many characters surround a result, including the member that the newer era adds to it."""
    return len(json.dumps(result_body(identifier, {"resultType": "complete"}))) + 1


def error_body(identifier: RequestId | None, error: RpcError) -> dict[str, Any]:
    """A refusal as it is sent; the id is null if the message had none that could be read."""
    body: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.data is not None:
        body["data"] = error.data
    return {"jsonrpc": "2.0", "id": identifier, "error": body}
