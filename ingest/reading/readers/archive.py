"""Zip archives: each readable file in one is a document named by its path. Nothing is unpacked to disk."""

from __future__ import annotations

import contextvars
import posixpath
import re
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from corpus.errors import DocumentEmpty, DocumentError, DocumentUnreadable
from ingest.reading.document import Document
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.package import Package

MAX_ENTRIES = 10_000
_MAX_DEPTH = 2  # Notion exports an archive inside an archive.
_IN_UTF8 = 0x800  # The flag of an entry whose name is in UTF-8 (APPNOTE.TXT, 4.4.4).
_MAX_NAMED = 5
_NUMBERED = re.compile(r" [0-9a-f]{32}(?:_all)?$")  # As Notion makes its files' names distinct.
_depth: contextvars.ContextVar[int] = contextvars.ContextVar("_depth", default=0)


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    if _depth.get() >= _MAX_DEPTH:
        raise DocumentUnreadable("An archive nested this deep is left out. Unpack it.")
    package = Package(data, kind="archive")
    entries = [info for info in package.entries() if not _is_noise(info)]
    if len(entries) > MAX_ENTRIES:
        raise DocumentUnreadable(
            f"The archive holds {len(entries):,} files; at most {MAX_ENTRIES:,} are read. Split it."
        )
    token = _depth.set(_depth.get() + 1)
    try:
        return _documents(package, entries)
    finally:
        _depth.reset(token)


def _documents(package: Package, entries: Iterable[zipfile.ZipInfo]) -> list[Document]:
    from ingest.reading.readers.registry import is_readable, read_bytes  # Not at the top: the registry leads back here.

    documents: list[Document] = []
    notes: list[str] = []
    unread: list[str] = []
    sheets = 0
    names = {_name_of(info) for info in entries}
    has_pages = any(name.lower().endswith((".html", ".htm")) for name in names)
    for info in entries:
        name = _name_of(info)
        path = PurePosixPath(name)
        if path.suffix.lower() == ".css" and has_pages:
            sheets += 1
            continue
        if f"{name.removesuffix('.csv')}_all.csv" in names:
            notes.append(f"{name}: left out, for all of its rows stand in the file named _all.")
            continue
        if not is_readable(Path(name)):
            unread.append(name)
            continue
        try:
            found = read_bytes(package.read(info.filename), path.name)
        except DocumentError as error:
            notes.append(f"{name}: {error}")
            continue
        for document in found:
            inner = f"{name}#{document.name}" if document.name else name
            documents.append(replace(document, name=inner, title=document.title or _NUMBERED.sub("", path.stem)))
    if sheets:
        notes.append("Style sheets beside pages were left out.")
    if unread:
        more = f" and {len(unread) - _MAX_NAMED} more" if len(unread) > _MAX_NAMED else ""
        notes.append(f"Of types that are not read: {', '.join(unread[:_MAX_NAMED])}{more}.")
    if not documents:
        raise DocumentEmpty(" ".join(("The archive holds no file that can be read.", *notes[:_MAX_NAMED])))
    documents[0] = replace(documents[0], notes=(*documents[0].notes, *notes))
    return documents


def _is_noise(info: zipfile.ZipInfo) -> bool:
    """Whether the entry is a folder or a file that an operating system adds."""
    parts = info.filename.replace("\\", "/").split("/")
    return info.is_dir() or any(
        (part.startswith(".") and part not in (".", "..")) or part == "__MACOSX" for part in parts
    )


def _name_of(info: zipfile.ZipInfo) -> str:
    """The path in the archive, without parts that lead out of it. A name not marked as UTF-8 is decoded by its look."""
    name = info.filename
    if not info.flag_bits & _IN_UTF8 and not name.isascii():
        try:
            name = decode(name.encode("cp437"))
        except (UnicodeEncodeError, DocumentError):
            name = info.filename
    return posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/") or "file"
