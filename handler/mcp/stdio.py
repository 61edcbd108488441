"""`handler mcp`: the same server over stdin and stdout, one JSON-RPC message a line, for clients on this machine.

Nothing but messages may reach stdout: whatever else prints there is sent to stderr. It ends when its input does.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTime
from typing import Any, BinaryIO

from corpus.answer import to_json
from handler.access.caller import Caller
from handler.contract.body import parse_json
from handler.contract.errors import ActionError, rpc_error
from handler.contract.jsonrpc import (
    INTERNAL_ERROR,
    INVALID_REQUEST,
    PARSE_ERROR,
    RPC_ERROR,
    Notification,
    Reply,
    Request,
    RpcError,
    error_body,
    message_of,
    result_body,
    wrapping_chars,
)
from handler.mcp.dispatch import WAITING_METHODS, result_of
from handler.mcp.envelope import check_envelope, is_modern, version_in
from handler.mcp.message_context import Session
from handler.observing.audit_trail import Audit
from handler.observing.trace import Trace, too_late
from handler.routes.action import Action

logger = logging.getLogger("handler")
CALLER = Caller(name="stdio")  # Has no key: under ACCESS=documents it sees what everyone may see.


class Stdio:
    """Answers line by line. `base_url` is asked when a link is needed."""

    def __init__(self, action: Action, base_url: Callable[[], str], *, audit: Audit | None = None) -> None:
        self._action = action
        self._audit = audit
        self._base_url = base_url

    def serve(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        """Answer every message until the input ends or the output is closed."""
        limit = self._action.settings.max_body_bytes
        while line := incoming.readline(limit + 1):
            rest = line
            # A line that is too long is refused by its length; the rest of it is skipped.
            while rest and not rest.endswith(b"\n"):
                rest = incoming.readline(limit + 1)
            if not line.strip():
                continue
            answer = self.answer(line)
            if answer is None:
                continue
            try:
                outgoing.write(to_json(answer).encode() + b"\n")
                outgoing.flush()
            except BrokenPipeError:
                return

    def answer(self, line: bytes) -> dict[str, Any] | None:
        """The answer to the message; None if it wants none."""
        trace = Trace(self._action.settings.deadline_seconds, caller=CALLER, door=CALLER.name)
        if len(line) > self._action.settings.max_body_bytes:
            return error_body(None, RpcError(INVALID_REQUEST, "The message is too long."))
        try:
            message = message_of(parse_json(line))
        except ActionError as error:
            return error_body(None, RpcError(PARSE_ERROR, error.message))
        except RpcError as error:
            return error_body(None, error)
        if isinstance(message, Notification | Reply):
            return None
        try:
            return result_body(message.id, self._result(message, trace))
        except ActionError as error:
            trace.notes["error"] = error.code
            return error_body(message.id, rpc_error(error, request_id=trace.request_id))
        except RpcError as error:
            trace.notes["error"] = RPC_ERROR
            return error_body(message.id, error)
        except Exception:
            trace.notes["error"] = "internal_error"
            logger.exception("unforeseen_error", extra={"fields": {"request_id": trace.request_id}})
            return error_body(
                message.id, RpcError(INTERNAL_ERROR, "Something failed in the server. It has been logged.")
            )
        finally:
            fields = {"request_id": trace.request_id, "route": CALLER.name, "ms": round(trace.elapsed * 1000, 1)}
            logger.info("request", extra={"fields": {**fields, **trace.counts, **trace.notes}})
            if self._audit is not None:
                self._audit.note(trace, status=200)

    def _result(self, message: Request, trace: Trace) -> dict[str, Any]:
        modern = is_modern(version_in(message))
        session = Session(
            action=self._action,
            trace=trace,
            is_modern=modern,
            base_url=self._base_url,
            wrapping_chars=wrapping_chars(message.id),
        )
        if modern:
            check_envelope(message, None)
        if message.method not in WAITING_METHODS:
            return result_of(message, session)
        if self._action.limiter is not None:
            self._action.limiter.check(CALLER.name)
        # In a thread of its own: a call that never returns must not hold up the next message.
        done: Future[dict[str, Any]] = Future()
        threading.Thread(target=_run, args=(done, message, session), name="mcp-call", daemon=True).start()
        try:
            return done.result(trace.deadline_seconds)
        except NotInTime:
            raise too_late() from None


def _run(done: Future[dict[str, Any]], message: Request, session: Session) -> None:
    try:
        done.set_result(result_of(message, session))
    except BaseException as error:  # noqa: BLE001 - whoever waits for it raises it
        done.set_exception(error)


def claimed_stdout() -> BinaryIO:
    """Stdout for messages only: everything else that is printed goes to stderr."""
    sys.stdout.flush()
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return own
