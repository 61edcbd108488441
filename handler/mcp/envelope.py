"""The two eras of the protocol, and the rules that a message of the newer one must keep. Pure.

Handshake era (2024-11-05 to 2025-11-25): `initialize` comes first, the header may be absent. Modern era (2026-07-28):
every request names its version, method and tool in headers and carries its envelope in `params._meta`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

from starlette.datastructures import Headers

from handler.contract.jsonrpc import (
    HEADER_MISMATCH,
    INVALID_PARAMS,
    INVALID_REQUEST,
    UNSUPPORTED_VERSION,
    Notification,
    Reply,
    Request,
    RpcError,
)

HANDSHAKE_VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
MODERN_VERSIONS = ("2026-07-28",)
VERSION_HEADER = "mcp-protocol-version"
METHOD_HEADER = "mcp-method"
NAME_HEADER = "mcp-name"
VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities"
SERVER_INFO_KEY = "io.modelcontextprotocol/serverInfo"
# The methods whose name the header repeats: tools have one; prompts and resources are not served, but checked all the
# same.
NAME_FIELDS = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
ENCODED = re.compile(r"=\?base64\?(.*)\?=")


def is_modern(version: str | None) -> bool:
    """Whether the era is the newer one: any version that is not one of the handshake's."""
    return version is not None and version not in HANDSHAKE_VERSIONS


def version_in(request: Request) -> str | None:
    """The version that the envelope names, if there is no header to go by."""
    meta = request.params.get("_meta")
    version = meta.get(VERSION_KEY) if isinstance(meta, dict) else None
    return version if isinstance(version, str) else None


def check_envelope(request: Request, headers: Headers | None) -> None:
    """Raises RpcError for the first rule that a modern request breaks. `headers` are None over stdio."""
    if headers is not None:
        _check_single(headers)
    meta = request.params.get("_meta")
    if not isinstance(meta, dict) or (missing := [key for key in (VERSION_KEY, CAPABILITIES_KEY) if key not in meta]):
        lacking = missing if isinstance(meta, dict) else [VERSION_KEY, CAPABILITIES_KEY]
        raise RpcError(INVALID_PARAMS, f"params._meta must hold {' and '.join(lacking)}.")
    if headers is not None:
        _check_headers(request, meta, headers)
    version = meta[VERSION_KEY]
    if not isinstance(version, str):
        raise RpcError(INVALID_PARAMS, f"{VERSION_KEY} must be a string.")
    _check_version(version)


def check_unanswered(message: Notification | Reply, headers: Headers) -> None:
    """Raises RpcError if a modern message that wants no answer may not be sent."""
    if isinstance(message, Reply):
        raise RpcError(INVALID_REQUEST, "The body is a reply, and nothing was asked of you.")
    _check_version(headers[VERSION_HEADER])


def _check_version(version: str) -> None:
    if version not in MODERN_VERSIONS:
        data = {"supported": list(MODERN_VERSIONS), "requested": version}
        raise RpcError(UNSUPPORTED_VERSION, "This protocol version is not served.", data=data)


def _check_single(headers: Headers) -> None:
    for name in (VERSION_HEADER, METHOD_HEADER, NAME_HEADER):
        if len(headers.getlist(name)) > 1:
            # A reader of the first and a reader of the last would disagree.
            raise RpcError(HEADER_MISMATCH, f"The header {name} stands more than once.")


def _check_headers(request: Request, meta: Mapping[str, object], headers: Headers) -> None:
    if headers.get(VERSION_HEADER) != meta[VERSION_KEY]:
        raise RpcError(HEADER_MISMATCH, f"The header {VERSION_HEADER} is not the version in params._meta.")
    if headers.get(METHOD_HEADER) != request.method:
        raise RpcError(HEADER_MISMATCH, f"The header {METHOD_HEADER} is not the method of the body.")
    field = NAME_FIELDS.get(request.method)
    named = request.params.get(field) if field else None
    if named is not None and decoded(headers.get(NAME_HEADER)) != named:
        raise RpcError(HEADER_MISMATCH, f"The header {NAME_HEADER} is not the {field} in params.")


def decoded(value: str | None) -> str | None:
    """The header's text; `=?base64?…?=` encodes what a header cannot hold. None if it cannot be decoded."""
    found = ENCODED.fullmatch(value) if value is not None else None
    if found is None:
        return value
    try:
        raw = base64.b64decode(found[1], validate=True)
        # A text has one encoding: another one for the same text is refused.
        return raw.decode() if base64.b64encode(raw).decode() == found[1] else None
    except (binascii.Error, UnicodeDecodeError):
        return None
