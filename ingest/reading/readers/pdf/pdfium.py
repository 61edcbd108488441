"""A PDF opened by pdfium: pages, outline, labels, properties, attachments."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import NamedTuple, Self

import pypdfium2
from pypdfium2 import raw

from corpus.errors import DocumentUnreadable
from ingest.reading.readers.composer import one_line
from ingest.reading.readers.pdf.bulk import Buffers
from ingest.reading.readers.pdf.covers import painted_on
from ingest.reading.readers.pdf.forms import field_values, files_on, notes_on
from ingest.reading.readers.pdf.layers import MARK, hide_layers
from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.rules import Drawn, is_picture
from ingest.reading.readers.pdf.tags import NO_TAGS, Tag, tags_on
from ingest.reading.readers.pdf.textpage import LineReader

_LEADS_AWAY = (raw.PDFACTION_URI, raw.PDFACTION_LAUNCH, raw.PDFACTION_REMOTEGOTO)
_MAX_OUTLINE_ENTRIES = 20_000


class PasswordNeeded(DocumentUnreadable):
    """None of the given passwords opens the PDF."""


class OutlineEntry(NamedTuple):
    """`level` counts from 1, `page` from 0."""

    title: str
    level: int
    page: int | None


class Pdf:
    """An open PDF. Raises DocumentUnreadable where pdfium cannot open it."""

    def __init__(self, data: bytes, password: str | None) -> None:
        self._document = _opened(data, password)
        form_type = self._document.get_formtype()
        self.is_dynamic_form: bool = form_type == raw.FORMTYPE_XFA_FULL
        self._reader = LineReader()
        self._room = Buffers()
        self._has_hidden = MARK in data
        self._is_tagged = bool(raw.FPDFCatalog_IsTagged(self._document))
        if form_type == raw.FORMTYPE_ACRO_FORM:
            with contextlib.suppress(pypdfium2.PdfiumError):
                self._document.init_forms()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._document.close()

    def __len__(self) -> int:
        return len(self._document)

    def page(self, number: int) -> tuple[list[Line], list[tuple[str, str]], Drawn, list[Tag], bool]:
        """A page: its lines in drawing order, its filled form fields and notes as (label, value), the straight lines
        drawn on it if any text is side by side, the blocks of its tags, and whether it is a scan.

        The result does not depend on the pages read before. Raises DocumentUnreadable if the page is damaged.
        """
        page = raw.FPDF_LoadPage(self._document, number)
        if not page:
            raise DocumentUnreadable("pdfium cannot load the page")
        try:
            if self._has_hidden:
                hide_layers(page)
            painted = painted_on(page, self._document, self._room)
            text_page = raw.FPDFText_LoadPage(page)
            if not text_page:
                raise DocumentUnreadable("pdfium cannot load the page's text")
            try:
                fields = [] if self._document.formenv is None else list(field_values(page, self._document.formenv))
                fields.extend(notes_on(page))
                tags = tags_on(page) if self._is_tagged else NO_TAGS
                lines, drawn = self._reader.lines(page, text_page, tags, painted)
                return lines, fields, drawn, tags.blocks, not lines and is_picture(page)
            finally:
                raw.FPDFText_ClosePage(text_page)
        finally:
            raw.FPDF_ClosePage(page)

    def outline(self) -> list[OutlineEntry]:
        """The outline's entries in order; `page` is None if pdfium cannot follow the link."""
        entries = []
        for entry in self._document.get_toc():
            target = entry.get_dest()
            page = target.get_index() if target else None
            if page is None and raw.FPDFAction_GetType(raw.FPDFBookmark_GetAction(entry)) in _LEADS_AWAY:
                continue
            entries.append(OutlineEntry(one_line(entry.get_title()), entry.level + 1, page))
            if len(entries) == _MAX_OUTLINE_ENTRIES:
                break
        return entries

    def page_labels(self) -> list[str]:
        """The printed page numbers, one per page; empty if the file has none."""
        labels = [one_line(self._document.get_page_label(number)) for number in range(len(self))]
        return labels if any(labels) else []

    def properties(self) -> dict[str, str]:
        """Title, Author, Subject, Keywords, ModDate and so on, if not empty."""
        return {key: text for key, value in self._document.get_metadata_dict().items() if (text := one_line(value))}

    def attachments(self, pages: Iterable[int]) -> Iterator[tuple[str, bytes]]:
        """Name and content of files embedded in the PDF, or attached to the given pages."""
        for index in range(self._document.count_attachments()):
            attachment = self._document.get_attachment(index)
            with contextlib.suppress(pypdfium2.PdfiumError):
                yield attachment.get_name(), bytes(attachment.get_data())
        for number in pages:
            with contextlib.suppress(pypdfium2.PdfiumError):
                yield from files_on(self._document[number], self._document)


def _opened(data: bytes, password: str | None) -> pypdfium2.PdfDocument:
    for attempt in dict.fromkeys((None, password)):
        raw.FPDF_LoadMemDocument64(b"", 0, None)  # Resets the last error, which a file without pages would inherit.
        try:
            document = pypdfium2.PdfDocument(data, password=attempt)
            if len(document) > 0:
                return document
        except pypdfium2.PdfiumError as error:
            if error.err_code == raw.FPDF_ERR_PASSWORD:
                continue
            raise DocumentUnreadable(f"pdfium: {_reason(error)}") from error
        raise DocumentUnreadable("pdfium finds no page")
    hint = "The password given does not open it." if password else "Give its password with --password."
    raise PasswordNeeded(f"The PDF is locked with a password. {hint}")


def _reason(error: pypdfium2.PdfiumError) -> str:
    """The end of messages such as: Failed to load document (PDFium: Data format error)."""
    return one_line(str(error)).rpartition("PDFium: ")[2].rstrip(".)").lower()
