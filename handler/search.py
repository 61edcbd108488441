"""POST /search."""

from __future__ import annotations

from fastapi import APIRouter, Response

from corpus.answer import answer
from handler.action import ActionDep, BodyDep, TraceDep, seconds_left
from handler.body import parse_json
from handler.errors import json_response
from handler.wire import DEFAULT_TOP_K, SearchRequest, validate

router = APIRouter()


@router.post("/search")
def search_chunks(action: ActionDep, trace: TraceDep, body: BodyDep) -> Response:
    """The best chunks for a plain-text query."""
    asked = validate(SearchRequest, parse_json(body))
    with action.library.corpus() as corpus:
        hits = corpus.search(
            asked.query,
            top_k=asked.top_k or DEFAULT_TOP_K,
            source=asked.source,
            document_id=asked.document_id,
            timeout_seconds=seconds_left(action, trace),
        )
    payload = answer(hits, max_chars=action.settings.max_response_chars)
    trace.counts["results"] = len(payload["results"])
    return json_response(payload)
