"""Numbers of list items and headings as displayed: 3, c, iii. Pure functions."""

from __future__ import annotations

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_LONGEST = 3999  # The largest Roman numeral; no list with letters gets that far.
# Names of numeral styles in HTML, OpenDocument (the symbol itself), Word and PowerPoint.
_STYLES = {
    "1": "1", "a": "a", "A": "A", "i": "i", "I": "I",
    "decimal": "1", "lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I",
    "decimalZero": "01", "decimalEnclosedParen": "1", "ordinal": "1st", "cardinalText": "one",
    "ordinalText": "first", "decimalEnclosedCircle": "1", "decimalFullWidth": "1",
    "arabic": "1", "alphaLc": "a", "alphaUc": "A", "romanLc": "i", "romanUc": "I",
}  # fmt: skip

_WORDS = {
    "one": (
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
        "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
    ),
    "first": (
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
        "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
        "twentieth",
    ),
}  # fmt: skip


def style_of(name: str) -> str | None:
    """1, 01, a, A, i, I, 1st, one or first, for a format's name of a numeral style; None for a bullet."""
    return _STYLES.get(name)


def numeral(number: int, style: str) -> str:
    """The number in the style 1, 01, a, A, i, I, 1st, one or first; in digits if the style does not reach that far."""
    if style in ("a", "A") and 1 <= number <= _LONGEST:
        # After z, Word and browsers differ; this follows browsers: aa, ab.
        text = ""
        while number:
            number, letter = divmod(number - 1, 26)
            text = chr(ord("a") + letter) + text
        return text if style == "a" else text.upper()
    if style in ("i", "I") and 1 <= number <= _LONGEST:
        text = ""
        for value, sign in _ROMAN:
            count, number = divmod(number, value)
            text += sign * count
        return text if style == "i" else text.upper()
    if style == "1st":
        ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{ending}"
    if style in _WORDS and 1 <= number <= len(_WORDS[style]):
        return _WORDS[style][number - 1].capitalize()
    return f"{number:02}" if style == "01" else str(number)
