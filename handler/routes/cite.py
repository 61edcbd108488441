"""GET /cite/{place}: the cited passage as a page, for whoever has a signed link that has not ended, or a key."""

from __future__ import annotations

import time

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from corpus.errors import CorpusError
from corpus.records import Hit
from handler.contract.errors import ActionError
from handler.observing.trace import Trace
from handler.routes.action import Action, action_of, address_of, admit, limit, trace_of
from handler.routes.documents import page_of
from handler.routes.fault import fault_of
from handler.routes.pages import CONTENT_SECURITY_POLICY, refusal_page
from handler.routes.passage import Cited, passage_page
from handler.routes.place import place_of

router = APIRouter()
READ = ["GET", "HEAD"]
MAX_CHARS = 6_000
# Chunks to show before and after the one that is cited: an answer may have joined them.
AROUND = 2
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "private, no-store",
}


@router.api_route("/cite/{place}", methods=READ)
async def cite(request: Request, place: str) -> Response:
    """The page; a refusal is one too, for a person reads it."""
    action, trace = action_of(request), trace_of(request)
    try:
        await _admit(request, action, place)
        page = await run_in_threadpool(_page, action, trace, place)
    except CorpusError as error:
        return _refused(fault_of(error, trace))
    except ActionError as error:
        return _refused(error)
    return Response(page, media_type="text/html", headers=HEADERS)


async def _admit(request: Request, action: Action, place: str) -> None:
    until, signature = (request.query_params.get(name, "") for name in ("until", "signature"))
    if not action.signer.signed(place, until, signature):
        await admit(request)
        return
    await limit(action, address_of(request))
    if int(until) < time.time():
        raise ActionError(403, "link_ended", "This link has ended. Ask again to be given a new one.")


def _page(action: Action, trace: Trace, identifier: str) -> str:
    with action.library.corpus(wait_seconds=trace.seconds_left) as corpus:
        place = place_of(corpus, identifier)
        if place.chunk is not None:
            around = corpus.neighbours([Hit(chunk=place.chunk, score=1.0)], distance=AROUND)
            return passage_page(place.record, Cited.of(place.chunk, around))
        if "-" in identifier:
            raise ActionError(
                404, "passage_changed", "The document was changed since it was cited; this passage is no longer there."
            )
        page = page_of(corpus, place.record.document_id, offset=place.offset)(MAX_CHARS)
    return passage_page(place.record, Cited(text=page["text"]))


def _refused(error: ActionError) -> Response:
    page = refusal_page(error.message)
    return Response(page, error.status, {**HEADERS, **error.headers}, media_type="text/html")
