"""What the fonts of a page look like: bold, and of fixed pitch. Called for each line, hence few calls of pdfium."""

from __future__ import annotations

import ctypes
import functools
import re

from pypdfium2 import raw

_BOLD_WEIGHT = 600
_NAME_BYTES = 128
_FIXED_FONT = re.compile(rb"Courier|Mono(?!type)|Consol|Menlo|CMTT|Typewriter", re.IGNORECASE)
_font_info = raw.FPDFText_GetFontInfo


class Fonts:
    """Fonts by their names, which can differ from page to page."""

    def __init__(self) -> None:
        self._name = ctypes.create_string_buffer(_NAME_BYTES)
        self._known: dict[bytes, tuple[bool, bool]] = {}

    def forget(self) -> None:
        self._known.clear()

    def look(self, text_page: object, index: int) -> tuple[bool, bool]:
        """Whether the character's font is bold and whether it is of fixed pitch: the flag for that is often wrong."""
        _font_info(text_page, index, self._name, _NAME_BYTES, None)
        name = self._name.value
        known = self._known.get(name)
        if known is None:
            is_bold = b"Bold" in name or raw.FPDFText_GetFontWeight(text_page, index) >= _BOLD_WEIGHT
            known = self._known[name] = (is_bold, _is_fixed(name))
        return known


@functools.lru_cache(256)
def _is_fixed(font_name: bytes) -> bool:
    return _FIXED_FONT.search(font_name) is not None
