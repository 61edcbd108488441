"""How far vectors and words are believed, by the languages of the question and of the corpus. Pure.

An English model sees little in Spanish; words find nothing where the question is in another language than the texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from corpus.lexical.scripts import latin_share
from corpus.lexical.spoken import spoken_in
from corpus.settings import LOCAL_MODEL

# The one language that the local model reads.
ENGLISH = "english"
# A language of so many chunks is one that the corpus is asked in.
_MIN_SHARE = 0.1
# Nobody asks otherwise than in a language of nearly all chunks, unless the question says so.
_MAIN_SHARE = 0.9
# For a language in Latin letters that the model does not read; see docs/decisions/0036-trust-by-language.md.
_FOREIGN_TRUST = 0.6
# For the words of a question in a language that no chunk is in: names and numbers remain.
_WORDS_ABROAD = 0.1


class Fit(NamedTuple):
    """How far each side of a search is believed, 0 to 1."""

    vectors: float = 1.0
    words: float = 1.0


WELL = Fit()


def fit_of(model: str, query: str, spoken: Mapping[str, int]) -> Fit:
    """`spoken` is how many chunks are in each language; where nothing is known of it, letters alone decide."""
    asked = spoken_in(query) or _main(spoken)
    shares = _shares(spoken)
    if model == LOCAL_MODEL:
        is_foreign = asked not in {None, ENGLISH} and shares.get(asked or "", 0.0) >= _MIN_SHARE
        return Fit(vectors=latin_share(query) * (_FOREIGN_TRUST if is_foreign else 1.0))
    return Fit(words=1.0 if asked is None or not shares or asked in shares else _WORDS_ABROAD)


def _shares(spoken: Mapping[str, int]) -> dict[str, float]:
    total = sum(spoken.values())
    return {language: count / total for language, count in spoken.items()}


def _main(spoken: Mapping[str, int]) -> str | None:
    return next((language for language, share in _shares(spoken).items() if share >= _MAIN_SHARE), None)
