"""Parse MIME messages (RFC 2045 to 2047)."""

from __future__ import annotations

import email
import email.message
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from typing import cast

from corpus.errors import DocumentUnreadable
from ingest.reading.readers.encoding import decode

_START = 400
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_CHARSET = re.compile(rb"""charset\s*=\s*["']?([A-Za-z0-9_:.-]+)""", re.IGNORECASE)

# A boundary with characters that RFC 2045 requires to be quoted, but that some mail programs leave unquoted.
_ODD_BOUNDARY = re.compile(
    rb"""^(content-type:\s*multipart/\w+;\s*(?:[\w-]+=[^;\s]+;\s*){0,3}boundary=)([^\s"';]*=[^\s"';]*)""",
    re.IGNORECASE | re.MULTILINE,
)


def parse(data: bytes) -> EmailMessage:
    """Parse a message. Raises DocumentUnreadable if it has no headers."""
    if b"\x00" in data[:_START]:  # The whole file is in UTF-16.
        data = decode(data).encode()
    data = _ODD_BOUNDARY.sub(rb'\1"\2"', _with_plain_headers(data.lstrip()))
    message = email.message_from_bytes(data, policy=email.policy.default)
    if not message.keys():
        raise DocumentUnreadable("The file is not a message: it has no headers. Save it again.")
    return message


def _with_plain_headers(data: bytes) -> bytes:
    """Convert headers with characters outside ASCII, which RFC 5322 forbids, to UTF-8, which is usual today."""
    match = _BLANK_LINE.search(data)
    head = data[: match.start()] if match else data
    if head.isascii():
        return data
    charset = _CHARSET.search(data)
    text = decode(head, declared=charset.group(1).decode("ascii") if charset else None)
    return text.encode("utf-8", "replace") + data[len(head) :]


def leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that contain no parts. An attached message counts as one."""
    if message.is_multipart() and message.get_content_type() != "message/rfc822":
        for part in message.iter_parts():
            yield from leaves(cast("EmailMessage", part))
    else:
        yield message


def content_of(part: EmailMessage) -> bytes:
    """The part's bytes; for an attached message, the bytes of that message."""
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        first = inner[0] if isinstance(inner, list) and inner else None
        return first.as_bytes() if isinstance(first, email.message.Message) else b""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def text_of(part: EmailMessage) -> str:
    """The part's text, decoded from the declared encoding or the one it seems to use."""
    content = content_of(part)
    return decode(content, declared=part.get_content_charset()) if content.strip() else ""
