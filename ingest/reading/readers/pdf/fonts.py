"""What the fonts of a page look like: bold, and of fixed pitch."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from pypdfium2 import raw

from ingest.reading.readers.pdf.bulk import font_names

_BOLD_WEIGHT = 600
_BOLD_FONT = re.compile(rb"Bold|CMBX|CMB\d|SFBX|NimbusRomNo9L-Medi|Black|Heavy")
_FIXED_FONT = re.compile(rb"Courier|Mono(?!type)|Consol|Menlo|CMTT|Typewriter", re.IGNORECASE)


class Fonts:
    """Fonts by their names, which can differ from page to page."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[bool, bool]] = {}

    def forget(self) -> None:
        self._known.clear()

    def look(self, text_page: object, indexes: Sequence[int]) -> list[tuple[bool, bool]]:
        """Of each character's font whether it is bold and whether it is of fixed pitch: the flag for that is often
        wrong."""
        names = font_names(text_page, indexes)
        for name, index in zip(names, indexes, strict=True):
            if name not in self._known:
                is_bold = (
                    _BOLD_FONT.search(name) is not None or raw.FPDFText_GetFontWeight(text_page, index) >= _BOLD_WEIGHT
                )
                self._known[name] = (is_bold, _is_fixed(name))
        return [self._known[name] for name in names]


@functools.lru_cache(256)
def _is_fixed(font_name: bytes) -> bool:
    return _FIXED_FONT.search(font_name) is not None
