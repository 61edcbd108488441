"""Around every request: its id, its deadline, its log line, and the answer to unforeseen errors."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import anyio
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handler.contract.errors import ActionError, refusal
from handler.observing.audit_trail import Audit
from handler.observing.metrics import with_metrics
from handler.observing.pseudonyms import Pseudonyms
from handler.observing.trace import Trace, too_late

logger = logging.getLogger("handler")
# The time that the gateway and we ourselves need to send the answer.
RESERVE_SECONDS = 0.5


class Observe:
    """The outermost layer. What is logged never holds the query, a chunk's text or a key."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        deadline_seconds: float,
        metrics_namespace: str,
        pseudonyms: Pseudonyms,
        audit: Audit | None = None,
    ) -> None:
        self.app = app
        self.audit = audit
        self.pseudonyms = pseudonyms
        self.metrics_namespace = metrics_namespace
        self.deadline_seconds = deadline_seconds
        self._late: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        trace = self._trace(scope)
        scope.setdefault("state", {})["trace"] = trace
        answer = Answer(send, trace)
        try:
            await self._within_deadline(scope, receive, answer)
        except ClientDisconnect:
            # Nobody is left to answer. The number is nginx's for it.
            answer.status = 499
        except Exception:
            logger.exception("unforeseen_error", extra={"fields": {"request_id": trace.request_id}})
            unforeseen = ActionError(500, "internal_error", "Something failed in the server. It has been logged.")
            await answer.give_up(scope, receive, unforeseen)
        finally:
            self._log(scope, trace, answer.status)

    async def _within_deadline(self, scope: Scope, receive: Receive, answer: Answer) -> None:
        if answer.trace.deadline_seconds <= 0:
            await answer.give_up(scope, receive, too_late())
            return
        stop = anyio.CancelScope()
        task = asyncio.ensure_future(self._serve(scope, receive, answer, stop))
        try:
            done, _ = await asyncio.wait({task}, timeout=answer.trace.deadline_seconds)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if done:
            task.result()
            return
        # What waits for a thread or for its body ends here. A blocking call cannot be stopped, but nobody need wait for
        # it: its thread is lent again when it is over, so that there are never more than the pool has.
        stop.cancel()
        self._late.add(task)
        task.add_done_callback(self._forget)
        await answer.give_up(scope, receive, too_late())

    async def _serve(self, scope: Scope, receive: Receive, answer: Answer, stop: anyio.CancelScope) -> None:
        with stop:
            await self.app(scope, receive, answer.send)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._late.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("late_error", extra={"fields": {"kind": type(error).__name__}})

    def _log(self, scope: Scope, trace: Trace, status: int) -> None:
        caller = self.pseudonyms.name_of(trace.caller) if trace.caller else None
        fields = fields_of(scope, trace, status, caller=caller)
        if context := scope.get("aws.context"):
            fields = with_metrics(fields, namespace=self.metrics_namespace, function=context.function_name)
        logger.info("request", extra={"fields": fields})
        if self.audit is not None:
            self.audit.note(trace, status=status)

    def _trace(self, scope: Scope) -> Trace:
        context = scope.get("aws.context")
        seconds = self.deadline_seconds
        if context is None:
            return Trace(seconds)
        seconds = min(seconds, context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS)
        return Trace(max(seconds, 0.0), request_id=context.aws_request_id)


class Answer:
    """The response on its way out. Once given up, what the app still sends goes nowhere."""

    def __init__(self, send: Send, trace: Trace) -> None:
        self.trace = trace
        self.status = 0
        self._send = send
        self._closed = False

    async def send(self, message: Message) -> None:
        """Pass a message of the app on."""
        if self._closed:
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.trace.request_id
            headers["Server-Timing"] = server_timing(self.trace)
            # What one caller is shown is not for another, whatever a cache in between uses as its key.
            if self.trace.door is not None:
                headers.setdefault("Cache-Control", "private, no-store")
        await self._send(message)

    async def give_up(self, scope: Scope, receive: Receive, error: ActionError) -> None:
        """Answer with the error, unless an answer has begun."""
        if self.status == 0:
            await refusal(scope["path"], error, request_id=self.trace.request_id)(scope, receive, self.send)
        self._closed = True


def server_timing(trace: Trace) -> str:
    """Milliseconds in each part of the work, as browsers show them."""
    parts = {**trace.seconds, "total": trace.elapsed}
    return ", ".join(f"{name};dur={seconds * 1000:.1f}" for name, seconds in parts.items())


def fields_of(scope: Scope, trace: Trace, status: int, *, caller: str | None) -> dict[str, Any]:
    """The log line's fields. The route is the pattern that matched: a path may hold anything."""
    return {
        "request_id": trace.request_id,
        "key": caller,
        "method": scope["method"],
        "route": getattr(scope.get("route"), "path", "none"),
        "status": status,
        "ms": round(trace.elapsed * 1000, 1),
        **{f"{name}_ms": round(seconds * 1000, 1) for name, seconds in trace.seconds.items()},
        **trace.counts,
        **trace.notes,
    }
