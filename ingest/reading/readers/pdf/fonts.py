"""Whether the fonts of a page are bold or monospaced."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from pypdfium2 import raw

from ingest.reading.readers.pdf.bulk import font_name, fonts_of

MIN_FONT_TEXT = 3  # Characters; the font of shorter lines, such as numbers in a margin, does not matter.
_PLAIN = (False, False)
_BOLD_WEIGHT = 600
_BOLD_FONT = re.compile(rb"Bold|CMBX|CMB\d|SFBX|NimbusRomNo9L-Medi|Black|Heavy")
_FIXED_FONT = re.compile(rb"Courier|Mono(?!type)|Consol|Menlo|CMTT|Typewriter", re.IGNORECASE)


class Fonts:
    """Remembers a page's fonts. Call `forget` before the next page, where a number may mean another font."""

    def __init__(self) -> None:
        self._known: dict[int | None, tuple[bool, bool]] = {}
        self._named: dict[bytes, tuple[bool, bool]] = {}

    def forget(self) -> None:
        self._known.clear()
        self._named.clear()

    def look(self, text_page: object, indexes: Sequence[int]) -> list[tuple[bool, bool]]:
        """Whether each character's font is bold, by its name or weight, and whether it is monospaced, by its name: the
        PDF flag for fixed pitch is often wrong."""
        fonts = fonts_of(text_page, indexes)
        if not self._known.keys() >= set(fonts):
            for font, index in zip(fonts, indexes, strict=True):
                if font not in self._known:
                    self._known[font] = self._by_name(text_page, index)
        return list(map(self._known.__getitem__, fonts))

    def types(
        self, text_page: object, texts: Sequence[str], firsts: Sequence[int], lasts: Sequence[int]
    ) -> list[tuple[bool, bool]]:
        """The same of each line, judged by both of its ends; empty if no line is either."""
        long = [number for number, text in enumerate(texts) if len(text) > MIN_FONT_TEXT]
        looks = self.look(text_page, firsts if len(long) == len(texts) else [firsts[at] for at in long])
        if looks.count(_PLAIN) == len(looks):
            return []
        types = [_PLAIN] * len(texts)
        marked = [(number, found) for number, found in zip(long, looks, strict=True) if found != _PLAIN]
        ends = self.look(text_page, [lasts[number] for number, _ in marked])
        for (number, found), other in zip(marked, ends, strict=True):
            types[number] = (found[0] and other[0], found[1] and other[1])
        return types

    def _by_name(self, text_page: object, index: int) -> tuple[bool, bool]:
        name = font_name(text_page, index)
        if name not in self._named:
            is_bold = (
                _BOLD_FONT.search(name) is not None or raw.FPDFText_GetFontWeight(text_page, index) >= _BOLD_WEIGHT
            )
            self._named[name] = (is_bold, _is_fixed(name))
        return self._named[name]


@functools.lru_cache(256)
def _is_fixed(font_name: bytes) -> bool:
    return _FIXED_FONT.search(font_name) is not None
