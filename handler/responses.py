"""The schemas of what is sent back, as the OpenAPI document tells them. Tests hold real answers against them."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def _field(kind: str, description: str, example: object, **limits: object) -> Schema:
    return {"type": kind, "description": description, "examples": [example], **limits}


def _object(properties: dict[str, Schema], *, required: list[str]) -> Schema:
    return {"type": "object", "required": required, "properties": properties}


DOCUMENT_ID = _field("string", "The document's id.", "9f86d081884c7d65")
TITLE = _field("string", "The document's title.", "X200 manual")
SOURCE = _field("string", "The document's path or URL, to be cited.", "manuals/x200.pdf")
LINK = _field("string", "A link to the document.", "https://example.com/manuals/x200.pdf")
METADATA = {
    "type": "object",
    "description": "What else is known of the document.",
    "properties": {},  # GPT's editor refuses an object without the word.
    "additionalProperties": True,
    "examples": [{"department": "service"}],
}
TRUNCATED = "True where the answer was cut to keep it short"

CHUNK = _object(
    {
        "chunk_id": _field("string", "The id of the chunk that matched best.", "9f86d081884c7d65-1b4f0e985197-3"),
        "document_id": DOCUMENT_ID,
        "title": TITLE,
        "text": _field("string", "The text, verbatim.", "The warranty lasts 24 months from the day of purchase."),
        "score": _field("number", "How well it matches: 0 to 1, higher is better.", 0.83, minimum=0, maximum=1),
        "source": SOURCE,
        "url": LINK,
        "page": _field("integer", "The page on which the text starts, from 1.", 12, minimum=1),
        "page_end": _field("integer", "The page on which it ends, where that is another.", 13, minimum=1),
        "heading": _field("string", "The headings above it, outermost first.", "Warranty > Duration"),
        "metadata": METADATA,
        "query": _field("string", "Which of several questions it answers best.", "how long is the warranty?"),
        "also_answers": {
            "type": "array",
            "description": "Other questions that it answers.",
            "items": {"type": "string"},
            "examples": [["who pays for the return?"]],
        },
    },
    required=["chunk_id", "document_id", "text", "score", "source"],
)

SCHEMAS: dict[str, Schema] = {
    "SearchAnswer": _object(
        {
            "results": {"type": "array", "description": "The chunks, best first.", "items": CHUNK},
            "truncated": _field("boolean", f"{TRUNCATED}: ask for fewer results or less context.", example=False),
            "query_truncated": _field(
                "boolean", "True where a query was too long and its end was not used.", example=True
            ),
        },
        required=["results", "truncated"],
    ),
    "DocumentList": _object(
        {
            "documents": {
                "type": "array",
                "description": "The documents, sorted by source.",
                "items": _object(
                    {
                        "document_id": DOCUMENT_ID,
                        "title": TITLE,
                        "source": SOURCE,
                        "url": LINK,
                        "updated_at": _field("string", "When it was last changed.", "2026-01-31T09:30:00+00:00"),
                        "chunks": _field("integer", "How many chunks it has.", 42),
                        "tokens": _field("integer", "How many tokens its text has.", 15000),
                        "metadata": METADATA,
                    },
                    required=["document_id"],
                ),
            },
            "total": _field("integer", "How many documents there are in all.", 120),
            "next_offset": _field("integer", "The offset of the next page; missing on the last.", 100),
        },
        required=["documents", "total"],
    ),
    "DocumentText": _object(
        {
            "document_id": DOCUMENT_ID,
            "title": TITLE,
            "source": SOURCE,
            "url": LINK,
            "updated_at": _field("string", "When it was last changed.", "2026-01-31T09:30:00+00:00"),
            "chunks": _field("integer", "How many chunks it has.", 42),
            "tokens": _field("integer", "How many tokens its text has.", 15000),
            "metadata": METADATA,
            "total_chars": _field("integer", "How many characters the whole document has.", 210000),
            "offset": _field("integer", "The character at which this page starts.", 0),
            "text": _field("string", "The page's text, verbatim.", "X200 manual\n\nBefore you start…"),
            "truncated": _field("boolean", f"{TRUNCATED}: next_offset is where it goes on.", example=True),
            "next_offset": _field("integer", "The offset of the next page; missing on the last.", 88000),
        },
        required=["document_id", "total_chars", "offset", "text", "truncated"],
    ),
    "Error": _object(
        {
            "error": _field("string", "A stable code.", "invalid_request"),
            "message": _field("string", "What is wrong, and what to send instead.", '"query" is missing.'),
            "request_id": _field(
                "string", "Names this request in the server's log.", "5f0c6c1e9d3b4a4f8a54c1c0a9d9d0f2"
            ),
        },
        required=["error", "message", "request_id"],
    ),
}
