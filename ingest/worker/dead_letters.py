"""Where messages go that cannot be processed, with the reason beside them."""

from __future__ import annotations

import contextlib
import re
from typing import Protocol

from corpus.s3 import sqs_client, sqs_errors

REASON = "reason"
MAX_REASON_CHARS = 1_000
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
_UNSENDABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class DeadLetters(Protocol):
    """A place that keeps them."""

    def keep(self, body: str, reason: str) -> None:
        """Keep a message, and why. Raises StoreUnavailable."""
        ...


class DeadLetterQueue:
    """A queue of SQS, by its URL; the reason is the message's attribute of that name."""

    def __init__(self, url: str) -> None:
        self._url = url

    def keep(self, body: str, reason: str) -> None:
        """Send the message there."""
        text = {"DataType": "String", "StringValue": _UNSENDABLE.sub("\ufffd", reason[:MAX_REASON_CHARS])}
        with contextlib.closing(sqs_client()) as client, sqs_errors(self._url):
            client.send_message(QueueUrl=self._url, MessageBody=body, MessageAttributes={REASON: text})
