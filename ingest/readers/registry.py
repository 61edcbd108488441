"""Which reader takes which file. Importing it imports no parser: each is loaded when its first file comes."""

from __future__ import annotations

import importlib
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, cast

from corpus.errors import DocumentEmpty, DocumentError, DocumentMissing, DocumentUnreadable, DocumentUnsupported
from ingest.document import Document
from ingest.readers.composer import one_line

MAX_FILE_BYTES = 512 * 1024 * 1024

# Suffix to module of this package, which holds a function `read`.
_READERS = {
    ".docx": "docx",
    ".htm": "html",
    ".html": "html",
    ".markdown": "markdown",
    ".md": "markdown",
    ".pdf": "pdf",
    ".text": "text",
    ".txt": "text",
    ".xhtml": "html",
}
SUPPORTED_SUFFIXES = frozenset(_READERS)

_LEGACY = {
    ".doc": "DOCX or PDF",
    ".dot": "DOCX or PDF",
    ".ppt": "PPTX or PDF",
    ".xls": "XLSX or CSV",
    ".hwp": "DOCX or PDF",
    ".pages": "DOCX or PDF",
    ".key": "PPTX or PDF",
    ".numbers": "XLSX or CSV",
}


class _Reader(Protocol):
    def __call__(self, data: bytes, *, password: str | None = None) -> list[Document]: ...


def is_readable(path: Path) -> bool:
    """True when a reader takes files of this name. The file itself is not looked at."""
    return path.suffix.lower() in _READERS


def why_not(path: Path) -> str:
    """One line for a file that `is_readable` refuses: what it is, and what to convert it to."""
    suffix = path.suffix.lower()
    if suffix in _LEGACY:
        return f"{suffix} files are not read. Save as {_LEGACY[suffix]}."
    return f"{suffix or 'Nameless'} files are not read. Convert to PDF, DOCX, HTML, Markdown or text."


def read(path: Path, *, password: str | None = None) -> Sequence[Document]:
    """The documents in a file: one for most types, one for each record of JSON Lines.

    Raises DocumentError; its message does not repeat the path. `password` opens encrypted files.
    """
    data = _bytes_of(path)
    if not is_readable(path):
        raise DocumentUnsupported(why_not(path))
    try:
        return reader_of(path.suffix)(data, password=password)
    except (DocumentError, MemoryError):
        raise
    except Exception as error:
        reason = one_line(f"{type(error).__name__}: {error}")[:200]
        raise DocumentUnreadable(f"The file is damaged: its reader failed with {reason}. Save it anew.") from error


def reader_of(suffix: str) -> _Reader:
    module = importlib.import_module(f"ingest.readers.{_READERS[suffix.lower()]}")
    return cast("_Reader", module.read)


def _bytes_of(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DocumentUnreadable("This is not a file. Name a file, or a folder that holds files.")
        size = status.st_size
        if size > MAX_FILE_BYTES:
            raise DocumentUnreadable(
                f"The file has {size // 2**20} MB; at most {MAX_FILE_BYTES // 2**20} MB are read. Split it."
            )
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DocumentMissing("There is no such file. Check the path.") from error
    except OSError as error:
        raise DocumentUnreadable(f"The file cannot be opened: {error.strerror}. Check its permissions.") from error
    if not data.strip():
        raise DocumentEmpty("The file is empty.")
    return data
