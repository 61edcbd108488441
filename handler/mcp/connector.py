"""The tools `search` and `fetch` exactly as OpenAI's connectors and deep research want them.

https://developers.openai.com/api/docs/mcp: one string argument each; `search` gives results with id, title and url,
`fetch` a document with id, title, text, url and metadata. A url is what the model cites, so it is never empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import Field

from corpus.answer import cut, filled
from corpus.records import DocumentRecord, context_of
from handler.contract.fields import Body, Identifier, Query
from handler.contract.responses import PARTIAL, field_of, object_of
from handler.contract.validation import validate
from handler.mcp.message_context import Session
from handler.routes.documents import Fitted, page_of
from handler.routes.place import place_of
from handler.routes.search import find

TOP_K = 10
# A title is for people to read, however long a document's own is.
MAX_TITLE_CHARS = 300
Fit = Callable[[Fitted], dict[str, Any]]


class SearchArguments(Body):
    """What `search` takes."""

    query: Query = Field(
        description="What to look for, as one question or keywords in plain language.",
        examples=["how long is the warranty?"],
    )


class FetchArguments(Body):
    """What `fetch` takes."""

    id: Identifier = Field(
        description="The id of a result of search, a document's id, or the next_id of the page before.",
        examples=["9f86d081884c7d65-1b4f0e985197-3"],
    )


URL = field_of("string", "Where the passage can be read, to be cited.", "https://example.com/manuals/x200.pdf")
TITLE = field_of("string", "The document's title and the headings above the passage.", "X200 manual > Warranty")
SEARCH_OUTPUT = object_of(
    {
        "results": {
            "type": "array",
            "description": "The passages, best first.",
            "items": object_of(
                {
                    "id": field_of("string", "For fetch.", "9f86d081884c7d65-1b4f0e985197-3"),
                    "title": TITLE,
                    "text": field_of("string", "The passage, verbatim.", "The warranty lasts 24 months."),
                    "url": URL,
                },
                required=["id", "title", "url"],
            ),
        },
        "partial": PARTIAL,
    },
    required=["results"],
)
FETCH_OUTPUT = object_of(
    {
        "id": field_of("string", "As it was asked for.", "9f86d081884c7d65-1b4f0e985197-3"),
        "title": field_of("string", "The document's title.", "X200 manual"),
        "text": field_of("string", "The text, verbatim.", "The warranty lasts 24 months."),
        "url": URL,
        "metadata": {
            "type": "object",
            "description": "Its source, how long the document is, where this text starts in it, next_id while more "
            "follows, and what else is known of it.",
            "properties": {},
            "additionalProperties": True,
        },
    },
    required=["id", "title", "text", "url"],
)


def search(session: Session, arguments: Mapping[str, Any], fit: Fit) -> dict[str, Any]:
    """The best passages for a question."""
    asked = validate(SearchArguments, dict(arguments))
    found = find(session.action, session.trace, {"query": asked.query, "top_k": TOP_K})
    session.trace.counts["results"] = len(found.excerpts)

    def results(max_chars: int) -> dict[str, Any]:
        passages = found.answer(max_chars=max_chars)["results"]
        # Results that no longer fit are left out at the end.
        pairs = zip(passages, found.excerpts, strict=False)
        answered = [_result(passage, excerpt.best.access, session) for passage, excerpt in pairs]
        return {"results": answered, **filled(partial=found.partial)}

    return fit(results)


def _result(passage: Mapping[str, Any], access: tuple[str, ...], session: Session) -> dict[str, Any]:
    title = context_of(passage.get("title"), passage.get("heading")) or passage["source"]
    place = f", page {passage['page']}" if "page" in passage else ""
    return {
        "id": passage["chunk_id"],
        "title": f"{cut(title, max_chars=MAX_TITLE_CHARS)}{place}",
        "text": passage["text"],
        "url": _url(passage.get("url"), passage["chunk_id"], access, session),
    }


def fetch(session: Session, arguments: Mapping[str, Any], fit: Fit) -> dict[str, Any]:
    """A document's text, from a little before the passage that the id names if that would not be reached otherwise."""
    identifier = validate(FetchArguments, dict(arguments)).id
    with session.action.gate.view(session.trace) as corpus:
        place = place_of(corpus, identifier)

        def document(max_chars: int) -> dict[str, Any]:
            page: dict[str, Any] = {}
            for start in place.starts(corpus):
                page = page_of(corpus, place.record.document_id, offset=start)(max_chars)
                if place.is_reached(page.get("next_offset")):
                    break
            return _document(identifier, page, place.record, session)

        return fit(document)


def _document(identifier: str, page: Mapping[str, Any], record: DocumentRecord, session: Session) -> dict[str, Any]:
    details = {
        name: value
        for name, value in page.items()
        if name in ("source", "updated_at", "document_id", "corpus", "offset", "total_chars")
    }
    more = {"next_id": f"{page['document_id']}@{page['next_offset']}"} if "next_offset" in page else {}
    return {
        "id": identifier,
        "title": cut(page.get("title") or record.source, max_chars=MAX_TITLE_CHARS),
        "text": page["text"],
        "url": _url(page.get("url"), identifier, record.access, session),
        "metadata": {**page.get("metadata", {}), **details, **more},
    }


def _url(own: str | None, place: str, access: tuple[str, ...], session: Session) -> str:
    """The document's own address if it is one that opens, else a page of ours."""
    if own and own.startswith(("https://", "http://")):
        return own
    action = session.action
    return action.gate.link(session.trace, action.signer, session.base_url(), place, access)
