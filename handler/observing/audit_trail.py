"""The audit trail: a line for each answer from the corpus. Who, by which door, which documents and chunks.

Never the question, a text, a key or a token.
"""

from __future__ import annotations

import logging
from typing import Any

from handler.access.caller import Caller
from handler.observing.pseudonyms import Pseudonyms
from handler.observing.trace import Trace

logger = logging.getLogger("handler")
EVENT = "audit"


class Audit:
    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms

    def note(self, trace: Trace, *, status: int) -> None:
        """Log the line of an answer. Public routes have no door, and no line."""
        if trace.door is not None:
            logger.info(EVENT, extra={"fields": self.fields_of(trace, status=status)})

    def fields_of(self, trace: Trace, *, status: int) -> dict[str, Any]:
        """What the line says. `documents` and `chunks` were read for the answer, which may show less of them where it
        was cut; `withheld` are documents that were asked for, are there, and that the caller may not see.
        """
        allowed = status < 400 and "error" not in trace.notes
        shown = trace.shown if allowed else {}
        return {
            "request_id": trace.request_id,
            **self._who(trace.caller),
            "door": trace.door,
            **({"tool": trace.notes["tool"]} if "tool" in trace.notes else {}),
            "allowed": allowed,
            "status": status,
            "documents": list(shown),
            "chunks": [chunk for chunks in shown.values() for chunk in chunks],
            "withheld": list(trace.withheld),
        }

    def _who(self, caller: Caller | None) -> dict[str, str | None]:
        if caller is None:
            return {"who": None}
        if caller.subject is not None and not self._pseudonyms.hide:
            return {"issuer": caller.issuer, "subject": caller.subject}
        return {"who": self._pseudonyms.name_of(caller)}
