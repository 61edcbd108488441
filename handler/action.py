"""What every route works with, and the one door to the routes that need a key."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from handler.auth import authenticate
from handler.body import read_body
from handler.keys import KeyEntry
from handler.library import Library
from handler.settings import HandlerSettings


@dataclass(frozen=True, slots=True)
class Action:
    """The parts that `create_app` wires together."""

    settings: HandlerSettings
    keys: tuple[KeyEntry, ...]
    library: Library


@dataclass(slots=True)
class Trace:
    """One request's own record, for its log line. Never the query, a text or a key."""

    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    key_name: str | None = None
    started: float = field(default_factory=time.monotonic)
    seconds: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


def action_of(request: Request) -> Action:
    """The app's parts."""
    action = request.app.state.action
    if not isinstance(action, Action):
        raise TypeError("create_app has not wired this app.")
    return action


def trace_of(request: Request) -> Trace:
    """The request's record; one of its own for an app that runs without the middleware."""
    trace = request.scope.setdefault("state", {}).setdefault("trace", Trace())
    if not isinstance(trace, Trace):
        raise TypeError("Something else took the place of the request's trace.")
    return trace


def admit(request: Request) -> None:
    """Refuse who has no key. A dependency of the router, so that no route can be without it."""
    action = action_of(request)
    if action.settings.auth == "none":
        return
    trace_of(request).key_name = authenticate(
        request.headers, keys=action.keys, key_header=action.settings.api_key_header
    )


async def body_of(request: Request) -> bytes:
    """The request's body, within the limit."""
    return await read_body(request, max_bytes=action_of(request).settings.max_body_bytes)


def seconds_left(action: Annotated[Action, Depends(action_of)], trace: Annotated[Trace, Depends(trace_of)]) -> float:
    """How much of the request's deadline is left."""
    return trace.started + action.settings.deadline_seconds - time.monotonic()


ActionDep = Annotated[Action, Depends(action_of)]
TraceDep = Annotated[Trace, Depends(trace_of)]
BodyDep = Annotated[bytes, Depends(body_of)]
