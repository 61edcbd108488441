"""Ask an open corpus the questions in every way of searching, as the handler would; passages as people see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corpus.errors import LexicalIndexUnusable
from corpus.quality.figures import DEPTH, MODES, Rank
from corpus.quality.questions import Passage, Question
from corpus.searching.corpus import Corpus
from corpus.searching.excerpts import Excerpt, excerpts_of, joining_distance
from corpus.settings import SearchMode

QUESTIONS_PER_REQUEST = 32
SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`ranks` by way of searching, one a question; `passages` are what SEARCH_MODE found for each, best first."""

    ranks: Mapping[SearchMode, Sequence[Rank]]
    passages: Sequence[Sequence[Passage]]


def ask(
    corpus: Corpus, questions: Sequence[Question], *, mode: SearchMode, modes: Sequence[SearchMode] = MODES
) -> Asked:
    """Raises StoreError and EmbeddingError; what has no usable lexical index finds nothing by them."""
    ranks: dict[SearchMode, Sequence[Rank]] = {}
    found: Sequence[Sequence[Passage]] = []
    for each in modes:
        passages = _passages(corpus, questions, each)
        ranks[each] = [question.rank_in(those) for question, those in zip(questions, passages, strict=True)]
        if each == mode:
            found = passages
    return Asked(ranks=ranks, passages=found)


def _passages(corpus: Corpus, questions: Sequence[Question], mode: SearchMode) -> list[list[Passage]]:
    found: list[list[Passage]] = []
    for start in range(0, len(questions), QUESTIONS_PER_REQUEST):
        part = [question.text for question in questions[start : start + QUESTIONS_PER_REQUEST]]
        try:
            answers = corpus.search_each(
                part, top_k=DEPTH, mode=mode, join=joining_distance(0), timeout_seconds=SECONDS
            )
        except LexicalIndexUnusable:
            return [[] for _ in questions]
        found += [[_passage(excerpt) for excerpt in excerpts_of([("", hits)])] for hits in answers]
    return found


def _passage(excerpt: Excerpt) -> Passage:
    first, last = excerpt.chunks[0], excerpt.chunks[-1]
    return Passage(
        document_id=first.document_id, source=first.source, text=excerpt.text, page=first.page, page_end=last.page_end
    )
