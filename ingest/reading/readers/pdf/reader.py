"""PDF: text by pdfium, page by page, and by pypdf if pdfium fails. A damaged page costs only that page.

Pages are independent, so several processes can share them: `read`, given the results of `read_share`, finds what it
would find by reading all pages itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.errors import DocumentEmpty, DocumentUnreadable
from corpus.garbage import no_collecting
from ingest.reading.document import Document, OcrNeeded
from ingest.reading.readers.files_within import read_attachments
from ingest.reading.readers.pdf.assembly import Content, assemble
from ingest.reading.readers.pdf.forms import PINNED
from ingest.reading.readers.pdf.layers import may_hide
from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.page_ranges import Found, Page, packed, unpacked
from ingest.reading.readers.pdf.pdfium import OutlineEntry, PasswordNeeded, Pdf
from ingest.reading.readers.pdf.rules import NOTHING_DRAWN
from ingest.reading.readers.pdf.text import is_garbage, without_noise

if TYPE_CHECKING:
    from ingest.reading.readers.pdf.fallback import Fallback

_XFA_NOTICE = re.compile(r"\s*Please wait", re.IGNORECASE)
_PRINT_ANEW = "Open it in a PDF viewer and print it to PDF again."
_PRINT_FORM = "Open it in Adobe Reader and print it to PDF."
_RUN_OCR = "Run OCR over it first, for example with ocrmypdf, or give --ocr-command."
_MAX_LOST_SHARE = 0.1  # Share of outline links that pdfium may fail to follow before pypdf is asked.
_MAX_SPACED_LENGTH = 3.2


class Scan(OcrNeeded, DocumentEmpty):
    """The pages are images."""


class Noise(OcrNeeded, DocumentUnreadable):
    """The fonts do not map to characters."""


def read(data: bytes, *, password: str | None = None, shares: Sequence[bytes] = ()) -> list[Document]:
    with no_collecting():
        return _read(data, password, shares)


def _read(data: bytes, password: str | None, shares: Sequence[bytes]) -> list[Document]:
    second = _SecondTry(data, password)
    found = unpacked(shares, data)
    files: list[tuple[str, bytes]] = []
    try:
        with Pdf(second.shown(), password) as pdf:
            content = _by_pdfium(pdf, second, found)
            pins = [number for number, fields in enumerate(content.fields) if any(name == PINNED for name, _ in fields)]
            files = list(pdf.attachments(pins))
    except PasswordNeeded:
        raise
    except DocumentUnreadable as error:
        content = _by_pypdf(second, error)
    _refuse_form(content)
    _drop_noise(content)
    attached, notes = read_attachments(files)
    content.notes.extend(notes)
    has_scans = bool(content.scans)
    return [replace(assemble(content), has_scans=has_scans), *attached]


def read_share(data: bytes, number: int, of: int, *, password: str | None = None) -> bytes:
    """Read share `number`, counted from 0, of the pages, for `read`. Raises DocumentUnreadable if the file has to be
    read as a whole."""
    second = _SecondTry(data, password)
    with no_collecting(), Pdf(second.shown(), password) as pdf:
        mine = range(number * len(pdf) // of, (number + 1) * len(pdf) // of)
        pages = list(_pages(pdf, mine, second))
        return packed(pages, pdf.outline() if number == 0 else [], data)


class _SecondTry:
    """pypdf, opened on first use because loading it takes longer than reading most PDFs."""

    def __init__(self, data: bytes, password: str | None) -> None:
        self._data = data
        self._password = password
        self._opened: Fallback | None = None

    def open(self) -> Fallback:
        from ingest.reading.readers.pdf.fallback import Fallback

        if self._opened is None:
            self._opened = Fallback(self._data, self._password)
        return self._opened

    def page_lines(self, number: int) -> list[Line]:
        """The page's lines; empty if pypdf fails too."""
        try:
            return self.open().page_lines(number)
        except DocumentUnreadable:
            return []

    def shown(self) -> bytes:
        """The file, with its layers marked where some are off."""
        if not may_hide(self._data):
            return self._data
        try:
            return self.open().with_marked_layers() or self._data
        except DocumentUnreadable:
            return self._data

    def outline(self) -> list[OutlineEntry]:
        """The outline; empty if pypdf fails too."""
        try:
            return self.open().outline()
        except DocumentUnreadable:
            return []


