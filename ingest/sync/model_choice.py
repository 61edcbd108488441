"""Which of the local models suits documents: the one that reads English, or the one of many languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from corpus.lexical.language_detection import spoken_in
from corpus.settings import LOCAL_MODEL, MULTILINGUAL_MODEL

# So many characters of each document are examined.
LOOKED_AT_CHARS = 5_000
# From this share of text in other languages on, the multilingual model serves all better.
FOREIGN_SHARE = 0.2
# With so many function words of its own a text's language is clear.
_CLEAR = 2.0
_ENGLISH = "english"


class Suited(NamedTuple):
    """The model, the reason in words, and how many documents were examined."""

    model: str
    why: str
    documents: int


def suited(texts: Iterable[str]) -> Suited:
    """The model that suits documents of these texts; the English one if nothing can be told."""
    characters: Counter[str] = Counter()
    count = 0
    for text in texts:
        count += 1
        if language := spoken_in(text[:LOOKED_AT_CHARS], least=_CLEAR):
            characters[language] += min(len(text), LOOKED_AT_CHARS)
    foreign = characters.total() - characters[_ENGLISH]
    is_foreign = foreign > 0 and foreign >= FOREIGN_SHARE * characters.total()
    return Suited(MULTILINGUAL_MODEL if is_foreign else LOCAL_MODEL, _why(characters, foreign), count)


def _why(characters: Counter[str], foreign: int) -> str:
    if not characters:
        return "as its language cannot be told"
    language, most = characters.most_common(1)[0]
    if language == _ENGLISH and foreign >= FOREIGN_SHARE * characters.total():
        second = characters.most_common(2)[1][0]
        return f"as {foreign / characters.total():.0%} of the text is in other languages than english, such as {second}"
    share = "most" if 2 * most > characters.total() else "the largest part"
    return f"as {share} of the text is in {language}"
