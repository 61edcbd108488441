"""Which function words in capitals are names: WHO, IT, OR, the D of "vitamin D". Pure: no list of words, no state.

Capitals tell nothing where all of a line is in capitals, nor at the start of a sentence that begins with "A".
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from corpus.lexical.words import Span

# With so few words, all in capitals ("IT DEPARTMENT", "WHO REPORT"), nobody is shouting.
_FEW_WORDS = 3
_SENTENCE_END = re.compile('[.!?:;…»”"()|]')
# One-letter words of some language; other single letters are left over from apostrophes, or are names.
_ONE_LETTER_WORDS = frozenset("AEIOUYKSVWZ")
_OPERATORS = frozenset(["AND", "OR", "NOT"])


def names_among(text: str, spans: Sequence[Span], places: Sequence[int], functions: Container[str]) -> set[int]:
    """The positions, among those of words in capitals, that hold a name; `functions` are casefolded."""
    return {place for place in places if _is_name(text, spans, place, functions)}


def without_operators(text: str, spans: Sequence[Span], names: set[int]) -> set[int]:
    """The names in a question: in "pumps AND valves" the capitals are a search habit."""
    between = range(1, len(spans) - 1)
    return {place for place in names if not (place in between and _word(text, spans[place]) in _OPERATORS)}


def _is_name(text: str, spans: Sequence[Span], place: int, functions: Container[str]) -> bool:
    start, end = spans[place]
    word = text[start:end]
    line = text[text.rfind("\n", 0, start) + 1 : _line_end(text, end)]
    if line.isupper() and sum(each.isupper() for each in line.split()) > _FEW_WORDS:
        return False
    if len(word) > 1 or word not in _ONE_LETTER_WORDS or line.strip() == word:
        return True
    before = _word(text, spans[place - 1]) if place else ""
    between = text[spans[place - 1][1] : start] if place else "\n"
    if "\n" in between or _SENTENCE_END.search(between):
        return False
    # The pronoun follows function words, and seldom others: "World War I", "type I".
    return word != "I" or before.casefold() not in functions


def _word(text: str, span: Span) -> str:
    return text[span[0] : span[1]]


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return end if end >= 0 else len(text)
