"""Outlook messages (MSG): a compound file of MAPI properties ([MS-OXMSG])."""

from __future__ import annotations

import datetime
import io
import struct

import olefile

from corpus.errors import DocumentUnreadable
from ingest.reading.document import Document
from ingest.reading.readers.composer import one_line
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.frontmatter import as_moment
from ingest.reading.readers.mail.message import Message, documents_of

# Property identifiers ([MS-OXPROPS]).
_SUBJECT, _SENDER, _SENDER_ADDRESS, _RECIPIENTS = "0037", "0C1A", "0C1F", "0E04"
_BODY, _HTML, _SENT, _RECEIVED = "1000", "1013", 0x0039, 0x0E06
_LONG_NAME, _NAME, _DATA = "3707", "3704", "3701"
_UNICODE, _STRING, _BINARY, _TIME = "001F", "001E", "0102", 0x0040
_STREAM = "__substg1.0_"
_FIXED = "__properties_version1.0"
_ATTACHMENT = "__attach_version1.0_"
_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
_TOP_HEADER_BYTES, _ENTRY_BYTES = 32, 16


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            message = _message(ole)
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise DocumentUnreadable(f"The Outlook message is damaged: {error}. Save it anew, or as EML.") from error
    return documents_of(message)


def _message(ole: olefile.OleFileIO) -> Message:
    name, address = _text(ole, "", _SENDER), _text(ole, "", _SENDER_ADDRESS)
    html = _bytes(ole, f"{_STREAM}{_HTML}{_BINARY}")
    return Message(
        subject=one_line(_text(ole, "", _SUBJECT)),
        sender=one_line(f"{name} <{address}>" if name and "@" in address and name != address else name or address),
        recipients=one_line(_text(ole, "", _RECIPIENTS)),
        sent=_sent(_bytes(ole, _FIXED)),
        plain=_text(ole, "", _BODY),
        html=decode(html) if html.strip() else "",
        files=_files(ole),
    )


def _files(ole: olefile.OleFileIO) -> list[tuple[str, bytes]]:
    folders = sorted({entry[0] for entry in ole.listdir() if entry[0].startswith(_ATTACHMENT)})
    files = []
    for folder in folders:
        name = _text(ole, f"{folder}/", _LONG_NAME) or _text(ole, f"{folder}/", _NAME)
        content = _bytes(ole, f"{folder}/{_STREAM}{_DATA}{_BINARY}")
        if content:
            files.append((one_line(name) or "attachment", content))
    return files


def _bytes(ole: olefile.OleFileIO, path: str) -> bytes:
    if not ole.exists(path):
        return b""
    with ole.openstream(path) as stream:
        content = stream.read()
    return content if isinstance(content, bytes) else b""


def _text(ole: olefile.OleFileIO, folder: str, identifier: str) -> str:
    wide = _bytes(ole, f"{folder}{_STREAM}{identifier}{_UNICODE}")
    if wide:
        return wide.decode("utf-16-le", "replace").rstrip("\x00")
    narrow = _bytes(ole, f"{folder}{_STREAM}{identifier}{_STRING}")
    return decode(narrow.rstrip(b"\x00")) if narrow.strip(b"\x00 \r\n") else ""


def _sent(properties: bytes) -> str | None:
    """When the message was sent, or else received: 100 ns since 1601 among the properties of fixed length."""
    times: dict[int, int] = {}
    for start in range(_TOP_HEADER_BYTES, len(properties) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        kind, identifier, _, value = struct.unpack_from("<HHIQ", properties, start)
        if kind == _TIME:
            times[identifier] = value
    value = times.get(_SENT) or times.get(_RECEIVED)
    if not value:
        return None
    try:
        return as_moment(_EPOCH + datetime.timedelta(microseconds=value // 10))
    except OverflowError:
        return None
