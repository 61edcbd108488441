"""Layers of a PDF that are off (ISO 32000-1, 8.11). Their content is not shown, so it is not read."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence

from pypdfium2 import raw

from ingest.reading.readers.pdf.bulk import are_marked

_SAMPLED = 6  # One line in so many is checked to see whether the page has layers at all.
_NAME_UNITS = 128


class Layers:
    """Checks lines against hidden layers. `off` returns the names of those layers; it is called on first need."""

    def __init__(self, off: Callable[[], frozenset[str]]) -> None:
        self._off = off
        self._units = (ctypes.c_ushort * _NAME_UNITS)()
        self._bytes = ctypes.c_ulong()

    def shown(self, text_page: object, characters: Sequence[int]) -> list[bool]:
        """Whether each line is shown, given the number of one of its characters."""
        sample = [*characters[::_SAMPLED], *characters[-1:]]
        if not are_marked(text_page, sample) or not any(self._names(text_page, index) for index in sample):
            return [True] * len(characters)
        off = self._off()
        return (
            [off.isdisjoint(self._names(text_page, index)) for index in characters] if off else [True] * len(characters)
        )

    def _names(self, text_page: object, index: int) -> list[str]:
        """The names of the layers that a character is in."""
        item = raw.FPDFText_GetTextObject(text_page, index)
        count = raw.FPDFPageObj_CountMarks(item) if item else 0
        names = []
        for number in range(max(count, 0)):
            mark = raw.FPDFPageObj_GetMark(item, number)
            raw.FPDFPageObjMark_GetName(mark, self._units, 2 * _NAME_UNITS, self._bytes)
            if self._text() == "OC" and raw.FPDFPageObjMark_GetParamStringValue(
                mark, b"Name", self._units, 2 * _NAME_UNITS, self._bytes
            ):
                names.append(self._text())
        return names

    def _text(self) -> str:
        """The text that pdfium wrote last, without the trailing zero."""
        size = min(self._bytes.value, 2 * _NAME_UNITS)
        return ctypes.string_at(self._units, max(size - 2, 0)).decode("utf-16-le", "replace")
