"""The row about answers: the questions of a gate, asked of the live deployment as a GPT asks them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from corpus.quality.figures import DEPTH, Rank, gain_of
from corpus.quality.questions import Passage, Question, QuestionFile
from handler.check.check_row import Check, Outcome
from handler.check.http_call import Reply
from handler.check.openapi_document import mapping

TEXTS = ("text", "content", "passage", "snippet")
SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """`least` is the share of the questions, 0 to 1, whose answer must be among the first ten results."""

    asked: QuestionFile
    least: float


def gate_check(gate: Gate, send: Callable[[str], Reply], summarize: Callable[[Reply], str]) -> Check:
    """`send` asks for ten results, `told` says what else came."""
    return Check(
        "questions",
        f"{gate.least:.0%} of the questions find their answer among {DEPTH} results",
        "`ingest eval` on the same file says whether the corpus finds them; is another version served, or another "
        "corpus? A lower share: --least.",
        lambda: _ask_all(gate, send, summarize),
    )


def _ask_all(gate: Gate, send: Callable[[str], Reply], summarize: Callable[[Reply], str]) -> tuple[Outcome, str]:
    missed: list[Question] = []
    ranks: list[Rank] = []
    for question in gate.asked.questions:
        reply = send(question.text)
        if reply.status != 200:
            return "failed", f"line {question.line}: {summarize(reply)}"
        rank = question.rank_in(list(_passages(reply.json))[:DEPTH])
        ranks.append(rank)
        if rank is None:
            missed.append(question)
    count = len(ranks)
    came = f"{count - len(missed):,} of {count:,} found, nDCG@{DEPTH} {sum(map(gain_of, ranks)) / count:.3f}"
    if missed:
        came += f"; missed: line {', '.join(str(each.line) for each in missed[:SHOWN])}"
        came += ", …" if len(missed) > SHOWN else ""
    return ("ok" if count - len(missed) >= gate.least * count else "failed"), came


def _passages(answer: Any) -> Iterator[Passage]:
    """The objects with a text, in the order in which they stand, however deep."""
    if isinstance(answer, list):
        for each in answer:
            yield from _passages(each)
    elif isinstance(answer, dict):
        text = next((answer[name] for name in TEXTS if isinstance(answer.get(name), str)), None)
        if text is not None:
            yield _passage(text, {**mapping(answer.get("metadata")), **answer})
            return
        for each in answer.values():
            yield from _passages(each)


def _passage(text: str, fields: Mapping[str, Any]) -> Passage:
    page, page_end = fields.get("page"), fields.get("page_end")
    return Passage(
        document_id=str(fields.get("document_id", "")),
        source=str(fields.get("source", "")),
        text=text,
        page=page if isinstance(page, int) else None,
        page_end=page_end if isinstance(page_end, int) else None,
    )
