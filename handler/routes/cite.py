"""GET /cite/{place}: the cited passage as a page, for holders of a signed link that has not expired, or of a key."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from corpus.errors import CorpusError
from corpus.records import Hit, parted_id
from handler.authorization import LINKED
from handler.contract.errors import ActionError
from handler.observing.trace import Trace
from handler.routes.action import Action, action_of, address_of, admit, come_by_door, limit, trace_of
from handler.routes.documents import page_of
from handler.routes.fault import fault_of
from handler.routes.pages import CONTENT_SECURITY_POLICY, refusal_page
from handler.routes.passage import Cited, passage_page
from handler.routes.place import place_of

if TYPE_CHECKING:
    from handler.corpora.combined import Together

router = APIRouter()
READ = ["GET", "HEAD"]
MAX_CHARS = 6_000
# Chunks to show before and after the cited one: an answer may have joined them.
AROUND = 2
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "private, no-store",
}


@router.api_route("/cite/{place}", methods=READ)
async def cite(request: Request) -> Response:
    """The page; a refusal is one too, for a person reads it."""
    action, trace, place = action_of(request), trace_of(request), request.path_params["place"]
    try:
        view = await _admitted(request, action, trace, place)
        page = await run_in_threadpool(_page, view, place)
    except CorpusError as error:
        return _refused(fault_of(error, trace))
    except ActionError as error:
        return _refused(error)
    return Response(page, media_type="text/html", headers=HEADERS)


async def _admitted(request: Request, action: Action, trace: Trace, place: str) -> AbstractContextManager[Together]:
    """What the link, or else the caller's key, shows of the corpus."""
    until, via, signature = (request.query_params.get(name, "") for name in ("until", "via", "signature"))
    if not action.signer.signed(place, until, via, signature):
        await admit(request)
        return action.gate.view(trace)
    come_by_door(request)
    trace.caller = LINKED
    await limit(action, address_of(request))
    if int(until) < time.time():
        raise ActionError(403, "link_ended", "This link has ended. Ask again to be given a new one.")
    return action.gate.linked_view(trace, place, via, action.signer)


def _page(view: AbstractContextManager[Together], identifier: str) -> str:
    with view as corpus:
        place = place_of(corpus, identifier)
        if place.chunk is not None:
            around = corpus.neighbours([Hit(chunk=place.chunk, score=1.0)], distance=AROUND)
            return passage_page(place.record, Cited.of(place.chunk, around))
        if "-" in parted_id(identifier)[1]:
            raise ActionError(
                404, "passage_changed", "The document was changed since it was cited; this passage is no longer there."
            )
        page = page_of(corpus, place.record.document_id, offset=place.offset)(MAX_CHARS)
    return passage_page(place.record, Cited(text=page["text"]))


def _refused(error: ActionError) -> Response:
    page = refusal_page(error.message)
    return Response(page, error.status, {**HEADERS, **error.headers}, media_type="text/html")
