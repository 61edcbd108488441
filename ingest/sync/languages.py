"""Which of the local models suits documents: the one that reads English, or the one of many languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from corpus.lexical.scripts import latin_share
from corpus.lexical.terms import Analyzer
from corpus.settings import LOCAL_MODEL, MULTILINGUAL_MODEL

# Of each document so many characters are looked at.
LOOKED_AT_CHARS = 5_000
# From this share of text on that is in another language, the model of many languages serves all better.
FOREIGN_SHARE = 0.2
_ENGLISH = "english"
_OTHER_LETTERS = "other letters"


class Suited(NamedTuple):
    """The model, the language that most of the text is in, and how many documents tell so."""

    model: str
    language: str
    documents: int


def suited(texts: Iterable[str]) -> Suited:
    """What suits documents of these texts. Where nothing can be told it is the English one."""
    cutter = Analyzer()
    characters: Counter[str] = Counter()
    count = 0
    for text in texts:
        text = text[:LOOKED_AT_CHARS]
        count += 1
        characters[_language(text, cutter)] += len(text)
    total = characters.total() or 1
    foreign = sum(size for language, size in characters.items() if language not in {_ENGLISH, ""})
    model = MULTILINGUAL_MODEL if foreign >= FOREIGN_SHARE * total else LOCAL_MODEL
    most = max(characters, key=lambda language: characters[language], default="")
    return Suited(model, most or _ENGLISH, count)


def _language(text: str, cutter: Analyzer) -> str:
    language, _ = cutter.document(text)
    # Where no rules of its own are known, words are cut by those of English.
    return _OTHER_LETTERS if language in {_ENGLISH, ""} and latin_share(text) < 1 / 2 else language
