"""Which characters belong to which script, for splitting words. Ranges only: no text is changed here."""

from __future__ import annotations

import re

# Written without spaces, or (Hangul) with particles glued to the words: cut into pairs of letters.
HAN_KANA_HANGUL = (
    "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U0001b000-\U0001b16f"
    "\U00020000-\U0003ffff"
)
# Thai, Lao, Myanmar, Khmer: their vowel signs and tone marks stay with the letter before them.
SOUTH_EAST_ASIAN = "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u0edc-\u0edf\u1000-\u103f\u1050-\u108f\u1780-\u17d3"
SOUTH_EAST_ASIAN_SIGNS = (
    "\u0e31\u0e33-\u0e3a\u0e45\u0e47-\u0e4e\u0eb1\u0eb3-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3"
)
UNSPACED = HAN_KANA_HANGUL + SOUTH_EAST_ASIAN

# Signs that are not \w for `re`, though they are part of a word: accents kept apart, points, vowel signs, viramas.
SIGNS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u07eb-\u07f3\u0816-\u082d\u0859-\u085b"
    # The blocks from Devanagari to Sinhala; danda and double danda (0964, 0965) end sentences and stay out.
    "\u08d3-\u0963\u0966-\u0df3"
    "\u0f18\u0f19\u0f35\u0f37\u0f39\u0f3e\u0f3f\u0f71-\u0f84\u0f86-\u0fbc"
    "\u135d-\u135f\u1712-\u1734\u18a9\u1920-\u193b\u1a17-\u1a1b\u1b00-\u1b44\u1b6b-\u1b73\u1b80-\u1baa\u1be6-\u1bf3"
    "\u1c24-\u1c37\u1ab0-\u1ace\u1dc0-\u1dff\u20d0-\u20f0\ua66f\ua8e0-\ua8f1\ufe20-\ufe2f"
)

_BY_SCRIPT = (
    (re.compile("[\u0400-\u052f]"), "russian"),
    (re.compile("[\u0370-\u03ff\u1f00-\u1fff]"), "greek"),
    (re.compile("[\u0600-\u06ff\u0750-\u077f]"), "arabic"),
    (re.compile("[\u0900-\u097f]"), "hindi"),
    (re.compile("[\u0b80-\u0bff]"), "tamil"),
    (re.compile("[\u0531-\u058f]"), "armenian"),
)


def language_of_script(word: str) -> str | None:
    """The language whose stemmer serves the word's script; None for Latin, and where there is none."""
    for pattern, language in _BY_SCRIPT:
        if pattern.search(word):
            return language
    return None


def latin_share(text: str) -> float:
    """The share of a text's letters that are Latin; 1 for a text without letters."""
    if text.isascii():
        return 1.0
    letters = [character for character in text if character.isalpha()]
    return (
        sum(character < "\u0250" or "\u1e00" <= character < "\u1f00" for character in letters) / len(letters)
        if letters
        else 1.0
    )
