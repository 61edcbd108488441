"""JSON: a document per record for a list of records; otherwise one document with a line per field."""

from __future__ import annotations

import json

from corpus.errors import DocumentEmpty, DocumentUnreadable
from ingest.reading.document import Document
from ingest.reading.readers import jsonlines
from ingest.reading.readers.chats import is_chat, read_chat
from ingest.reading.readers.composer import Composer
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.records import Names, add_fields, document_of, is_record


def read(data: bytes, *, password: str | None = None) -> list[Document]:
    try:
        value = json.loads(decode(data))
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":  # Several values: JSON Lines with the wrong file name.
            return jsonlines.read(data, password=password)
        raise DocumentUnreadable(f"The file is not valid JSON: {error}.") from error
    except RecursionError as error:
        raise DocumentUnreadable("The JSON is nested too deeply.") from error
    if is_chat(value) and (chat := read_chat(value)):
        return [chat]
    if is_record(value):
        value = [value]
    if isinstance(value, list) and value and all(map(is_record, value)):
        names = Names()
        found = [
            names.distinct(document, position=position)
            for position, item in enumerate(value, 1)
            if (document := document_of(item, position=position)) is not None
        ]
        if found:
            return found
    composer = Composer()
    add_fields(value, composer)
    if not composer.blocks:
        raise DocumentEmpty("The JSON holds no value.")
    return [composer.finish()]
