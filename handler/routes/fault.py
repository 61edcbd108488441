"""What is reported of a fault behind the handler: little to the caller, the rest to the operator's log."""

from __future__ import annotations

import logging

from corpus.answer import filled
from corpus.errors import CorpusError
from handler.contract.errors import ActionError, upstream_error
from handler.observing.trace import Trace

logger = logging.getLogger("handler")


def fault_of(error: CorpusError, trace: Trace) -> ActionError:
    """The caller's part. The error's own message may name a host: it is logged here, and goes nowhere else."""
    corpora = trace.notes.get("corpora", "")
    fields = {"request_id": trace.request_id, "error": error.code, "detail": str(error), **filled(corpora=corpora)}
    logger.error("upstream_error", extra={"fields": fields})
    return upstream_error(error, corpora=corpora)
