"""Word documents of 97 to 2003 (DOC): made into the elements of today's, and read as these are."""

from __future__ import annotations

import contextlib
import struct

from lxml import etree

from corpus.errors import DocumentEmpty, DocumentUnreadable
from ingest.reading.document import Document
from ingest.reading.readers import legacy
from ingest.reading.readers.composer import Composer, one_line
from ingest.reading.readers.contents import COMPOUND_FILE
from ingest.reading.readers.doc.container import WordFile
from ingest.reading.readers.doc.lists import numbering
from ingest.reading.readers.doc.notes import boxes, notes
from ingest.reading.readers.doc.styles import styles
from ingest.reading.readers.doc.text import TextWriter
from ingest.reading.readers.docx.body import BodyWriter
from ingest.reading.readers.docx.dropcaps import join_first_letters
from ingest.reading.readers.docx.numbering import Numbering
from ingest.reading.readers.docx.styles import Styles


def read(data: bytes, *, password: str | None = None) -> list[Document]:
    if not data.startswith(COMPOUND_FILE):
        raise DocumentUnreadable("The file is not what its name says. Save it anew, as DOCX.")
    composer = Composer()
    try:
        file = WordFile(data)
        if file.is_older:
            return legacy.read(data, password=password)
        writer = _write(composer, file)
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise DocumentUnreadable(f"The document is damaged: {one_line(str(error))}. Save it as DOCX.") from error
    if file.is_cut:
        composer.note("The file is damaged: part of its text is missing. Save it as DOCX.")
    if writer.has_hidden:
        composer.note("Hidden text was left out.")
    if not composer.blocks:
        raise DocumentEmpty("The Word document holds no text. If it is pictures of pages, run OCR over it first.")
    about = file.about
    title = about.title or writer.title
    return [composer.finish(title=title, updated_at=about.updated_at, metadata=about.metadata)]


def _write(composer: Composer, file: WordFile) -> BodyWriter:
    found = list(notes(file))
    boxed = boxes(file)
    text = TextWriter(file, {place: (kind, number) for kind, number, place, _, _ in found}, boxed)
    said: dict[str, dict[str, etree._Element]] = {}
    for kind, number, _, span, author in found:
        note = etree.Element(kind, author=one_line(author))
        said.setdefault(kind, {})[number] = text.write(note, span)
    body = text.write(etree.Element("body"), file.parts["main"])
    join_first_letters(body)
    for span in boxed.get(-1, ()):
        text.write(body, span)
    lists = etree.Element("numbering")
    with contextlib.suppress(struct.error, IndexError):  # Without their lists, paragraphs have no numbers.
        lists = numbering(file)
    writer = BodyWriter(composer, Styles(styles(file)), Numbering(lists), said, lambda _: None)
    writer.write(body)
    return writer
