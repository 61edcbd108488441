"""Cut a text into the terms that the lexical index knows. Writer and reader must share this: a change is a new VERSION.

A term is a word in lower case without accents, stemmed in its language; a pair of letters where a script has no
spaces; and, for compounds, part numbers and identifiers, both the whole without its separators and its parts:
"AX-2000/B" gives ax2000b, ax, 2000, b; "getUserName" gives getusername, get, user, name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

import Stemmer

from corpus.lexical.languages import DEFAULT_LANGUAGE, detect, stop_words
from corpus.lexical.scripts import SIGNS, SOUTH_EAST_ASIAN, SOUTH_EAST_ASIAN_SIGNS, UNSPACED, language_of_script

# Stored in the index; an index of another version is rebuilt, not searched.
VERSION = 1

# Longer runs are encoded data, not words.
_LONGEST_WORD = 64
_MOST_PARTS = 12
_CACHED_WORDS = 500_000

_IGNORABLE = re.compile("[\u00ad\u0640\u200b-\u200f\u2060\ufeff]")
_JOINERS = "-./:@,+'’‐‑_"
_LETTER = f"(?:[^\\W_{UNSPACED}]|[{SIGNS}])"
_ASCII_WORD = re.compile(r"[A-Za-z0-9_]+(?:[-./:@,+'][A-Za-z0-9_]+)*(?:\+\+|#)?")
_WORD = re.compile(
    f"[{UNSPACED}{SOUTH_EAST_ASIAN_SIGNS}]+|(?:{_LETTER}|_)+(?:[-./:@,+'’‐‑](?:{_LETTER}|_)+)*(?:\\+\\+|#)?"
)
_UNSPACED = re.compile(f"[{UNSPACED}]")
_CLUSTER = re.compile(f".[{SOUTH_EAST_ASIAN_SIGNS}{SIGNS}]*")
_SOUTH_EAST_ASIAN = re.compile(f"[{SOUTH_EAST_ASIAN}]")
_SEPARATOR = re.compile(f"[{_JOINERS}]+")
_SIMPLE = re.compile(r"[a-z]+|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_NUMBER = re.compile(r"v?\d+(?:[.,]\d+)+", re.IGNORECASE)
_GROUPED_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
# Inside a word: lower to upper, upper to a capitalised word, letter to digit and back.
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
# What an apostrophe leaves of English and French: "don't", "it's", "l'eau", "qu'il".
_CLITICS = frozenset(["s", "t", "d", "m", "ll", "re", "ve", "l", "c", "j", "n", "qu"])


def normalise(text: str) -> str:
    """NFKC without the characters that only steer how a line is broken or joined."""
    return text if text.isascii() else _IGNORABLE.sub("", unicodedata.normalize("NFKC", text))


def words_of(text: str) -> list[str]:
    """The words of a normalised text, compounds in one piece, case kept."""
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text)


def fold(word: str) -> str:
    """The word without accents, where they are marks on a Latin or Greek letter; other scripts keep their signs."""
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFD", word)
    kept = [
        character
        for before, character in zip(" " + decomposed, decomposed, strict=False)
        if not (unicodedata.combining(character) and _accent_falls(before, character))
    ]
    return unicodedata.normalize("NFC", "".join(kept))


def _accent_falls(before: str, mark: str) -> bool:
    # й is a letter of its own, and ё is commonly written е; points of Hebrew and Arabic are seldom written.
    if "\u0300" <= mark <= "\u036f":
        return not (mark == "\u0306" and before in "иИ")
    return "\u0591" <= mark <= "\u05c7" or "\u064b" <= mark <= "\u065f" or mark == "\u0670"


def _stemmer(language: str) -> Stemmer.Stemmer:
    # Its own cache is purged again and again, which takes longer than stemming; ours keeps whole words.
    return Stemmer.Stemmer(language, 0)


class Vocabulary(dict[str, tuple[str, ...]]):
    """Word as written to its terms, in one language; remembers what it has worked out."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._stop = stop_words().get(language, frozenset())
        self._stop_russian = stop_words()["russian"]
        self._stemmers = {language: _stemmer(language)}

    def __missing__(self, word: str) -> tuple[str, ...]:
        if len(self) >= _CACHED_WORDS:
            self.clear()
        terms = tuple(term for term in self._terms(word) if term)
        self[word] = terms
        return terms

    def _terms(self, word: str) -> list[str]:
        if _SIMPLE.fullmatch(word):
            return [self._stem(word)] if len(word) <= _LONGEST_WORD else []
        if _UNSPACED.match(word):
            return _pairs(word)
        return self._compound(word)

    def _stem(self, word: str) -> str:
        """The term of a plain word; empty for a function word."""
        word = word.casefold()
        if word in self._stop or word in self._stop_russian:
            return ""
        language = self.language if word.isascii() else language_of_script(word) or self.language
        stemmer = self._stemmers.get(language) or self._stemmers.setdefault(language, _stemmer(language))
        # English writes no accents of its own; other stemmers tell endings by them.
        return fold(stemmer.stemWord(fold(word) if language == "english" else word))

    def _compound(self, word: str) -> list[str]:
        if _NUMBER.fullmatch(word):
            return _numbers(word)
        parts = [part for part in _SEPARATOR.split(word) if part]
        if "'" in word or "’" in word:
            parts = [part for part in parts if part.casefold() not in _CLITICS]
        pieces = [piece for part in parts for piece in (_HUMP.split(part) if len(part) <= _LONGEST_WORD else ())]
        terms = [self._stem(piece) if not piece.isdecimal() else _digits(piece) for piece in pieces]
        whole = fold("".join(parts).casefold())
        if 1 < len(pieces) <= _MOST_PARTS and len(whole) <= _LONGEST_WORD:
            terms.append(whole)
        if word.endswith(("++", "#")):
            terms.append(fold(word.casefold()))
        return terms


