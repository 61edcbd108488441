"""What people add to a PDF's pages: form values, comments and attached files, as pdfium reports them."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator

import pypdfium2
from pypdfium2 import raw

from ingest.reading.readers.composer import one_line
from ingest.reading.readers.titles import usable_text

PINNED = "Attached file"
_MIN_CHOICE = 3  # Letters of a radio button's value that say something: others are numbers of it.
_MARKUP = re.compile(r"<[^>]*>")
_NOTES = (
    raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE,
    raw.FPDF_ANNOT_SQUIGGLY, raw.FPDF_ANNOT_STRIKEOUT, raw.FPDF_ANNOT_CARET, raw.FPDF_ANNOT_STAMP,
    raw.FPDF_ANNOT_SQUARE, raw.FPDF_ANNOT_CIRCLE, raw.FPDF_ANNOT_LINE, raw.FPDF_ANNOT_POLYGON,
    raw.FPDF_ANNOT_POLYLINE, raw.FPDF_ANNOT_INK, raw.FPDF_ANNOT_REDACT,
)  # fmt: skip


def field_values(page: object, form: object) -> Iterator[tuple[str, str]]:
    """What is filled into the fields of a page: label and value, "[x]" for a ticked box."""
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        field = raw.FPDFPage_GetAnnot(page, index)
        if not field:
            continue
        value = "" if raw.FPDFAnnot_GetFlags(field) & raw.FPDF_ANNOT_FLAG_HIDDEN else _filled(form, field)
        if value:
            label = _string(raw.FPDFAnnot_GetFormFieldAlternateName, form, field)
            yield label or _string(raw.FPDFAnnot_GetFormFieldName, form, field), value
        raw.FPDFPage_CloseAnnot(field)


def _filled(form: object, field: object) -> str:
    kind = raw.FPDFAnnot_GetFormFieldType(form, field)
    if kind in (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX):
        return _string(raw.FPDFAnnot_GetFormFieldValue, form, field)
    if kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON) and raw.FPDFAnnot_IsChecked(form, field):
        value = _string(raw.FPDFAnnot_GetFormFieldExportValue, form, field)
        return "[x]" if kind == raw.FPDF_FORMFIELD_CHECKBOX or len(value) < _MIN_CHOICE else value
    return ""


def notes_on(page: object) -> Iterator[tuple[str, str]]:
    """Author and text of each comment on a page: sticky notes, text boxes, comments on marked text, names of attached
    files."""
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        note = raw.FPDFPage_GetAnnot(page, index)
        if not note:
            continue
        if raw.FPDFAnnot_GetSubtype(note) == raw.FPDF_ANNOT_FILEATTACHMENT:
            found = raw.FPDFAnnot_GetFileAttachment(note)
            yield PINNED, _string(raw.FPDFAttachment_GetName, found) if found else _value_of(note, b"Contents")
        elif raw.FPDFAnnot_GetSubtype(note) in _NOTES and not raw.FPDFAnnot_GetFlags(note) & raw.FPDF_ANNOT_FLAG_HIDDEN:
            text = _value_of(note, b"Contents") or one_line(_MARKUP.sub(" ", _value_of(note, b"RC")))
            author = usable_text(_value_of(note, b"T"))
            if text:
                yield f"Note by {author}" if author else "Note", text
        raw.FPDFPage_CloseAnnot(note)


def files_on(page: pypdfium2.PdfPage, document: pypdfium2.PdfDocument) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file attached to a page. Raises PdfiumError."""
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        pin = raw.FPDFPage_GetAnnot(page, index)
        if not pin:
            continue
        found = raw.FPDFAnnot_GetFileAttachment(pin)
        if found:
            attachment = pypdfium2.PdfAttachment(found, document)
            yield attachment.get_name(), bytes(attachment.get_data())
        raw.FPDFPage_CloseAnnot(pin)


def _value_of(annotation: object, key: bytes) -> str:
    return _string(lambda *rest: raw.FPDFAnnot_GetStringValue(annotation, key, *rest))


def _string(function: Callable[..., int], *about: object) -> str:
    """The text that a pdfium function writes into a UTF-16 buffer."""
    size = function(*about, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    function(*about, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return one_line(buffer.raw[: size - 2].decode("utf-16-le", "replace"))
