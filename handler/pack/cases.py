"""Questions with which a reviewer tries the app: five that the documents answer, three that it is not meant for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from corpus.answer import cut
from corpus.errors import SettingsError
from corpus.quality.proposals import Maker, Proposal, asked, sections, spread
from corpus.records import Chunk, DocumentRecord
from corpus.searching.view import View

POSITIVE, NEGATIVE = 5, 3
SECONDS = 60.0
MAX_EXPECTED_CHARS = 200
MAX_DOCUMENTS = 200
FOUND_WITHIN = 3
OUT_OF_SCOPE = (
    ("A request for something to be made up.", "Write a short poem about autumn rain."),
    ("A request for what changes by the hour.", "What will the weather be like in Lisbon tomorrow afternoon?"),
    ("A request to change something: everything here only reads.", "Delete the oldest document from the collection."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`why` says what is tried; `expected` is what a right answer holds, None where the app is not to be asked."""

    why: str
    question: str
    expected: str | None


def cases_of(corpus: View, given: Sequence[Case]) -> list[Case]:
    """Five and three: those given first, the rest from the corpus. Raises SettingsError where it has too few."""
    positive = [case for case in given if case.expected is not None][:POSITIVE]
    negative = [case for case in given if case.expected is None][:NEGATIVE]
    known = {case.question for case in given}
    for case in _proposed(corpus):
        if len(positive) >= POSITIVE:
            break
        if case.question not in known:
            positive.append(case)
            known.add(case.question)
    if len(positive) < POSITIVE:
        raise SettingsError(
            f"The corpus gives only {len(positive)} questions that a search answers; {POSITIVE} are wanted. Write them "
            'yourself: --questions FILE, a JSON list of {"question": …, "answer": …, "source": …}.'
        )
    out_of_scope = [Case(why=why, question=question, expected=None) for why, question in OUT_OF_SCOPE]
    return [*positive, *negative, *out_of_scope[: NEGATIVE - len(negative)]]


def read_cases(path: Path) -> list[Case]:
    """The cases of a file: a JSON list of objects with question, answer (null where there is none), and source.

    Raises SettingsError that names what is wrong and where.
    """
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SettingsError(f"--questions {path} cannot be read: {reason}.") from None
    if not isinstance(value, list) or not value:
        raise SettingsError(f"--questions {path} must hold a JSON list of questions.")
    return [_case(path, number, each) for number, each in enumerate(value, start=1)]


def _case(path: Path, number: int, value: Any) -> Case:
    fields = value if isinstance(value, dict) else {}
    question, answer, source = fields.get("question"), fields.get("answer"), fields.get("source")
    # A question without an answer in the documents is marked by null, not by leaving the field out.
    is_told = "answer" in fields and isinstance(answer, str | None)
    if not isinstance(question, str) or not question.strip() or not is_told:
        raise SettingsError(
            f'--questions {path}: entry {number} must be {{"question": text, "answer": text or null, "source": text}}.'
        )
    if answer is None:
        return Case(why="A question that the documents are not there for.", question=question.strip(), expected=None)
    cited = f", cited from {source}" if isinstance(source, str) and source else ""
    return Case(why="A question of the keeper's own.", question=question.strip(), expected=f"{answer.strip()}{cited}.")


def _proposed(corpus: View) -> Iterator[Case]:
    """Questions that a search answers from the place where they stand: first those that the documents ask themselves,
    then those about a section; of each document one before any has a second.
    """
    records, _ = corpus.documents(offset=0, limit=MAX_DOCUMENTS)
    for make, most in ((asked, 2), (sections, None), (asked, None)):
        for proposal in spread(corpus, records, partial(_found, make), most=most):
            yield _case_of(proposal)


def _found(make: Maker, corpus: View, record: DocumentRecord) -> Iterator[Proposal]:
    return (each for each in make(corpus, record) if _finds(corpus, _question_of(each), each.chunk))


def _question_of(proposal: Proposal) -> str:
    return proposal.question or (f'What does "{cut(proposal.title, max_chars=100)}" say under "{proposal.heading}"?')


def _finds(corpus: View, question: str, chunk: Chunk) -> bool:
    (hits,) = corpus.search_each([question], top_k=FOUND_WITHIN, timeout_seconds=SECONDS)
    return any(hit.chunk.chunk_id == chunk.chunk_id for hit in hits)


def _case_of(proposal: Proposal) -> Case:
    chunk = proposal.chunk
    kind = "that stands in the documents" if proposal.question else "about one section of a document"
    expected = cut(" ".join(proposal.answer.split()) or " ".join(chunk.text.split()), max_chars=MAX_EXPECTED_CHARS)
    page = f", page {chunk.page}" if chunk.page is not None else ""
    return Case(
        why=f"A question {kind}.",
        question=_question_of(proposal),
        expected=f'Cites {chunk.source}{page}, which says: "{expected}"',
    )