def _pairs(run: str) -> list[str]:
    """Overlapping pairs of letters; a letter on its own stays one."""
    letters = _CLUSTER.findall(run) if _SOUTH_EAST_ASIAN.match(run) else run
    if len(letters) < 2:
        return [run]
    return [left + right for left, right in pairwise(letters)]


def _numbers(word: str) -> list[str]:
    """ "1,200" is 1200; "1.2.3" is itself and 1.2, so that the shorter version finds it."""
    if _GROUPED_NUMBER.fullmatch(word):
        return [word.replace(",", "")]
    parts = word.casefold().removeprefix("v").split(".")
    return [".".join(parts[:length]) for length in range(2, len(parts) + 1)]


def _digits(number: str) -> str:
    return number if number.isascii() else "".join(str(unicodedata.decimal(digit)) for digit in number)


class Analyzer:
    """Texts to terms. Holds one vocabulary for each language met, so keep it while there is more to cut."""

    def __init__(self) -> None:
        self._vocabularies: dict[str, Vocabulary] = {}

    def _vocabulary(self, language: str) -> Vocabulary:
        return self._vocabularies.get(language) or self._vocabularies.setdefault(language, Vocabulary(language))

    def document(self, text: str) -> tuple[str, list[str]]:
        """The text's language and its terms in order, repeats kept."""
        words = words_of(normalise(text))
        language = detect(words) or DEFAULT_LANGUAGE
        vocabulary = self._vocabulary(language)
        terms: list[str] = []
        for word in words:
            terms += vocabulary[word]
        return language, terms

    def query(self, text: str, languages: Iterable[str]) -> list[str]:
        """The terms that a text in any of the index's languages would hold.

        A query is too short to tell its language by, so every word is stemmed in each; where its function words do
        tell, they are left out in all.
        """
        words = words_of(normalise(text))
        silent = stop_words().get(detect(words) or "", frozenset())
        terms: list[str] = []
        for word in words:
            if word.casefold() not in silent:
                terms += _distinct(term for language in languages for term in self._vocabulary(language)[word])
        return terms


def _distinct(terms: Iterable[str]) -> Sequence[str]:
    return list(dict.fromkeys(terms))
