"""Standard input as one document, under a name that was given to it."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import BinaryIO

from corpus.errors import DocumentUnreadable, DocumentUnsupported
from ingest.reading.readers import is_readable, why_not
from ingest.reading.readers.registry import MAX_FILE_BYTES
from ingest.sources.formats import suffix_by_content
from ingest.sources.found import Found, Item
from ingest.sources.spool import Spool

STANDARD_INPUT = "-"
_BLOCK = 1 << 20


class StandardInput:
    """See Source. `name` is the document's source; its suffix tells its type, and without one the content does."""

    def __init__(self, stream: BinaryIO, spool: Spool, *, name: str, title: str | None) -> None:
        self._stream = stream
        self._spool = spool
        self._name = name
        self._title = title

    def look(self, named: str, found: Found) -> None:  # noqa: ARG002 - see Source
        path = self._spool.new()
        digest = hashlib.sha256()
        size = 0
        with path.open("wb") as target:
            while block := self._stream.read(_BLOCK):
                size += len(block)
                if size > MAX_FILE_BYTES:
                    reason = f"Standard input holds more than the {MAX_FILE_BYTES // 2**20} MB that are read. Split it."
                    found.failed.append((self._name, DocumentUnreadable(reason)))
                    return
                digest.update(block)
                target.write(block)
        name = self._name if Path(self._name).suffix else f"input{suffix_by_content(path)}"
        if not is_readable(Path(name)):
            found.failed.append((self._name, DocumentUnsupported(why_not(Path(name)))))
            return
        found.items.append(
            Item(
                source=self._name,
                place=f"- {self._title or ''}",
                path=self._spool.named(path, Path(name).name),
                validator=digest.hexdigest(),
                modified_ns=time.time_ns(),
                title=self._title,
            )
        )
