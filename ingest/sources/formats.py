"""The type of content: by its declared type, then by its name, then by how it begins. Expressed as a file's suffix."""

from __future__ import annotations

import mimetypes
import re
import zipfile
from pathlib import Path, PurePosixPath

from ingest.reading.readers import is_readable

_HEAD_BYTES = 4096
_TYPES = {
    "application/epub+zip": ".epub",
    "application/json": ".json",
    "application/ld+json": ".json",
    "application/pdf": ".pdf",
    "application/rtf": ".rtf",
    "application/vnd.ms-outlook": ".msg",
    "application/vnd.oasis.opendocument.presentation": ".odp",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/x-ipynb+json": ".ipynb",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "application/xhtml+xml": ".html",
    "application/xml": ".xml",
    "message/rfc822": ".eml",
    "multipart/related": ".mhtml",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/rtf": ".rtf",
    "text/tab-separated-values": ".tsv",
    "text/xml": ".xml",
}
# Types that say little: name or content are better evidence.
_VAGUE = {
    "", "application/gzip", "application/octet-stream", "application/x-gzip", "application/x-zip-compressed",
    "application/zip", "binary/octet-stream",
}  # fmt: skip
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_:.-]+)""", re.IGNORECASE)
_PLAIN = (b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")
_ODF_KINDS = {b"epub+zip": ".epub", b".text": ".odt", b".spreadsheet": ".ods", b".presentation": ".odp"}
_OFFICE_PARTS = {"word/": ".docx", "xl/": ".xlsx", "ppt/": ".pptx"}


def type_of(content_type: str) -> tuple[str, str | None]:
    """The media type and charset of a Content-Type header."""
    charset = _CHARSET.search(content_type)
    return content_type.partition(";")[0].strip().lower(), charset.group(1) if charset else None


def said_suffix(media_type: str, name: str) -> str | None:
    """The suffix for a media type and a name, such as the end of a URL; None if neither tells."""
    if media_type in _TYPES:
        return _TYPES[media_type]
    own = PurePosixPath(name).suffix.lower()
    if media_type in _VAGUE:
        return own if own and is_readable(Path(name)) else None
    if media_type.startswith("text/"):
        return own if own and own not in {".htm", ".html"} and is_readable(Path(name)) else ".txt"
    if media_type.endswith("+xml"):
        return ".xml" if not media_type.startswith("image/") else ".svg"
    if media_type.endswith("+json"):
        return ".json"
    return mimetypes.guess_extension(media_type) or own or ".bin"


def suffix_by_content(path: Path) -> str:
    """The suffix by how the content begins; `.bin` if it is unknown."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"%PDF-" in head[:1024]:
        return ".pdf"
    if head.startswith(b"PK"):
        return _suffix_of_package(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return ".doc"
    if text.startswith(b"{\\rtf"):
        return ".rtf"
    if re.match(rb"<!doctype html|<html|<head|<body", text, re.IGNORECASE) or re.search(rb"<html[\s>]", text):
        return ".html"
    if text.startswith(b"<?xml"):
        return ".xml"
    if text.startswith(b"{"):
        return _suffix_of_json(text)
    if re.match(rb"[^\n]+\n", text) and re.match(rb"(From|Received|Return-Path|MIME-Version|Message-ID): ", text):
        return ".eml"
    return ".bin" if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")) else ".txt"


def is_plainly(path: Path) -> str | None:
    """The suffix of content that cannot be taken for text, such as a PDF that is served as a page."""
    with path.open("rb") as file:
        head = file.read(8)
    return suffix_by_content(path) if head.startswith(_PLAIN) else None


def _suffix_of_json(text: bytes) -> str:
    if b'"nbformat"' in text or b'"cell_type"' in text:
        return ".ipynb"
    lines = text.split(b"\n", 2)
    return ".jsonl" if len(lines) > 1 and lines[0].rstrip().endswith(b"}") and lines[1].startswith(b"{") else ".json"


def _suffix_of_package(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
            if "mimetype" in names and package.getinfo("mimetype").file_size < 200:
                kind = package.read("mimetype").strip()
                return next((suffix for end, suffix in _ODF_KINDS.items() if kind.endswith(end)), ".zip")
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return ".zip"
    return next((suffix for part, suffix in _OFFICE_PARTS.items() if any(n.startswith(part) for n in names)), ".zip")
