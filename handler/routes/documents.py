"""GET /documents and GET /documents/{document_id}: what is in the corpus, and the text of one document.

Other doors answer by the same functions, in as many characters as they have.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response

from corpus.answer import document_list, document_page
from corpus.records import parted_id
from handler.contract.errors import ActionError, json_response
from handler.contract.fields import DOCUMENT_ID
from handler.contract.requests import ListRequest, ReadRequest
from handler.contract.several import corpora_of
from handler.contract.validation import validate_query_string
from handler.observing.trace import Trace
from handler.routes.action import Action, ActionDep, TraceDep

if TYPE_CHECKING:
    from handler.corpora.combined import Together

router = APIRouter()


@router.get("/documents")
def list_documents(request: Request, action: ActionDep, trace: TraceDep) -> Response:
    """The stored documents, sorted by source, a page at a time."""
    asked = validate_query_string(action.list_request, request.query_params.multi_items())
    payload = listed(action, trace, asked)(action.settings.max_response_chars)
    trace.counts["results"] = len(payload["documents"])
    return json_response(payload)


@router.get("/documents/{document_id}")
def get_document(request: Request, action: ActionDep, trace: TraceDep) -> Response:
    """A document's text in order, a page at a time."""
    # Not as a parameter: FastAPI imports all of pydantic.v1 to look at its type.
    document_id = request.path_params["document_id"]
    asked = validate_query_string(ReadRequest, request.query_params.multi_items())
    # An invalid id is not worth a query to the store.
    if not DOCUMENT_ID.fullmatch(parted_id(document_id)[1]):
        raise missing_document()
    with action.gate.view(trace) as corpus:
        page = page_of(corpus, document_id, offset=asked.offset)(action.settings.max_response_chars)
    return json_response(page)


Fitted = Callable[[int], dict[str, Any]]
"""An answer in at most so many characters."""


def listed(action: Action, trace: Trace, asked: ListRequest) -> Fitted:
    """A page of the documents. Raises CorpusError."""
    with action.gate.view(trace, corpora_of(asked)) as corpus:
        records, total = corpus.documents(offset=asked.offset, limit=asked.limit)
        missing = corpus.partial
    return lambda max_chars: document_list(
        records, total=total, offset=asked.offset, max_chars=max_chars, partial=missing
    )


def page_of(corpus: Together, document_id: str, *, offset: int) -> Fitted:
    """A document's text from a character on. Raises ActionError 404 if there is no such document; CorpusError."""
    record = corpus.record(document_id)
    if record is None:
        raise missing_document()
    total_chars = corpus.chars(record)
    return lambda max_chars: document_page(
        record,
        corpus.chunks_from(record, offset=offset),
        offset=offset,
        total_chars=total_chars,
        max_chars=max_chars,
    )


def missing_document() -> ActionError:
    """The error for a document that does not exist."""
    return ActionError(
        404,
        "document_not_found",
        "There is no document with this id. Results of a search and the list of documents give ids.",
    )
