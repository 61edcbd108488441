"""The values that somebody has filled into a PDF's form, as pdfium knows them."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator

from pypdfium2 import raw

from ingest.reading.readers.composer import one_line


def field_values(page: object, form: object) -> Iterator[tuple[str, str]]:
    """The filled text and choice fields of a page: label and value."""
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        field = raw.FPDFPage_GetAnnot(page, index)
        if not field:
            continue
        kind = raw.FPDFAnnot_GetFormFieldType(form, field)
        if kind in (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX):
            value = _string(raw.FPDFAnnot_GetFormFieldValue, form, field)
            label = _string(raw.FPDFAnnot_GetFormFieldAlternateName, form, field)
            if value:
                yield label or _string(raw.FPDFAnnot_GetFormFieldName, form, field), value
        raw.FPDFPage_CloseAnnot(field)


def _string(function: Callable[..., int], form: object, field: object) -> str:
    """What a pdfium function writes into a buffer of UTF-16."""
    size = function(form, field, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    function(form, field, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return one_line(buffer.raw[: size - 2].decode("utf-16-le", "replace"))
