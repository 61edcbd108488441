"""Cut a text into the terms that the lexical index knows. Writer and reader must share this: a change is a new VERSION.

A term is a word in lower case without accents, stemmed in its language; a pair of letters where a script has no
spaces; and, for compounds, part numbers and identifiers, both the whole without its separators and its parts:
"AX-2000/B" gives ax2000b, ax, 2000, b; "co-operate" gives co, oper, and cooper, as "cooperate" does.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

import Stemmer

from corpus.lexical.language_detection import spoken_in
from corpus.lexical.languages import stemmed_as, stop_words
from corpus.lexical.letters import fold, normalise
from corpus.lexical.names_in_capitals import names_among, without_operators
from corpus.lexical.numbers import digits, number_terms, numbers_inside
from corpus.lexical.scripts import SIGNS, SOUTH_EAST_ASIAN, SOUTH_EAST_ASIAN_SIGNS, UNSPACED, language_of_script
from corpus.lexical.words import AMOUNT, JOINERS, spans_of, words_of

# Stored in the index; an index of another version is rebuilt, not searched.
VERSION = 3

# What a chunk's language is called where it cannot be told.
UNCLEAR = ""
# With so many function words of its own a chunk's language is clear: another language's stemmer would not find its
# words.
_CLEAR = 2.0
# Longer runs are encoded data, not words.
_MAX_WORD_CHARS = 64
_MAX_PARTS = 12
_CACHED_WORDS = 500_000

_CLUSTER = re.compile(f".[{SOUTH_EAST_ASIAN_SIGNS}{SIGNS}]*")
_SOUTH_EAST_ASIAN = re.compile(f"[{SOUTH_EAST_ASIAN}]")
_SEPARATOR = re.compile(f"([{JOINERS}]+)")
_SIMPLE = re.compile(r"[a-z]+|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_NUMBER = re.compile(rf"{AMOUNT}|v?\d+(?:[.,]\d+)+|\d{{1,3}}(?:['’_]\d{{3}})+(?:[.,]\d+)?", re.IGNORECASE)
# Inside a word: lower to upper, upper to a capitalised word, letter to digit and back.
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
# Languages in which names are spelled out; in English any word with such a letter is probably a name.
_SPELL_OUT = frozenset(["english", "danish", "norwegian", "swedish", "dutch"])
_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})
# What an apostrophe leaves over in English and French: "don't", "it's", "l'eau", "qu'il".
_CLITICS = frozenset(["s", "t", "d", "m", "ll", "re", "ve", "l", "c", "j", "n", "qu"])
# Those that are not a word by themselves in any language: in a question "vitamin d" is typed for "vitamin D".
_LONE_LETTERS = frozenset("cdjlmn")


def _stemmer(language: str) -> Stemmer.Stemmer:
    # The stemmer's own cache is purged again and again, which takes longer than stemming; ours keeps whole words.
    return Stemmer.Stemmer(language, 0)


@functools.cache
def _unspaced() -> re.Pattern[str]:
    # At the first need, for it takes as long as many a module.
    return re.compile(f"[{UNSPACED}]")


class Vocabulary(dict[str, tuple[str, ...]]):
    """Word as written to its terms, in one language; remembers what it has worked out.

    `names` holds function words in capitals, as far as they were met, to their terms where they are names.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.functions = stop_words().get(language, frozenset()) | stop_words()["russian"]
        self.names: dict[str, tuple[str, ...]] = {}
        self._stemmers = {language: _stemmer(language)}

    def __missing__(self, word: str) -> tuple[str, ...]:
        if len(self) >= _CACHED_WORDS:
            self.clear()
        found = [term for term in self._terms(word) if term]
        spelled = self._spelled_out(word) if found and not word.isascii() else ""
        terms = (*found, spelled) if spelled and spelled not in found else tuple(found)
        self[word] = terms
        return terms

    def name(self, word: str) -> tuple[str, ...]:
        """The terms of a function word that is a name."""
        return self.names.get(word) or tuple(self._stems(word.casefold()))

    def _terms(self, word: str) -> list[str]:
        if word.isupper() and word.casefold() in self.functions:
            self.names[word] = tuple(self._stems(word.casefold()))
            return []
        if _SIMPLE.fullmatch(word):
            return self._stem(word) if len(word) <= _MAX_WORD_CHARS else []
        if not word.isascii() and _unspaced().match(word):
            return _pairs(word)
        if _NUMBER.fullmatch(word):
            return number_terms(word)
        return self._compound(word)

    def _spelled_out(self, word: str) -> str:
        """A word as somebody without those letters writes it: Mueller, Aarhus. In German both have the same stem
        anyway.
        """
        if self.language not in _SPELL_OUT or (self.language != "english" and word[0].islower()):
            return ""
        plain = word.casefold().translate(_DIGRAPHS)
        return str(self._stemmers[self.language].stemWord(plain)) if plain.isascii() and plain.isalpha() else ""

    def _stem(self, word: str) -> list[str]:
        """The terms of a plain word; none for a function word."""
        word = word.casefold()
        return [] if word in self.functions else self._stems(word)

    def _stems(self, word: str) -> list[str]:
        """Its stem; where it has accents, and is stemmed otherwise without them, as some type it, both."""
        if word.isascii():
            return [self._stemmer_of(word).stemWord(word)]
        stemmer, plain = self._stemmer_of(word), fold(word)
        # English writes no accents of its own; other stemmers tell endings by them.
        terms = [fold(stemmer.stemWord(word))] if self.language != "english" or not plain.isascii() else []
        return list(dict.fromkeys([*terms, stemmer.stemWord(plain)])) if plain.isascii() else terms

    def _stemmer_of(self, word: str) -> Stemmer.Stemmer:
        language = self.language if word.isascii() else language_of_script(word) or self.language
        return self._stemmers.get(language) or self._stemmers.setdefault(language, _stemmer(language))

    def _compound(self, word: str) -> list[str]:
        parts = _parts(word)
        pieces = [piece for part in parts for piece in (_HUMP.split(part) if len(part) <= _MAX_WORD_CHARS else ())]
        terms = [term for piece in pieces for term in self._piece(piece, of=parts)]
        whole = "".join(parts).casefold()
        if 1 < len(pieces) <= _MAX_PARTS and len(whole) <= _MAX_WORD_CHARS:
            # Written as one word it would be stemmed.
            terms += self._stems(whole) if whole.isalpha() else [fold(whole)]
        if word.startswith(".") or word.endswith(("++", "#")):
            terms.append(fold(word.casefold()))
        return terms + numbers_inside(word) if len(word) <= _MAX_WORD_CHARS else terms

    def _piece(self, piece: str, *, of: Sequence[str]) -> list[str]:
        if piece.isdecimal():
            return [digits(piece)]
        # Between separators capitals are meant: "AT&T", "IT-Leiter".
        return self._stems(piece.casefold()) if piece.isupper() and piece in of else self._stem(piece)


