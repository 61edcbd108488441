"""Mail archives (MBOX, RFC 4155): a document for each message and for each attachment."""

from __future__ import annotations

import re
from dataclasses import replace

from corpus.errors import DocumentError, DocumentUnreadable
from ingest.reading.document import Document
from ingest.reading.readers.mail import eml
from ingest.reading.readers.records import Names

_START = re.compile(rb"(?:\A|\r?\n\r?\n)From [^\r\n]*\d{4}[^\r\n]*\r?\n(?=[\w-]+:)")
_IDENTIFIER = re.compile(rb"^Message-ID:\s*<?([^\s<>]+)", re.IGNORECASE | re.MULTILINE)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_MAX_NAMED = 5


def read(data: bytes, *, password: str | None = None) -> list[Document]:
    """Read all messages; a damaged one is skipped. Raises DocumentUnreadable if there is no message."""
    starts = list(_START.finditer(data))
    names = Names()
    documents: list[Document] = []
    damaged: list[str] = []
    for number, start in enumerate(starts, 1):
        end = starts[number].start() if number < len(starts) else len(data)
        message = _QUOTED.sub(rb"\1", data[start.end() : end])
        identifier = _IDENTIFIER.search(message[:65_536])
        name = identifier.group(1).decode("ascii", "replace") if identifier else str(number)
        try:
            found = eml.read(message, password=password)
        except DocumentError:
            damaged.append(str(number))
            continue
        for document in found:
            inner = f"{name}/{document.name}" if document.name else name
            documents.append(names.distinct(replace(document, name=inner), position=number))
    if not documents:
        raise DocumentUnreadable("The file holds no message. Is it a mail archive? Export it again as MBOX.")
    if damaged:
        named = ", ".join(damaged[:_MAX_NAMED]) + (" …" if len(damaged) > _MAX_NAMED else "")
        note = f"Messages without text, left out: {named}."
        documents[0] = replace(documents[0], notes=(*documents[0].notes, note))
    return documents
