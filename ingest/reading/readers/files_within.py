"""Attached and embedded files: each readable one is a document named as in its container. One level deep."""

from __future__ import annotations

import contextvars
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from corpus.errors import DocumentError
from ingest.reading.document import Document
from ingest.reading.readers.registry import is_readable, read_bytes

_MAX_ATTACHMENTS = 200
_is_within: contextvars.ContextVar[bool] = contextvars.ContextVar("_is_within", default=False)


def read_attachments(files: Iterable[tuple[str, bytes]]) -> tuple[list[Document], list[str]]:
    """The documents in files given as (name, content), and notes about files that were left out."""
    documents: list[Document] = []
    notes: list[str] = []
    for number, (name, data) in enumerate(files, 1):
        if number > _MAX_ATTACHMENTS or _is_within.get():
            notes.append(f"Attachment left out: {name}.")
            continue
        if not is_readable(Path(name)):
            notes.append(f"Attachment of a type that is not read: {name}.")
            continue
        token = _is_within.set(True)
        try:
            for document in read_bytes(data, name):
                inner = f"{name}#{document.name}" if document.name else name
                documents.append(_attached(document, inner, title=document.title or name))
        except DocumentError as error:
            notes.append(f"Attachment {name}: {error}")
        finally:
            _is_within.reset(token)
    return documents, notes


def _attached(document: Document, name: str, *, title: str) -> Document:
    """The document as an attachment. If its access field is invalid, nobody may see it, and a note says so; somebody
    else's mistake must not fail the run.
    """
    told = replace(document, name=name, title=title, is_attached=True)
    if not document.access_fault:
        return told
    note = f"Nobody is to see it: {document.access_fault}."
    return replace(told, access=(), access_fault="", notes=(*document.notes, note))
