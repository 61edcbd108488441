"""Letters that are written in several ways, folded to one: accents, strokes, Arabic letters of other languages.

Only for terms: no text that is stored or shown passes through here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# They control how lines break or join, or mark a sound that keyboards leave out: ʻ in Hawaiian, ʾ and ʿ in romanised
# Arabic, ʼ in Uzbek; ™ and ℠ would become letters of the word before them.
_IGNORABLE = re.compile("[\u00ad\u02b9-\u02bc\u02be\u02bf\u0640\u200b-\u200f\u2060\u2120\u2122\ufeff]")

# Arabic, Persian, Urdu and Kurdish have letters of their own for the same sound, and keyboards mix them.
_ARABIC = {
    **dict.fromkeys("\u06a9\u06aa\u063b\u063c", "\u0643"),  # keheh and its like: kaf
    **dict.fromkeys("\u06cc\u0649\u06d2\u06cd\u06d0\u06ce\u063d", "\u064a"),  # Persian, Urdu, dotless yeh: yeh
    **dict.fromkeys("\u06c0\u06c1\u06c2\u06d5\u06be", "\u0647"),  # heh goal, ae and their like: heh
    "\u06c3": "\u0629",  # teh marbuta goal
    **dict.fromkeys("\u0671\u0672\u0673", "\u0627"),  # alef wasla and its like: alef
    **dict.fromkeys("\u06c6\u06c7\u06cb\u06c9\u06c5", "\u0648"),  # waws of Kurdish and Uyghur: waw
    "\u066b": ".",  # its decimal point
    "\u066c": ",",  # and what parts its thousands
}
# Letters without a decomposition whose name does not say what they are typed as.
_LATIN = {"æ": "ae", "œ": "oe", "þ": "th", "ß": "ss", "ð": "d", "ŋ": "n", "ə": "e", "ɛ": "e", "ɔ": "o", "ı": "i"}
_WITH = re.compile(r"LATIN SMALL LETTER (?:DOTLESS )?([A-Z]) WITH ")


def normalise(text: str) -> str:
    """NFKC, in which the same letter has one form; without characters that are not part of a word."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", _IGNORABLE.sub("", text)).translate(_arabic())


def fold(word: str) -> str:
    """The word without accents and strokes, where they stand on a Latin or Greek letter; other scripts keep signs.

    A word in lower case is expected; of others the letters that have no decomposition stay.
    """
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFD", word)
    kept = [
        character
        for before, character in zip(" " + decomposed, decomposed, strict=False)
        if not (unicodedata.combining(character) and _accent_falls(before, character))
    ]
    return unicodedata.normalize("NFC", "".join(kept)).translate(_latin())


@cache
def _arabic() -> dict[int, str]:
    return str.maketrans(_ARABIC)


@cache
def _latin() -> dict[int, str]:
    """Each letter that Unicode names "x with" something and does not decompose, to x: ł, ø, đ, ħ, ŧ, ƙ …"""
    found = dict(_LATIN)
    for code in (*range(0xC0, 0x250), *range(0x250, 0x2B0), *range(0x1E00, 0x1F00), *range(0x2C60, 0x2C80)):
        letter = chr(code)
        named = _WITH.match(unicodedata.name(letter, ""))
        if named and not unicodedata.decomposition(letter):
            found.setdefault(letter, named[1].lower())
    return str.maketrans(found)


def _accent_falls(before: str, mark: str) -> bool:
    # й is a letter of its own, and ё is commonly written е; points of Hebrew and Arabic are seldom written.
    if "\u0300" <= mark <= "\u036f":
        return not (mark == "\u0306" and before in "иИ")
    return "\u0591" <= mark <= "\u05c7" or "\u064b" <= mark <= "\u065f" or mark == "\u0670"
