"""Signs of a page's text that are not of ASCII and have to be set right: ligatures, hyphens, bullets."""

from __future__ import annotations

import re

from ingest.reading.readers.pdf.bulk import font_name
from ingest.reading.readers.pdf.characters import Places, TextLines, as_units
from ingest.reading.readers.pdf.line_repair import is_one_glyph
from ingest.reading.readers.pdf.lines import BULLETS, HYPHEN

_LAM = "\u0644"
_TURNED_LAM = re.compile("[\u0622\u0623\u0625\u0627\u062c-\u062e\u0645\u0647\u0649\u064a]\u0644")
_SYMBOL_BULLET = re.compile("(?<![^\n])[\uf020-\uf0ff](?=[ \r]|$)")  # From a symbol font, before a line or alone.
_SYMBOL = re.compile("\n[\uf020-\uf0ff]")  # The same at the start of a line: a faster test.
_SOFT = re.compile("\xad")
_DIVIDED = "\u2010\r\n"  # A word divided by a Unicode hyphen, which pdfium does not recognise.
_SYMBOL_FONT = re.compile(rb"Wingdings|Webdings|Dingbats|Symbol(?!a)|Marlett|Bullets|Monotype Sorts", re.IGNORECASE)
_BOXES = {"¨": "☐", "þ": "☑", "ý": "☒", "x": "☒"}  # What Wingdings shows for them.
_LEAST_OF_LIST = 2


def with_odd_signs(places: Places, text_page: object, text: str, *, has_pairs: bool, is_even: bool) -> str:
    """The text with its ligatures, hyphens and bullets outside ASCII corrected."""
    if has_pairs:
        text = "".join(map(as_units, text))
    elif is_even and _LAM in text:
        text = _with_ligatures(places, text_page, text)
    if "\xad" in text and is_even:
        text = places.hyphens_drawn(text_page, text, [match.start() for match in _SOFT.finditer(text)])
    if _SYMBOL.search(text) or _SYMBOL.match("\n" + text[:1]):
        text = _SYMBOL_BULLET.sub("•", text)
    return text.replace(_DIVIDED, HYPHEN + "\r\n") if _DIVIDED in text else text


def _with_ligatures(places: Places, text_page: object, text: str) -> str:
    """Put lam before alef (or lam before meem) where one glyph stands for both: pdfium reports it as two characters
    and reverses them with the rest of the line."""
    for match in _TURNED_LAM.finditer(text):
        first, second = places.boxes(text_page, [match.start(), match.start() + 1]).each()
        if is_one_glyph([first[:2], second[:2]]):
            text = text[: match.start()] + match.group()[::-1] + text[match.end() :]
    return text


def with_symbol_bullets(text_page: object, stretches: TextLines) -> TextLines:
    """The lines with a bullet for a letter that a font of symbols shows as one, where several begin so."""
    short = [at for at, text in enumerate(stretches.texts) if text[1:2] == " " and text[0] not in BULLETS]
    if len(short) < _LEAST_OF_LIST:
        return stretches
    marked = [at for at in short if _SYMBOL_FONT.search(font_name(text_page, stretches.firsts[at]))]
    texts, units = list(stretches.texts), list(stretches.units)
    for at in marked:
        sign = _BOXES.get(texts[at][0], "•")
        texts[at], units[at] = sign + texts[at][1:], sign + units[at][1:]
    return stretches._replace(texts=texts, units=units)
