"""Outlook messages (MSG): a compound file of MAPI properties ([MS-OXMSG])."""

from __future__ import annotations

import datetime
import io
import struct

import compressed_rtf
import olefile

from corpus.errors import DocumentUnreadable
from ingest.reading.document import Document
from ingest.reading.readers.composer import one_line
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.frontmatter import as_moment
from ingest.reading.readers.html.reader import charset_of
from ingest.reading.readers.mail.message import Message, documents_of
from ingest.reading.readers.rtf import reader as rtf

# Property identifiers ([MS-OXPROPS]).
_SUBJECT, _SENDER, _SENDER_ADDRESS, _RECIPIENTS, _COPIED = "0037", "0C1A", "0C1F", "0E04", "0E03"
_BODY, _RICH, _HTML, _SENT, _RECEIVED = "1000", "1009", "1013", 0x0039, 0x0E06
_LONG_NAME, _NAME, _DATA = "3707", "3704", "3701"
_UNICODE, _STRING, _BINARY, _TIME, _INTEGER = "001F", "001E", "0102", 0x0040, 0x0003
_CODE_PAGE, _HTML_CODE_PAGE = 0x3FFD, 0x3FDE  # Code pages of 8-bit strings, and of the HTML body.
# Code pages whose numbers Python does not know as codecs ("Code Page Identifiers", Microsoft).
_CODECS = {
    1200: "utf-16-le", 10000: "mac-roman", 20127: "ascii", 20866: "koi8-r", 20936: "gb2312", 20932: "euc_jp",
    21866: "koi8-u", 50220: "iso2022_jp", 50221: "iso2022_jp", 50222: "iso2022_jp", 51932: "euc_jp", 51949: "euc_kr",
    54936: "gb18030", 65001: "utf-8",
}  # fmt: skip
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
        raise DocumentUnreadable(f"The Outlook message is damaged: {error}. Save it again, or as EML.") from error
    return documents_of(message)


def _message(ole: olefile.OleFileIO) -> Message:
    properties = _bytes(ole, _FIXED)
    codec = _codec(properties, _CODE_PAGE)
    name, address = _text(ole, "", _SENDER, codec), _text(ole, "", _SENDER_ADDRESS, codec)
    html = _bytes(ole, f"{_STREAM}{_HTML}{_BINARY}")
    return Message(
        subject=one_line(_text(ole, "", _SUBJECT, codec)),
        sender=one_line(f"{name} <{address}>" if name and "@" in address and name != address else name or address),
        recipients=one_line(_text(ole, "", _RECIPIENTS, codec)),
        copied=one_line(_text(ole, "", _COPIED, codec)),
        sent=_sent(properties),
        plain=_text(ole, "", _BODY, codec or _codec(properties, _HTML_CODE_PAGE))
        or ("" if html.strip() else _rich(ole)),
        html=decode(html, declared=_codec(properties, _HTML_CODE_PAGE) or charset_of(html)) if html.strip() else "",
        files=_files(ole, codec),
    )


def _rich(ole: olefile.OleFileIO) -> str:
    """The text of the RTF body, for messages without another body; empty if it is damaged."""
    content = _bytes(ole, f"{_STREAM}{_RICH}{_BINARY}")
    if not content:
        return ""
    try:
        return rtf.read(compressed_rtf.decompress(content))[0].text
    except Exception:  # noqa: BLE001 - the library raises bare Exception on a damaged body
        return ""


def _files(ole: olefile.OleFileIO, codec: str | None) -> list[tuple[str, bytes]]:
    folders = sorted({entry[0] for entry in ole.listdir() if entry[0].startswith(_ATTACHMENT)})
    files = []
    for folder in folders:
        name = _text(ole, f"{folder}/", _LONG_NAME, codec) or _text(ole, f"{folder}/", _NAME, codec)
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


def _text(ole: olefile.OleFileIO, folder: str, identifier: str, codec: str | None) -> str:
    wide = _bytes(ole, f"{folder}{_STREAM}{identifier}{_UNICODE}")
    if wide:
        return wide.decode("utf-16-le", "replace").rstrip("\x00")
    narrow = _bytes(ole, f"{folder}{_STREAM}{identifier}{_STRING}")
    return decode(narrow.rstrip(b"\x00"), declared=codec) if narrow.strip(b"\x00 \r\n") else ""


def _fixed(properties: bytes, kind: int) -> dict[int, int]:
    """The values of fixed-length properties of one type, by identifier."""
    values: dict[int, int] = {}
    for start in range(_TOP_HEADER_BYTES, len(properties) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        found, identifier, _, value = struct.unpack_from("<HHIQ", properties, start)
        if found == kind:
            values[identifier] = value
    return values


def _codec(properties: bytes, identifier: int) -> str | None:
    """The codec name of a code page property; None if there is none."""
    page = _fixed(properties, _INTEGER).get(identifier, 0) & 0xFFFFFFFF
    iso = page - 28590  # 28591 to 28605 are the parts of ISO 8859.
    return _CODECS.get(page) or (f"iso8859-{iso}" if 1 <= iso <= 15 else f"cp{page}" if page else None)


def _sent(properties: bytes) -> str | None:
    """When the message was sent, or else received. MAPI stores it in units of 100 ns since 1601."""
    times = _fixed(properties, _TIME)
    value = times.get(_SENT) or times.get(_RECEIVED)
    if not value:
        return None
    try:
        return as_moment(_EPOCH + datetime.timedelta(microseconds=value // 10))
    except OverflowError:
        return None
