"""One request's own record: its id, its deadline, and what its log line will say. Never the query, a text or a key."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field

from handler.access.caller import Caller
from handler.contract.errors import ActionError

RETRY_AFTER_SECONDS = 5


@dataclass(slots=True)
class Trace:
    """`caller` is there once he is let in, `door` is by which he came to ask the corpus. `seconds` are those spent in
    each part of the work, `counts` what was asked for and found, `notes` words of ours that the log line is to hold,
    such as the tool called. `shown` are the documents and chunks that were read for the answer, `withheld` documents
    that are there and that he may not see.
    """

    deadline_seconds: float
    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    caller: Caller | None = None
    door: str | None = None
    started: float = field(default_factory=time.monotonic)
    seconds: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    shown: dict[str, dict[str, None]] = field(default_factory=dict)
    withheld: dict[str, None] = field(default_factory=dict)

    def note_shown(self, document_id: str, chunk_id: str | None, seen: bool) -> None:  # noqa: FBT001 - as a view tells it
        """Note that a document, or a chunk of it, was read for the answer, or was withheld."""
        if not seen:
            self.withheld[document_id] = None
            return
        chunks = self.shown.setdefault(document_id, {})
        if chunk_id is not None:
            chunks[chunk_id] = None

    def note_spent(self, seconds: dict[str, float]) -> None:
        """Note the time that one of several concurrent parts took."""
        for part, spent in seconds.items():
            self.seconds[part] = max(self.seconds.get(part, 0.0), spent)

    @property
    def elapsed(self) -> float:
        """Seconds since the request came in."""
        return time.monotonic() - self.started

    @property
    def seconds_left(self) -> float:
        """Seconds to the deadline. Raises ActionError 504 if there are none left."""
        left = self.deadline_seconds - self.elapsed
        if left <= 0:
            raise too_late()
        return left


def too_late() -> ActionError:
    """The error for a deadline that has passed."""
    return ActionError(
        504,
        "deadline_exceeded",
        "This took longer than the server allows. The same request may work in a few seconds.",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )
