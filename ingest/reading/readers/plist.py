"""Property lists of Apple's programs (PLIST, XML or binary): keys and values, written as for JSON."""

from __future__ import annotations

import datetime
import plistlib
from xml.parsers.expat import ExpatError

from corpus.errors import DocumentEmpty, DocumentUnreadable
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer
from ingest.reading.readers.records import add_fields

_MAX_DEPTH = 200


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    try:
        value = plistlib.loads(data)
    except (plistlib.InvalidFileException, ExpatError, ValueError, OverflowError, RecursionError, LookupError) as error:
        raise DocumentUnreadable(f"The property list is damaged: {error}. Save it again.") from error
    composer = Composer()
    add_fields(_plain(value, 0), composer)
    if not composer.blocks:
        raise DocumentEmpty("The property list holds no value.")
    return [composer.finish()]


def _plain(value: object, depth: int) -> object:
    """The value in JSON's types: dates become text, binary data is left out."""
    if depth > _MAX_DEPTH:
        raise DocumentUnreadable("The property list is nested too deeply.")
    if isinstance(value, dict):
        return {str(key): _plain(inner, depth + 1) for key, inner in value.items() if not isinstance(inner, bytes)}
    if isinstance(value, list):
        return [_plain(inner, depth + 1) for inner in value if not isinstance(inner, bytes)]
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    return value.data if isinstance(value, plistlib.UID) else value
