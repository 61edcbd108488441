"""POST /mcp: one JSON-RPC message in, one answer out. No session, no stream: GET and DELETE are refused at once.

Every refusal is a JSON-RPC body with the HTTP status that clients expect of it, but for 401, which starts the search
for a way to sign in. What is checked comes in the order of the official SDK's server.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from handler.access.auth import unauthorized
from handler.access.origins import may_call
from handler.contract.body import check_content_type, parse_json, read_body
from handler.contract.deployment_url import own_url
from handler.contract.errors import ActionError, error_response, json_response, rpc_error, rpc_response
from handler.contract.jsonrpc import (
    HEADER_MISMATCH,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    RPC_ERROR,
    UNSUPPORTED_VERSION,
    Request,
    RequestId,
    RpcError,
    message_of,
    result_body,
    wrapping_chars,
)
from handler.mcp.dispatch import SEARCHING_TOOLS, WAITING_METHODS, result_of
from handler.mcp.envelope import VERSION_HEADER, check_envelope, check_unanswered, is_modern
from handler.mcp.message_context import Session
from handler.mcp.tools import scopes_of
from handler.routes.action import action_of, admit, answered, come_by_door, trace_of
from handler.routes.identity import challenge_of, demand

router = APIRouter()
UNACCEPTABLE = "The answer is JSON: send Accept: application/json, text/event-stream."
FOREIGN_ORIGIN = "This web origin may not call. CORS_ORIGINS names who may; PUBLIC_URL is this server's own."
ACCEPTED = ("application/json", "application/*", "*/*")
# In the newer era; in the older one every message that could be read as a request is answered with 200.
STATUSES = {
    PARSE_ERROR: 400,
    INVALID_REQUEST: 400,
    INVALID_PARAMS: 400,
    HEADER_MISMATCH: 400,
    UNSUPPORTED_VERSION: 400,
    METHOD_NOT_FOUND: 404,
}


# Both, because clients do not follow every redirect. The app refuses every other method at once.
@router.post("/mcp")
@router.post("/mcp/")
async def mcp(request: HttpRequest) -> Response:
    """Answer one message."""
    trace = trace_of(request)
    settings = action_of(request).settings
    origin = request.headers.get("origin")
    come_by_door(request)
    if not may_call(origin, request.scope, named=settings.origins, public_url=settings.public_url):
        return rpc_response(None, RpcError(INVALID_REQUEST, FOREIGN_ORIGIN), status=403)
    try:
        await admit(request)
        return await _served(request)
    except ActionError as error:
        if error.status in (401, 403):
            return error_response(_unauthorized(request, error), request_id=trace.request_id)
        refusal = rpc_error(error, request_id=trace.request_id)
        return rpc_response(None, refusal, status=error.status, headers=error.headers)


def _unauthorized(request: HttpRequest, error: ActionError) -> ActionError:
    """The refusal in the form that makes a client sign in, or ask for the missing scope."""
    oauth = action_of(request).oauth
    if oauth is None:
        return unauthorized(error)
    # The refusal of a key says nothing about tokens yet.
    if error.code != "wrong_api_key":
        return error
    challenge = challenge_of(request, oauth, public_url=action_of(request).settings.public_url)
    return unauthorized(error, bearer=challenge.header("invalid_token"))


async def _served(request: HttpRequest) -> Response:
    action = action_of(request)
    try:
        check_content_type(request.headers)
    except ActionError as error:
        return rpc_response(None, RpcError(INVALID_REQUEST, error.message), status=400)
    if not _accepts_json(request.headers):
        return rpc_response(None, RpcError(INVALID_REQUEST, UNACCEPTABLE), status=406)
    body = await read_body(request, max_bytes=action.settings.max_body_bytes)
    versions = request.headers.getlist(VERSION_HEADER)
    # Two headers are refused by the newer era's rules, whatever they hold.
    modern = len(versions) > 1 or is_modern(request.headers.get(VERSION_HEADER))
    try:
        message = message_of(_parsed(body))
        if isinstance(message, Request):
            return await _answered(request, message, modern=modern)
        if modern:
            check_unanswered(message, request.headers)
    except RpcError as error:
        return rpc_response(None, error, status=400)
    return Response(status_code=202)


async def _answered(request: HttpRequest, message: Request, *, modern: bool) -> Response:
    session = Session(
        action=action_of(request),
        trace=trace_of(request),
        is_modern=modern,
        base_url=lambda: action_of(request).settings.public_url or own_url(request.scope),
        wrapping_chars=wrapping_chars(message.id),
    )
    try:
        if modern:
            check_envelope(message, request.headers)
        if message.method == "tools/call":
            _demand_for_tool(request, message.params.get("name"))
        work = partial(result_of, message, session)
        if message.method not in WAITING_METHODS:
            result = work()
        elif message.params.get("name") in SEARCHING_TOOLS:
            result = await answered(request, work, sent=message.params.get("arguments"))
        else:
            result = await run_in_threadpool(work)
    except RpcError as error:
        session.trace.notes["error"] = RPC_ERROR
        return _refused(message.id, error, modern=modern)
    return json_response(result_body(message.id, result))


def _demand_for_tool(request: HttpRequest, name: object) -> None:
    """Raises ActionError 403 if the tool's route requires a scope that the token lacks."""
    oauth, caller = action_of(request).oauth, trace_of(request).caller
    if oauth is not None and caller is not None:
        challenge = challenge_of(request, oauth, public_url=action_of(request).settings.public_url)
        demand(caller, replace(challenge, scopes=scopes_of(name, oauth.scopes)))


def _refused(identifier: RequestId, error: RpcError, *, modern: bool) -> Response:
    return rpc_response(identifier, error, status=STATUSES.get(error.code, 200) if modern else 200)


def _parsed(body: bytes) -> Any:
    try:
        return parse_json(body)
    except ActionError as error:
        raise RpcError(PARSE_ERROR, error.message) from None


def _accepts_json(headers: Headers) -> bool:
    accepted = {kind.partition(";")[0].strip().lower() for kind in headers.get("accept", "").split(",")}
    return not accepted.isdisjoint(ACCEPTED)
