"""Where messages go that cannot be worked on, with the reason beside them."""

from __future__ import annotations

import contextlib
from typing import Protocol

from corpus.s3 import sqs_client

REASON = "reason"
MAX_REASON_CHARS = 1_000


class DeadLetters(Protocol):
    """Keeps them."""

    def keep(self, body: str, reason: str) -> None:
        """Keep a message, and why."""
        ...


class DeadLetterQueue:
    """A queue of SQS, by its URL; the reason is the message's attribute of that name."""

    def __init__(self, url: str) -> None:
        self._url = url

    def keep(self, body: str, reason: str) -> None:
        """Send the message there."""
        text = {"DataType": "String", "StringValue": reason[:MAX_REASON_CHARS]}
        with contextlib.closing(sqs_client()) as client:
            client.send_message(QueueUrl=self._url, MessageBody=body, MessageAttributes={REASON: text})
