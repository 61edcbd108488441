"""JSON Lines: a document per line. A damaged line costs only that line."""

from __future__ import annotations

import json
from dataclasses import replace

from corpus.errors import DocumentEmpty, DocumentUnreadable
from ingest.reading.document import Document
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.records import Names, document_of


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    documents: list[Document] = []
    names = Names()
    damaged: list[str] = []
    for number, line in enumerate(decode(data).split("\n"), 1):
        if not line.strip():
            continue
        try:
            document = document_of(json.loads(line), position=number)
        except (ValueError, RecursionError):
            damaged.append(str(number))
            continue
        if document is not None:
            documents.append(names.distinct(document, position=number))
    if not documents:
        if damaged:
            raise DocumentUnreadable(f"No line is a JSON value; line {damaged[0]} is the first that is not.")
        raise DocumentEmpty("No record holds a text. Give each a field text.")
    notes = []
    if damaged:
        notes.append(f"Not JSON, and left out: line {_first(damaged)}.")
    if names.doubled:
        notes.append(f"Ids that occur twice, distinguished by their line: {_first(names.doubled)}.")
    documents[0] = replace(documents[0], notes=(*documents[0].notes, *notes))
    return documents


def _first(items: list[str]) -> str:
    shown = ", ".join(items[:5])
    return shown if len(items) <= 5 else f"{shown} and {len(items) - 5} more"
