"""How much vectors and words count, by the languages of the question and of the corpus. Pure.

An English model sees little in Spanish; words find nothing if the question is in another language than the texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from corpus.lexical.language_detection import spoken_in
from corpus.lexical.scripts import latin_share
from corpus.settings import LOCAL_MODEL

# The only language that the local model reads.
ENGLISH = "english"
# A language with so many chunks may be the language of a question to an English model.
_MIN_SHARE = 0.1
# Unless the question shows its language, it is taken to be in the language of nearly all chunks.
_MAIN_SHARE = 0.9
# For a language in Latin letters that the model does not read; see docs/decisions/0036-trust-by-language.md.
_FOREIGN_TRUST = 0.6
# For the words of a question in a language that hardly a chunk is in: names and numbers remain. Above it, the share of
# the chunks that are in it, or in none, to this power: words lead to those alone, away from all others.
_MIN_WORDS = 0.1
_WORDS_POWER = 4
# The same for the English model, whose vectors see less there: below the least share, else they count fully.
_MIN_WORDS_OF_ENGLISH = 0.3
# A short question in the first is often taken for the second: what distinguishes them need not occur in it.
_LOOKS = {"japanese": "chinese", "persian": "arabic", "ukrainian": "russian", "norwegian": "danish"}


class Fit(NamedTuple):
    """How much each side of a search counts, 0 to 1."""

    vectors: float = 1.0
    words: float = 1.0


WELL = Fit()


def fit_of(model: str, query: str, spoken: Mapping[str, int], *, chunks: int) -> Fit:
    """`spoken` is how many of the `chunks` are clearly in each language; if unknown, the question's letters decide."""
    if not spoken:
        return Fit(vectors=latin_share(query)) if model == LOCAL_MODEL else WELL
    by_look = _by_look(spoken)
    language = spoken_in(query) or _main(spoken)
    asked = _LOOKS.get(language, language) if language else None
    # Tables, code and lists of names are in no language, and questions about them may be in any.
    abroad = sum(count for each, count in by_look.items() if each != asked) if asked else 0
    at_home = 1 - min(1.0, abroad / chunks)
    if model == LOCAL_MODEL:
        is_foreign = asked not in {None, ENGLISH} and by_look[asked or ""] >= _MIN_SHARE * chunks
        words = _MIN_WORDS_OF_ENGLISH if asked == ENGLISH and at_home < _MIN_SHARE else 1.0
        return Fit(latin_share(query) * (_FOREIGN_TRUST if is_foreign else 1.0), words)
    return Fit(words=max(_MIN_WORDS, at_home**_WORDS_POWER))


def _by_look(spoken: Mapping[str, int]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for language, count in spoken.items():
        counts[_LOOKS.get(language, language)] += count
    return counts


def _main(spoken: Mapping[str, int]) -> str | None:
    """The language of nearly all chunks that have one."""
    total = sum(spoken.values())
    return next((language for language, count in spoken.items() if count >= _MAIN_SHARE * total), None)
