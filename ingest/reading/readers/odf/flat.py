"""Flat OpenDocument (FODT, FODS, FODP): one XML file, read as a package with nothing else in it."""

from __future__ import annotations

import io
import re
import zipfile

from corpus.errors import DocumentUnreadable
from ingest.reading.document import Document
from ingest.reading.readers.odf import reader
from ingest.reading.readers.sheets import reader as sheets

_KIND = re.compile(rb"office:mimetype=[\"']application/vnd\.oasis\.opendocument\.([a-z]+)")
_START = 4096  # Bytes that are searched for the root element.


def read(data: bytes, *, password: str | None = None) -> list[Document]:
    kind = _KIND.search(data[:_START])
    if kind is None or kind.group(1) not in (b"text", b"spreadsheet", b"presentation"):
        raise DocumentUnreadable("This is not a flat OpenDocument text, spreadsheet or presentation. Save it as ODT.")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name in ("content.xml", "styles.xml", "meta.xml"):
            package.writestr(name, data)
    read_package = sheets.read if kind.group(1) == b"spreadsheet" else reader.read
    return read_package(packed.getvalue(), password=password)
