"""POST /search."""

from __future__ import annotations

from fastapi import APIRouter, Response

from corpus.answer import answer_of
from corpus.searching.excerpts import excerpts_of
from handler.contract.body import parse_json
from handler.contract.errors import json_response
from handler.contract.requests import DEFAULT_TOP_K
from handler.contract.validation import example_of, invalid, validate
from handler.routes.action import ActionDep, BodyDep, TraceDep

router = APIRouter()


@router.post("/search")
def search_chunks(action: ActionDep, trace: TraceDep, body: BodyDep) -> Response:
    """The best chunks for one question or several."""
    asked = validate(action.search_request, parse_json(body), known=action.facets.known)
    questions = asked.questions
    if not questions:
        raise invalid(f'"query" is missing. Example: {example_of(action.search_request)}.')
    within = asked.to_filter(action.filterable)
    with action.library.corpus(wait_seconds=trace.seconds_left) as corpus:
        action.facets.check(corpus, within)
        found = corpus.search_each(
            questions,
            top_k=asked.top_k or DEFAULT_TOP_K,
            within=within,
            mode=asked.mode,
            min_score=asked.min_score or 0.0,
            timeout_seconds=trace.seconds_left,
            spent=trace.seconds,
        )
        hits = [hit for each in found for hit in each]
        neighbours = corpus.neighbours(hits, distance=asked.context) if asked.context else []
        shortened = [question for question in questions if corpus.fitting(question) != question]
    # A single question needs no name where it was not one of several.
    names = questions if asked.queries else [""]
    payload = answer_of(
        excerpts_of(list(zip(names, found, strict=True)), neighbours),
        max_chars=action.settings.max_response_chars,
        query_truncated=True if shortened else None,
    )
    trace.counts["queries"] = len(questions)
    trace.counts["results"] = len(payload["results"])
    return json_response(payload)
