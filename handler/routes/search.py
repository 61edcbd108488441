"""POST /search; the other endpoints find through the same functions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from corpus.answer import answer_of
from corpus.searching.excerpts import Excerpt, excerpts_of, joining_distance
from handler.contract.body import parse_json
from handler.contract.errors import json_response
from handler.contract.fields import DEFAULT_TOP_K
from handler.contract.several import corpora_of
from handler.contract.validation import example_of, invalid, validate
from handler.observing.trace import Trace
from handler.routes.action import Action, action_of, answered, body_of, trace_of

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found, to be cut to the room that an answer has."""

    excerpts: list[Excerpt]
    query_truncated: bool
    partial: list[str]

    def answer(self, *, max_chars: int) -> dict[str, Any]:
        """The answer as every endpoint sends it."""
        truncated = True if self.query_truncated else None
        return answer_of(self.excerpts, max_chars=max_chars, query_truncated=truncated, partial=self.partial)


@router.post("/search")
async def search_chunks(request: Request) -> Response:
    """The best chunks for one question or several."""
    # Not as dependencies, each of which takes FastAPI as long to resolve as everything that is done here.
    action, trace = action_of(request), trace_of(request)
    sent = parse_json(await body_of(request))
    return await answered(request, partial(_searched, action, trace, sent), sent=sent)


def _searched(action: Action, trace: Trace, sent: Any) -> Response:
    payload = find(action, trace, sent).answer(max_chars=action.settings.max_response_chars)
    trace.counts["results"] = len(payload["results"])
    return json_response(payload)


def find(action: Action, trace: Trace, sent: Any) -> Found:
    """What answers the request. Raises ActionError and CorpusError."""
    asked = validate(action.search_request, sent, known=action.gate.known(trace))
    questions = asked.questions
    if not questions:
        raise invalid(f'"query" is missing. Example: {example_of(action.search_request)}.')
    within = asked.to_filter(action.filterable)
    with action.gate.view(trace, corpora_of(asked)) as corpus:
        found = corpus.search_each(
            questions,
            top_k=asked.top_k or DEFAULT_TOP_K,
            within=within,
            mode=asked.mode,
            min_score=asked.min_score or 0.0,
            join=joining_distance(asked.context or 0),
            known_values=True,
        )
        hits = [hit for each in found for hit in each]
        neighbours = corpus.neighbours(hits, distance=asked.context) if asked.context else []
    trace.counts["queries"] = len(questions)
    # A single question needs no name unless it was one of several.
    names = questions if asked.queries else [""]
    return Found(
        excerpts=excerpts_of(list(zip(names, found, strict=True)), neighbours),
        query_truncated=corpus.shortened,
        partial=corpus.partial,
    )
