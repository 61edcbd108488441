"""Where the words of a text are: compounds, amounts of money and names such as .NET in one piece, case kept."""

from __future__ import annotations

import functools
import re

from corpus.lexical.numbers import SIGNS as MONEY
from corpus.lexical.scripts import SIGNS, SOUTH_EAST_ASIAN_SIGNS, UNSPACED

Span = tuple[int, int]  # Start and end of a word in its text.

JOINERS = "-./:@,+'’‐‑_&"
_JOINER = "[-./:@,+'’‐‑&]"
_LETTER = f"(?:[^\\W_{UNSPACED}]|[{SIGNS}])"
# Money, and thousands parted by spaces; what follows must not go on with the number.
AMOUNT = (
    rf"(?<![\w.,])(?:[{MONEY}] ?\d+(?:[.,'’]\d+)+(?!\w)|\d+(?:[.,'’]\d+)+ ?[{MONEY}](?! ?\d)"
    r"|(?<!\d )\d{1,3}(?: \d{3}){1,4}(?:[.,]\d+)?(?!\w|[.,]\d| \d))"
)
# ".NET", ".env": the point is a part of the name.
_POINT = r"(?:(?<![\w.])\.(?=[^\W\d_]))?"
_ASCII_WORD = re.compile(rf"{AMOUNT}|{_POINT}[A-Za-z0-9_]+(?:[-./:@,+'&][A-Za-z0-9_]+)*(?:\+\+|#)?")


def words_of(text: str) -> list[str]:
    """The words of a normalised text."""
    return _pattern(text).findall(text)


def spans_of(text: str) -> list[Span]:
    """The span of each of them."""
    return [match.span() for match in _pattern(text).finditer(text)]


def _pattern(text: str) -> re.Pattern[str]:
    return _ASCII_WORD if text.isascii() else _any_word()


@functools.cache
def _any_word() -> re.Pattern[str]:
    # At the first need: compiling it takes as long as many a module.
    return re.compile(
        f"[{UNSPACED}{SOUTH_EAST_ASIAN_SIGNS}]+|{AMOUNT}|"
        f"{_POINT}(?:{_LETTER}|_)+(?:{_JOINER}(?:{_LETTER}|_)+)*(?:\\+\\+|#)?"
    )
