"""What every route works with, and the one check before the routes that need a key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from corpus.filterable import FilterField
from handler.access.auth import BASIC, authenticate, caller_by_key
from handler.access.caller import ANYBODY, Caller
from handler.access.caller_addresses import Network, counted_address
from handler.access.keys import KeyEntry
from handler.access.links import Signer
from handler.access.oauth.wiring import OAuth
from handler.access.rate_limit import Limiter
from handler.authorization import Gate
from handler.contract.body import read_body
from handler.contract.errors import ActionError
from handler.contract.plugin_requests import PluginRequest, plugin_request
from handler.contract.requests import ListRequest, SearchRequest, list_request, search_request
from handler.observing.trace import Trace, too_late
from handler.routes.identity import bearer_token, caller_by_token, challenge_of
from handler.settings import HandlerSettings

T = TypeVar("T")
# The doors as the audit trail names them.
DOORS = {
    "/search": "search",
    "/query": "query",
    "/documents": "documents",
    "/documents/{document_id}": "document",
    "/mcp": "mcp",
    "/mcp/": "mcp",
    "/cite/{place}": "cite",
}
# Questions wait for the model's endpoint. They have threads of their own: if it hangs, everything else has the others.
QUESTIONS_AT_ONCE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """The parts that `create_app` wires together."""

    settings: HandlerSettings
    keys: tuple[KeyEntry, ...]
    gate: Gate
    filterable: tuple[FilterField, ...]
    limiter: Limiter | None
    signer: Signer
    oauth: OAuth | None = None
    trusted_proxies: tuple[Network, ...] = ()
    question_threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(QUESTIONS_AT_ONCE, thread_name_prefix="question")
    )

    @property
    def search_request(self) -> type[SearchRequest]:
        """The model of POST /search."""
        return search_request(self.filterable, several=self.settings.several)

    @property
    def plugin_request(self) -> type[PluginRequest]:
        """The model of POST /query, built when first needed."""
        return plugin_request(self.filterable, several=self.settings.several)

    @property
    def list_request(self) -> type[ListRequest]:
        """The model of GET /documents."""
        return list_request(several=self.settings.several)

    def close(self) -> None:
        """Close what is open."""
        self.gate.close()
        if self.oauth is not None:
            self.oauth.client.close()


def action_of(request: Request) -> Action:
    """The app's parts."""
    action = request.app.state.action
    if not isinstance(action, Action):
        raise TypeError("create_app has not wired this app.")
    return action


def trace_of(request: Request) -> Trace:
    """The request's record, which the outermost layer has made."""
    trace = request.scope["state"]["trace"]
    if not isinstance(trace, Trace):
        raise TypeError("Something else took the place of the request's trace.")
    return trace


# Asynchronous, because FastAPI uses a thread for each dependency that is not: threads are few, and searches need them.
async def admit(request: Request) -> None:
    """Refuse callers without a key or token, or over their rate; the request's trace then holds the caller.

    A dependency of the router, so that no route can be without it.
    """
    action = action_of(request)
    come_by_door(request)
    if action.settings.auth == "none":
        trace_of(request).caller = ANYBODY
        if action.limiter is not None:
            await limit(action, address_of(request))
        return
    caller = await _caller(request, action)
    trace_of(request).caller = caller
    await limit(action, f"key:{caller.name}")


async def recognise(request: Request) -> None:
    """Note the caller if identified: for routes that everybody may call, and that tell some callers more."""
    action, trace = action_of(request), trace_of(request)
    if action.settings.auth == "none":
        trace.caller = ANYBODY
        return
    try:
        trace.caller = await _caller(request, action)
    except ActionError:
        return
    await limit(action, f"key:{trace.caller.name}")


def come_by_door(request: Request) -> None:
    """Note by which door the request reaches the corpus, for the audit trail."""
    path = getattr(request.scope.get("route"), "path", "")
    trace_of(request).door = DOORS.get(path, path)


async def _caller(request: Request, action: Action) -> Caller:
    """The caller, by a key or by an access token, as AUTH says. Raises ActionError 401, 403, 503."""
    settings, oauth = action.settings, action.oauth
    headers, keys, key_header = request.headers, action.keys, settings.api_key_header
    if oauth is None:
        return authenticate(headers, keys=keys, key_header=key_header)
    if settings.takes_keys and (caller := caller_by_key(headers, keys=keys, key_header=key_header)):
        return caller
    if token := bearer_token(headers):
        return await caller_by_token(
            request, oauth, token, public_url=settings.public_url, address=partial(address_of, request)
        )
    challenge = challenge_of(request, oauth, public_url=settings.public_url).header()
    if not settings.takes_keys:
        message = "This needs an access token. Send the header Authorization: Bearer TOKEN."
        raise ActionError(401, "missing_access_token", message, headers={"WWW-Authenticate": challenge})
    try:
        return authenticate(headers, keys=keys, key_header=key_header)
    except ActionError as error:
        if error.status == 401:
            error.headers["WWW-Authenticate"] = f"{challenge}, {BASIC}"
        raise


async def limit(action: Action, caller: str) -> None:
    """Count a request of the caller. Raises ActionError 429 when it is one too many."""
    if action.limiter is not None and action.limiter.waits:
        await run_in_threadpool(action.limiter.check, caller)
    elif action.limiter is not None:
        action.limiter.check(caller)


async def answered(request: Request, work: Callable[[], T], *, sent: Any = None) -> T:
    """The result of a question's work, done in a thread: one reserved for questions if the model is called too."""
    action = action_of(request)
    if "aws.context" in request.scope:
        return _done_in_time(action.question_threads.submit(work), trace_of(request))
    mode = sent.get("mode") if isinstance(sent, dict) else None
    if (mode or action.settings.search_mode) == "lexical":
        return await run_in_threadpool(work)
    return await asyncio.get_running_loop().run_in_executor(action.question_threads, work)


def _done_in_time(doing: Future[T], trace: Trace) -> T:
    """Lambda has one request at a time: nothing else waits for the loop, through which it would take twice as long, and
    the questions' threads are kept from one event to the next, as anyio's are not. Raises ActionError 504.
    """
    try:
        return doing.result(trace.seconds_left)
    except TimeoutError:
        if doing.done():
            raise
        raise too_late() from None


def address_of(request: Request) -> str:
    """The caller's address, if there is no key to tell callers apart."""
    forwarded = request.headers.getlist("x-forwarded-for")
    peer = request.client.host if request.client else None
    return f"address:{counted_address(peer, forwarded, action_of(request).trusted_proxies)}"


async def body_of(request: Request) -> bytes:
    """The request's body, within the limit."""
    return await read_body(request, max_bytes=action_of(request).settings.max_body_bytes)


async def _action(request: Request) -> Action:
    return action_of(request)


async def _trace(request: Request) -> Trace:
    return trace_of(request)


ActionDep = Annotated[Action, Depends(_action)]
TraceDep = Annotated[Trace, Depends(_trace)]
BodyDep = Annotated[bytes, Depends(body_of)]
