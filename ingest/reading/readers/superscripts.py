"""Write superscripts into the line: powers and note marks. Pure functions."""

from __future__ import annotations

import re

_UNITS = re.compile(r"(?:10|(?<![A-Za-z])[A-Za-zµΩ]{1,3}|[)\]])$")
_RAISED_NUMBER = re.compile(r"[-−–+]?\d+")
_NOTES = re.compile(r"\d{1,3}(?:\s?[,–-]\s?\d{1,3})*")
# Marks of authors and figures: single letters and symbols, possibly with numbers.
_LETTERS = re.compile(r"(?:[a-z]|[*†‡§¶#∗])(?:,\s?(?:[a-z]|\d{1,2}|[*†‡§¶#∗]))*,?")
_NAMED = re.compile(r"[^\W\d_]{3,}[”\"’')]*[.,;]?$")
_NAMED_BRIEFLY = re.compile(r"[^\W\d_]{2,}$")
_FIGURE = re.compile(r"(?<!\w)(?:\d[\d,]*[.,]\d+|\d{2,})%?$")
_POWER = re.compile(r"[-−–+]?(?:\d*[a-zα-ω]|[a-z]\d)")
_BASE = re.compile(r"(?:(?<![^\W\d_])[A-Za-zα-ω]|(?<![\w.,])[2-9]|10|[)\]])$")
_ORDINALS = frozenset("aoerd")  # 1a, 2o, 3e.
_REACH = 40  # Characters before a mark that decide what it is.
# A note mark may follow the full stop of a sentence; what follows the point of a price is cents.
_NOTED = re.compile(r"[^\W_][”\"’')]*[.,;:!?]?[”\"’')]*\s?$")
_PRICE = re.compile(r"[$€£¥]\s?\d[\d,]*[.,]$")


def with_superscript(before: str, mark: str) -> str:
    """The text and a superscript: 10^6 and m^2 for powers; 24.91 [2], Lane [a,c], "as said. [2]" for marks."""
    mark = mark.strip()
    if _RAISED_NUMBER.fullmatch(mark) and _UNITS.search(before):
        return f"{before}^{mark}"
    if _NOTES.fullmatch(mark) and _NOTED.search(before) and not _PRICE.search(before):
        return f"{before}{'' if before[-1].isspace() else ' '}[{mark}]"
    is_noted = _NAMED.search(before) or _FIGURE.search(before) or ("," in mark and _NAMED_BRIEFLY.search(before))
    if is_noted and _LETTERS.fullmatch(mark) and any(map(str.isalpha, mark)):
        return f"{before} [{mark.rstrip(',')}]{',' if mark.endswith(',') else ''}"
    if _POWER.fullmatch(mark) and mark not in _ORDINALS and _BASE.search(before):
        return f"{before}^{mark}"
    return before + mark


def behind(before: str, mark: str) -> str:
    """How the mark is written after a text. Only the end of the text is examined, because it may be long."""
    end = before[-_REACH:]
    return with_superscript(end, mark)[len(end) :]


def spelled(marks: re.Pattern[str], text: str) -> str:
    """The text with its superscripts written as `with_superscript` does. `marks` finds them as its first group."""
    return marks.sub(lambda match: behind(text[max(match.start() - _REACH, 0) : match.start()], match.group(1)), text)
