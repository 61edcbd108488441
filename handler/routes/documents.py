"""GET /documents and GET /documents/{document_id}: what is in the corpus, and the text of one document."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from corpus.answer import document_list, document_page
from handler.contract.errors import ActionError, json_response
from handler.contract.requests import DOCUMENT_ID, ListRequest, ReadRequest
from handler.contract.validation import validate_query_string
from handler.routes.action import ActionDep, TraceDep

router = APIRouter()


@router.get("/documents")
def list_documents(request: Request, action: ActionDep, trace: TraceDep) -> Response:
    """The stored documents, sorted by source, a page at a time."""
    asked = validate_query_string(ListRequest, request.query_params.multi_items())
    with action.library.corpus(wait_seconds=trace.seconds_left) as corpus:
        records, total = corpus.documents(offset=asked.offset, limit=asked.limit)
    payload = document_list(records, total=total, offset=asked.offset, max_chars=action.settings.max_response_chars)
    trace.counts["results"] = len(payload["documents"])
    return json_response(payload)


@router.get("/documents/{document_id}")
def get_document(request: Request, document_id: str, action: ActionDep, trace: TraceDep) -> Response:
    """A document's text in order, a page at a time."""
    asked = validate_query_string(ReadRequest, request.query_params.multi_items())
    # An id that cannot be one is not worth a question to the store.
    if not DOCUMENT_ID.fullmatch(document_id):
        raise _missing()
    with action.library.corpus(wait_seconds=trace.seconds_left) as corpus:
        record = corpus.record(document_id)
        if record is None:
            raise _missing()
        payload = document_page(
            record,
            corpus.chunks_from(record, offset=asked.offset),
            offset=asked.offset,
            total_chars=corpus.chars(record),
            max_chars=action.settings.max_response_chars,
        )
    return json_response(payload)


def _missing() -> ActionError:
    return ActionError(
        404, "document_not_found", "There is no document with this id. listDocuments and searchChunks give ids."
    )