def _by_pdfium(pdf: Pdf, second: _SecondTry, found: Found | None) -> Content:
    content = Content(
        labels=pdf.page_labels(),
        properties=pdf.properties(),
        is_dynamic_form=pdf.is_dynamic_form,
    )
    for number, page in enumerate(found.pages if found else _pages(pdf, range(len(pdf)), second)):
        content.pages.append(page.lines)
        content.fields.append(page.fields)
        content.drawn.append(page.drawn)
        content.tags.append(page.tags)
        if page.is_damaged:
            content.damaged.append(number)
        if page.is_scan:
            content.scans.append(number)
    # Last, as pdfium takes long to number the pages that it has not loaded yet.
    content.outline = found.outline if found else pdf.outline()
    if sum(entry.page is None for entry in content.outline) > _MAX_LOST_SHARE * len(content.outline):
        content.outline = second.outline() or content.outline
    return content


def _pages(pdf: Pdf, numbers: range, second: _SecondTry) -> Iterator[Page]:
    for number in numbers:
        is_damaged = is_scan = False
        try:
            lines, fields, drawn, tags, is_scan = pdf.page(number)
        except DocumentUnreadable:
            lines, fields, drawn, tags = second.page_lines(number), [], NOTHING_DRAWN, []
            is_damaged = not lines
        if _is_spaced_out(lines):
            whole = second.page_lines(number)
            lines = whole if whole and not _is_spaced_out(whole) else lines
        yield Page(lines, fields, drawn, tags, is_damaged, is_scan)


def _by_pypdf(second: _SecondTry, cause: DocumentUnreadable) -> Content:
    try:
        fallback = second.open()
    except PasswordNeeded:
        raise
    except DocumentUnreadable as error:
        raise DocumentUnreadable(f"The PDF is damaged ({cause}; {error}). {_PRINT_ANEW}") from error
    content = Content(outline=second.outline())
    for number in range(len(fallback)):
        lines = second.page_lines(number)
        if not lines:
            content.damaged.append(number)
        content.pages.append(lines)
        content.fields.append([])
        content.drawn.append(NOTHING_DRAWN)
        content.tags.append([])
    return content


def _is_spaced_out(lines: Sequence[Line]) -> bool:
    """Whether blanks are inside most words, as in letter-spaced text: "H e re i s so me te xt"."""
    text = " ".join([line.text for line in lines])
    blanks = text.count(" ")
    if blanks < 5 or len(text) > _MAX_SPACED_LENGTH * (blanks + 1):
        return False
    words = text.split()
    return sum(len(word) <= 2 and word.isalpha() for word in words) > 0.5 * len(words)


def _refuse_form(content: Content) -> None:
    """Raise for an XFA form: its pages hold no text but the advice to use another viewer."""
    first = " ".join(line.text for line in content.pages[0])
    if content.is_dynamic_form and _XFA_NOTICE.match(first):
        raise DocumentUnreadable(f"The PDF is a dynamic XFA form: its page holds only a notice. {_PRINT_FORM}")


def _drop_noise(content: Content) -> None:
    """Empty the pages whose font does not map to characters. Raises if no page is left."""
    texts = ["\n".join(line.text for line in lines) for lines in content.pages]
    found = [number for number, text in enumerate(texts) if is_garbage(text)]
    for number in found:
        content.pages[number] = without_noise(content.pages[number])
    garbled = [number for number in found if not content.pages[number]]
    in_part = [number for number in found if content.pages[number]]
    if any(content.pages) or any(content.fields):
        _remark(content, content.damaged, f"damaged and left out. {_PRINT_ANEW}")
        _remark(content, content.scans, f"left out: without text, a picture. {_RUN_OCR}")
        _remark(content, in_part, f"left out in part: the font does not map to characters. {_RUN_OCR}")
        _remark(content, garbled, f"left out: the font does not map to characters. {_RUN_OCR}")
        return
    if garbled:
        raise Noise(f"The PDF's fonts do not map to characters: its text is noise. {_RUN_OCR}")
    if content.damaged:
        raise DocumentUnreadable(f"The PDF is damaged: none of its pages can be read. {_PRINT_ANEW}")
    raise Scan(f"The PDF has no text: it is a scan or pictures. {_RUN_OCR}")


def _remark(content: Content, numbers: Sequence[int], what: str) -> None:
    if numbers:
        named = ", ".join(_ranges(numbers))
        content.notes.append(f"Page {named} was {what}" if len(numbers) == 1 else f"Pages {named} were {what}")


def _ranges(numbers: Sequence[int]) -> list[str]:
    """Page numbers, counted from 1, with runs as "2-5"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [f"{run[0] + 1}-{run[-1] + 1}" if len(run) > 1 else str(run[0] + 1) for run in runs]