def _parts(word: str) -> list[str]:
    """The parts between separators, without the letters that an apostrophe leaves over."""
    split = ["", *_SEPARATOR.split(word), ""]
    parts = []
    for place in range(1, len(split), 2):
        before, part, after = split[place - 1 : place + 2]
        is_left_over = "'" in before or "’" in before or (place == 1 and ("'" in after or "’" in after))
        if part and not (is_left_over and part.casefold() in _CLITICS):
            parts.append(part)
    return parts


def _pairs(run: str) -> list[str]:
    """Overlapping pairs of letters; a letter on its own stays one."""
    letters = _CLUSTER.findall(run) if _SOUTH_EAST_ASIAN.match(run) else run
    if len(letters) < 2:
        return [run]
    return [left + right for left, right in pairwise(letters)]


class Analyzer:
    """Texts to terms. Holds one vocabulary for each language met, so keep it while there is more to cut."""

    def __init__(self) -> None:
        self._vocabularies: dict[str, Vocabulary] = {}

    def _vocabulary(self, language: str) -> Vocabulary:
        return self._vocabularies.get(language) or self._vocabularies.setdefault(language, Vocabulary(language))

    def document(self, text: str) -> tuple[str, list[str]]:
        """The text's language, or UNCLEAR, and its terms, repeats kept: names in capitals last, all others in order."""
        text = normalise(text)
        words = words_of(text)
        language = spoken_in(text, least=_CLEAR) or UNCLEAR
        vocabulary = self._vocabulary(stemmed_as(language))
        terms: list[str] = []
        for word in words:
            terms += vocabulary[word]
        if vocabulary.names.keys().isdisjoint(words):
            return language, terms
        names = _names(text, words, vocabulary)
        for place in names:
            terms += vocabulary.names[words[place]]
        return language, terms

    def query(self, text: str, languages: Iterable[str]) -> list[str]:
        """The terms that a text in any of the index's languages would hold.

        A query is too short to tell its language by, so every word is stemmed in each; where its function words do
        tell, they are left out in all.
        """
        text = normalise(text)
        words = words_of(text)
        vocabularies = [self._vocabulary(language) for language in languages]
        spoken = spoken_in(text) or UNCLEAR
        silent = stop_words().get(spoken, frozenset()) if spoken in self._vocabularies else frozenset()
        names = _names_asked_for(text, words, vocabularies)
        terms: list[str] = []
        for place, word in enumerate(words):
            if place in names:
                terms += _distinct(term for each in vocabularies for term in each[word] or each.name(word))
            elif word.casefold() not in silent:
                terms += _distinct(term for each in vocabularies for term in each[word])
        return terms


def _names(text: str, words: Sequence[str], vocabulary: Vocabulary) -> set[int]:
    """The places of the function words in capitals that are names."""
    places = [place for place, word in enumerate(words) if word in vocabulary.names]
    return names_among(text, spans_of(text), places, vocabulary.functions) if places else set()


def _names_asked_for(text: str, words: Sequence[str], vocabularies: Iterable[Vocabulary]) -> set[int]:
    """The same of a question; and a function word that is all of it, or a letter that cannot be one."""
    names: set[int] = set()
    functions = [vocabulary.functions for vocabulary in vocabularies]
    for vocabulary in vocabularies:
        for word in words:
            vocabulary[word]
        names |= _names(text, words, vocabulary)
    names = without_operators(text, spans_of(text), names) if names else names
    names |= {place for place, word in enumerate(words) if word in _LONE_LETTERS}
    if len(words) == 1 or (words and len(words[-1]) == 1 and not any(words[-2].casefold() in f for f in functions)):
        # No article ends a question: "vitamin a".
        names.add(len(words) - 1)
    return names


def _distinct(terms: Iterable[str]) -> Sequence[str]:
    return list(dict.fromkeys(terms))
