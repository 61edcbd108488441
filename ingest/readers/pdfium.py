"""Everything asked of pdfium: lines with their place on the page, outline, labels, form values, attachments.

Calls go through ctypes, some hundred thousand for a long book; hence the raw interface and few calls per line.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import re
from collections.abc import Iterator
from types import TracebackType
from typing import NamedTuple, Self

import pypdfium2
from pypdfium2 import raw

from corpus.errors import DocumentUnreadable
from ingest.readers.composer import one_line
from ingest.readers.pdfforms import field_values

HYPHEN = "\ufffe"  # What pdfium gives for a hyphen at the end of a line.
_BOLD_WEIGHT = 600
_NAME_BYTES = 128
_MIN_FONT_TEXT = 3  # Of shorter lines, such as numbers in a margin, the font does not matter.
_FIXED_FONT = re.compile(rb"Courier|Mono(?!type)|Consol|Menlo|CMTT|Typewriter", re.IGNORECASE)
_LEADS_AWAY = (raw.PDFACTION_URI, raw.PDFACTION_LAUNCH, raw.PDFACTION_REMOTEGOTO)
_MAX_OUTLINE_ENTRIES = 20_000
_LEAST_BUFFER = 10_000  # Code units; few pages have more.
_SPARE_UNITS = 512
# Called for each line.
_char_box = raw.FPDFText_GetLooseCharBox
_font_info = raw.FPDFText_GetFontInfo


class Line(NamedTuple):
    """A line of text and where it stands, in points from the page's lower left corner.

    `bottom` is the same for all characters of one font on a line; `height` is near the font's size.
    """

    text: str
    left: float
    right: float
    bottom: float
    height: float
    is_bold: bool
    is_fixed: bool  # Of fixed pitch, as code is.


class PasswordNeeded(DocumentUnreadable):
    """The PDF does not open with the passwords tried."""


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
        self._rectangle = raw.FS_RECTF()
        self._to_rectangle = ctypes.byref(self._rectangle)
        self._name = ctypes.create_string_buffer(_NAME_BYTES)
        self._text = _units_buffer(_LEAST_BUFFER)
        self._fonts: dict[bytes, tuple[bool, bool]] = {}
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

    def page(self, number: int) -> tuple[list[Line], list[tuple[str, str]]]:
        """A page's lines in reading order, and its filled form fields as label and value: the same whichever pages were
        read before.

        Raises DocumentUnreadable where the page is damaged.
        """
        self._fonts.clear()  # Fonts of one name can differ from page to page.
        page = raw.FPDF_LoadPage(self._document, number)
        if not page:
            raise DocumentUnreadable("pdfium cannot load the page")
        try:
            text_page = raw.FPDFText_LoadPage(page)
            if not text_page:
                raise DocumentUnreadable("pdfium cannot load the page's text")
            try:
                fields = [] if self._document.formenv is None else list(field_values(page, self._document.formenv))
                return self._lines(text_page), fields
            finally:
                raw.FPDFText_ClosePage(text_page)
        finally:
            raw.FPDF_ClosePage(page)

    def _lines(self, text_page: object) -> list[Line]:
        count = raw.FPDFText_CountChars(text_page)
        if count <= 0:
            return []
        if count + _SPARE_UNITS > len(self._text):
            self._text = _units_buffer(2 * (count + _SPARE_UNITS))
        units = raw.FPDFText_GetText(text_page, 0, count, self._text)
        text = ctypes.string_at(self._text, 2 * max(units - 1, 0)).decode("utf-16-le", "surrogatepass")
        # pdfium counts code units: a pair of surrogates stays two characters until its line is cut out.
        has_pairs = len(text) < units - 1
        # Characters without Unicode are left out of the text, and then positions in it are not their numbers.
        is_even = units - 1 == count
        if has_pairs:
            text = "".join(map(_units, text))
        text = text.replace("\t", " ")
        if HYPHEN in text:
            text = text.replace(HYPHEN, HYPHEN + "\n")
        lines = []
        start = inserted = 0
        for raw_line in text.split("\n"):
            stretch = raw_line.strip(" \t\r")
            if stretch:
                first = start - inserted + (0 if raw_line[0] == stretch[0] else raw_line.index(stretch[0]))
                last = first + len(stretch) - 1
                if not is_even:
                    first = raw.FPDFText_GetCharIndexFromTextIndex(text_page, first)
                    last = raw.FPDFText_GetCharIndexFromTextIndex(text_page, last)
                lines.append(self._line(text_page, _joined(stretch) if has_pairs else stretch, first, last))
            start += len(raw_line) + 1
            inserted += raw_line.endswith(HYPHEN)
        return lines

    def _line(self, text_page: object, text: str, first: int, last: int) -> Line:
        rectangle = self._rectangle
        _char_box(text_page, last, self._to_rectangle)
        left, right = rectangle.left, rectangle.right
        _char_box(text_page, first, self._to_rectangle)
        # The first character stands on the right in Arabic and Hebrew.
        left, right = min(left, rectangle.left), max(right, rectangle.right)
        bottom, height = rectangle.bottom, rectangle.top - rectangle.bottom
        is_bold, is_fixed = self._font(text_page, first) if len(text) > _MIN_FONT_TEXT else (False, False)
        if is_bold or is_fixed:  # All of the line is, if its ends are.
            other = self._font(text_page, last)
            is_bold, is_fixed = is_bold and other[0], is_fixed and other[1]
        return Line(text, left, right, bottom, height, is_bold, is_fixed)

    def _font(self, text_page: object, index: int) -> tuple[bool, bool]:
        """Whether the character's font is bold and whether it is of fixed pitch: the flag for that is often wrong."""
        _font_info(text_page, index, self._name, _NAME_BYTES, None)
        name = self._name.value
        known = self._fonts.get(name)
        if known is None:
            is_bold = b"Bold" in name or raw.FPDFText_GetFontWeight(text_page, index) >= _BOLD_WEIGHT
            known = self._fonts[name] = (is_bold, _is_fixed(name))
        return known

    def outline(self) -> list[OutlineEntry]:
        """The outline's entries in order; `page` is None where pdfium cannot follow the link."""
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
        """The printed page numbers, one for each page; empty where the file has none."""
        labels = [one_line(self._document.get_page_label(number)) for number in range(len(self))]
        return labels if any(labels) else []

    def properties(self) -> dict[str, str]:
        """Title, Author, Subject, Keywords, ModDate… as far as they are filled."""
        return {key: text for key, value in self._document.get_metadata_dict().items() if (text := one_line(value))}

    def attachments(self) -> Iterator[tuple[str, bytes]]:
        """The files embedded in the PDF: name and content."""
        for index in range(self._document.count_attachments()):
            attachment = self._document.get_attachment(index)
            with contextlib.suppress(pypdfium2.PdfiumError):
                yield attachment.get_name(), bytes(attachment.get_data())


def _opened(data: bytes, password: str | None) -> pypdfium2.PdfDocument:
    for attempt in dict.fromkeys((None, password)):
        raw.FPDF_LoadMemDocument64(b"", 0, None)  # Or a file without pages is said to fail as the last file did.
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


@functools.lru_cache(256)
def _is_fixed(font_name: bytes) -> bool:
    return _FIXED_FONT.search(font_name) is not None


def _units_buffer(size: int) -> ctypes.Array[ctypes.c_ushort]:
    return (ctypes.c_ushort * size)()


def _units(character: str) -> str:
    """The character as UTF-16 code units, each a character of its own."""
    if character <= "\uffff":
        return character
    code = ord(character) - 0x10000
    return chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))


def _joined(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
