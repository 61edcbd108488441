"""POST /query: the request and response of openai/chatgpt-retrieval-plugin, for its clients.

Its fields mean here: `source_id` our source, `source` the kind "file" (all that we have), `created_at` when the
document was last changed, `author` the metadata field of that name. As there, unknown fields are passed over, "3" is a
number and "2026" a date; unlike there, a query brings 50 chunks at most.
"""

from __future__ import annotations

from functools import partial
from itertools import zip_longest
from typing import Any

from fastapi import APIRouter, Request, Response

from corpus.answer import filled, to_json
from corpus.filters import Filter
from corpus.records import Hit, cited_url, parted_id
from handler.contract.body import parse_json
from handler.contract.errors import json_response
from handler.contract.fields import MAX_TOP_K
from handler.contract.plugin_requests import PluginQuery
from handler.contract.several import corpora_of
from handler.contract.validation import invalid, validate
from handler.observing.trace import Trace
from handler.routes.action import Action, ActionDep, BodyDep, TraceDep, answered

router = APIRouter()
DEFAULT_TOP_K = 3


@router.post("/query")
async def query(request: Request, action: ActionDep, trace: TraceDep, body: BodyDep) -> Response:
    """The best chunks for each question."""
    asked = validate(action.plugin_request, parse_json(body)).queries
    return await answered(request, partial(_queried, action, trace, asked))


def _queried(action: Action, trace: Trace, asked: list[PluginQuery]) -> Response:
    found: list[list[Hit]] = [[] for _ in asked]
    if len(to_json({"results": _answers(asked)})) > action.settings.max_response_chars:
        raise invalid('"queries" are too long together: the answer repeats them. Send fewer in one call.')
    missing: dict[str, None] = {}
    # Questions with the same options cost one request to the model.
    for numbers in _alike(asked):
        top_k, narrowed = asked[numbers[0]].top_k, asked[numbers[0]].filter
        with action.gate.view(trace, corpora_of(narrowed) if narrowed else None) as corpus:
            answers = corpus.search_each(
                [asked[number].query for number in numbers],
                top_k=min(top_k or DEFAULT_TOP_K, MAX_TOP_K),
                within=narrowed.to_filter(action.filterable) if narrowed else Filter(),
            )
            missing |= dict.fromkeys(corpus.partial)
        for number, hits in zip(numbers, answers, strict=True):
            found[number] = hits
    notes = filled(partial=list(missing))
    room = action.settings.max_response_chars - len(to_json(notes))
    results = within_budget(_answers(asked), found, room)
    trace.counts |= {"queries": len(asked), "results": sum(len(result["results"]) for result in results)}
    return json_response({"results": results, **notes})


def _answers(asked: list[PluginQuery]) -> list[dict[str, Any]]:
    """An answer without chunks to each question."""
    return [{"query": question.query, "results": []} for question in asked]


def _alike(asked: list[PluginQuery]) -> list[list[int]]:
    """The numbers of the questions that can be asked together; a kind that we do not have finds nothing."""
    groups: dict[tuple[int | None, str], list[int]] = {}
    for number, question in enumerate(asked):
        if question.filter is None or question.filter.source in (None, "file"):
            narrowed = question.filter.model_dump_json() if question.filter else ""
            groups.setdefault((question.top_k, narrowed), []).append(number)
    return list(groups.values())


def within_budget(results: list[dict[str, Any]], found: list[list[Hit]], max_chars: int) -> list[dict[str, Any]]:
    """The answers with what was found, best chunks of every question first, until no more of them fits."""
    room = max_chars - len(to_json({"results": results}))
    for rank in zip_longest(*found):
        for result, hit in zip(results, rank, strict=True):
            if hit is None:
                continue
            chunk = chunk_of(hit)
            room -= len(to_json(chunk)) + 1
            if room < 0:
                return results
            result["results"].append(chunk)
    return results


def chunk_of(hit: Hit) -> dict[str, Any]:
    """A hit as the plugin sends it, with its empty fields."""
    chunk = hit.chunk
    metadata = {
        "source": "file",
        "source_id": chunk.source,
        "url": cited_url(chunk.url, chunk.source, chunk.page),
        "created_at": chunk.updated_at,
        "author": chunk.metadata.get("author"),
        "document_id": chunk.document_id,
        **filled(corpus=parted_id(chunk.document_id)[0]),
    }
    return {
        "id": chunk.chunk_id,
        "text": chunk.text,
        "metadata": metadata,
        "embedding": None,
        "score": round(hit.score, 4),
    }
