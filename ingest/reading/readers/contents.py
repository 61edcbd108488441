"""Choose a reader by content for files whose name is wrong, such as an HTML page called .xls."""

from __future__ import annotations

import re

COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # How files of Office 97 to 2003 begin ([MS-CFB] 2.2).
# Streams of compound files, and the modules that read them.
_STREAMS = {
    "WordDocument": "doc.reader", "PowerPoint Document": "ppt.reader", "PP40": "ppt.reader",
    "Workbook": "sheets.reader", "Book\0": "sheets.reader",
}  # fmt: skip
_MEMBERS = {b"word/": "docx.reader", b"xl/": "sheets.reader", b"ppt/": "pptx.reader"}
_PACKAGE, _ENCRYPTED = b"PK\x03\x04", "EncryptedPackage".encode("utf-16-le")
_OPENDOCUMENT = re.compile(rb"mimetypeapplication/vnd\.oasis\.opendocument\.(text|presentation|spreadsheet)")
_BEGIN_BYTES = 4096
_XML = (
    (b"urn:schemas-microsoft-com:office:spreadsheet", "sheets.xml2003"),
    (b"http://schemas.microsoft.com/office/word/2003/wordml", "docx.flat"),
    (b"http://schemas.microsoft.com/office/2006/xmlPackage", "docx.flat"),
)
_HTML = re.compile(rb"<(?:!doctype html|html|head|body|meta|table|div|style)[\s>]", re.IGNORECASE)
_MESSAGE = re.compile(rb"(?:MIME-Version|Content-Type|From|Subject|Date): ", re.IGNORECASE)
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_OFFICE = frozenset(("docx.reader", "pptx.reader", "ppt.reader", "sheets.reader", "odf.reader", "doc.reader"))


def module_by_content(data: bytes, module: str) -> str:
    """The module for the content. `module`, found by the file's name, is the default."""
    begin = data[:_BEGIN_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    if module == "xml":
        return next((reader for sign, reader in _XML if sign in begin), module)
    if module not in _OFFICE:
        return module
    if data.startswith(COMPOUND_FILE):
        return _by_stream(data, module)
    if data.startswith(_PACKAGE):
        return _by_member(data, module)
    return _by_text(begin, module)


def _by_stream(data: bytes, module: str) -> str:
    if _ENCRYPTED in data:
        return module
    found = [reader for name, reader in _STREAMS.items() if name.encode("utf-16-le") in data]
    return module if module in found or not found else found[0]


def _by_member(data: bytes, module: str) -> str:
    odf = _OPENDOCUMENT.search(data, 0, _BEGIN_BYTES)
    if odf:
        return "sheets.reader" if odf.group(1) == b"spreadsheet" else "odf.reader"
    if b"_rels/.rels" not in data:
        return module
    found = [reader for name, reader in _MEMBERS.items() if name in data]
    return found[0] if len(found) == 1 else module


def _by_text(begin: bytes, module: str) -> str:
    if begin.startswith(b"{\\rtf"):
        return "rtf.reader"
    if known := next((reader for sign, reader in _XML if sign in begin), None):
        return known
    if _MESSAGE.match(begin) and b"\n" in begin:
        return "mhtml"
    if _HTML.search(begin) or (begin.startswith((b"<", b"\xff\xfe<")) and b"\x00t\x00m\x00l" in begin):
        return "html.reader"
    if _NO_TEXT.search(begin) or not begin:
        return module
    return {"sheets.reader": "csv" if b"\n" in begin else module, "doc.reader": "text"}.get(module, module)
