"""PDF: text by pdfium, page by page; by pypdf where pdfium gives up. A damaged page costs that page alone."""

from __future__ import annotations

import re

import pypdfium2
from pypdfium2 import raw

from corpus.errors import DocumentEmpty, DocumentUnreadable
from ingest.document import Document
from ingest.readers.composer import Composer, one_line


def read(data: bytes, *, password: str | None = None) -> list[Document]:
    pdf = _open(data, password)
    try:
        return [_read(pdf)]
    finally:
        pdf.close()


def _open(data: bytes, password: str | None) -> pypdfium2.PdfDocument:
    for attempt in dict.fromkeys((None, password)):
        try:
            return pypdfium2.PdfDocument(data, password=attempt)
        except pypdfium2.PdfiumError as error:
            if error.err_code == raw.FPDF_ERR_PASSWORD:
                continue
            raise DocumentUnreadable(f"The PDF is damaged: {error}. Open and print it to PDF again.") from error
    hint = "The password given does not open it." if password else "Give its password with --password."
    raise DocumentUnreadable(f"The PDF is locked with a password. {hint}")


def _read(pdf: pypdfium2.PdfDocument) -> Document:
    pages = []
    composer = Composer()
    for number in range(len(pdf)):
        try:
            page = pdf[number]
            text_page = page.get_textpage()
            pages.append(text_page.get_text_range())
            text_page.close()
            page.close()
        except pypdfium2.PdfiumError as error:
            pages.append("")
            composer.note(f"Page {number + 1} is damaged and was left out: {error}.")
    if not any(page.strip() for page in pages):
        raise DocumentEmpty("The PDF holds no text: it is a scan. Run OCR over it first, for example with ocrmypdf.")
    headings = _headings(pdf)
    for number, page in enumerate(pages):
        composer.start_page()
        _write_page(composer, page, headings.get(number, {}))
    labels = [pdf.get_page_label(number) for number in range(len(pdf))]
    return composer.finish(
        title=pdf.get_metadata_value("Title"),
        page_labels=labels if any(labels) else (),
    )


def _headings(pdf: pypdfium2.PdfDocument) -> dict[int, dict[str, int]]:
    """For each page the outline's titles that lead to it, in lower case, with their level."""
    found: dict[int, dict[str, int]] = {}
    for entry in pdf.get_toc():
        target = entry.get_dest()
        index = target.get_index() if target else None
        title = one_line(entry.get_title()).lower()
        if index is not None and title:
            found.setdefault(index, {})[title] = entry.level + 1
    return found


def _write_page(composer: Composer, page: str, headings: dict[str, int]) -> None:
    lines = [line.strip() for line in re.sub("-?[\x02\ufffe]", "", page).splitlines()]
    width = max((len(line) for line in lines), default=0)
    paragraph: list[str] = []
    for line in lines:
        level = headings.get(one_line(line).lower())
        if level is not None:
            composer.paragraph(" ".join(paragraph))
            paragraph = []
            composer.heading(line, level)
            continue
        paragraph.append(line)
        if len(line) < 0.8 * width and line.endswith((".", "!", "?", ":", "”", '"')):
            composer.paragraph(" ".join(paragraph))
            paragraph = []
    composer.paragraph(" ".join(paragraph))
