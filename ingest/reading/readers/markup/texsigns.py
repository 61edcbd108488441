"""Letters and symbols that LaTeX writes as commands: accents, ligatures, dashes. Pure functions."""

from __future__ import annotations

import re
import unicodedata

# A command named by a letter must not be the start of a longer one: \begin and \caption are not accents.
_ACCENT = re.compile(r"""\\([`'^"~=.]|[uvHcdbrk](?![a-zA-Z]))\s*(?:\{\\?([a-zA-Zıȷ])\}|\\?([a-zA-Zıȷ]))""")
_MARKS = dict(
    zip(
        "`'^\"~=.uvHcdbrk",
        "\u0300\u0301\u0302\u0308\u0303\u0304\u0307\u0306\u030c\u030b\u0327\u0323\u0331\u030a\u0328",
        strict=True,
    )
)
_LETTERS = {
    "ss": "ß",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "o": "ø",
    "O": "Ø",
    "aa": "å",
    "AA": "Å",
    "l": "ł",
    "L": "Ł",
}
_SIGNS = (
    ("---", "—"),
    ("--", "–"),
    ("``", "“"),
    ("''", "”"),
    ("~", " "),
    (r"\\", " "),
    (r"\,", " "),
    (r"\;", " "),
    (r"\:", " "),
    (r"\!", ""),
    (r"\+", ""),
    (r"\/", ""),
    (r"\-", ""),  # A place where a word may be hyphenated.
    (r"\ldots", "…"),
    (r"\dots", "…"),
)
_LETTER = re.compile(r"\\(ss|ae|AE|oe|OE|aa|AA|[oOlL])(?![a-zA-Z])\s?(?:\{\})?")


def spelled_signs(text: str) -> str:
    """The text with these commands replaced by their characters."""
    text = _ACCENT.sub(
        lambda match: unicodedata.normalize("NFC", (match.group(2) or match.group(3)) + _MARKS[match.group(1)]), text
    )
    text = _LETTER.sub(lambda match: _LETTERS[match.group(1)], text)
    for sign, shown in _SIGNS:
        text = text.replace(sign, shown)
    return text
