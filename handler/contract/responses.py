"""The schemas of responses, as the OpenAPI document has them. Tests check real answers against them."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def field_of(kind: str, description: str, example: object, **limits: object) -> Schema:
    """A field of an answer."""
    return {"type": kind, "description": description, "examples": [example], **limits}


def object_of(properties: dict[str, Schema], *, required: list[str]) -> Schema:
    """An object of these fields."""
    return {"type": "object", "required": required, "properties": properties}


DOCUMENT_ID = field_of("string", "The document's id.", "9f86d081884c7d65")
TITLE = field_of("string", "The document's title.", "X200 manual")
SOURCE = field_of("string", "The document's path or URL, to be cited.", "manuals/x200.pdf")
LINK = field_of("string", "A link to the document.", "https://example.com/manuals/x200.pdf")
METADATA = {
    "type": "object",
    "description": "What else is known of the document.",
    "properties": {},  # GPT's editor refuses an object without the keyword.
    "additionalProperties": True,
    "examples": [{"department": "service"}],
}
TRUNCATED = "True where the answer was cut to keep it short"

CHUNK = object_of(
    {
        "chunk_id": field_of("string", "The id of the chunk that matched best.", "9f86d081884c7d65-1b4f0e985197-3"),
        "document_id": DOCUMENT_ID,
        "title": TITLE,
        "text": field_of("string", "The text, verbatim.", "The warranty lasts 24 months from the day of purchase."),
        "score": field_of("number", "How well it matches: 0 to 1, higher is better.", 0.83, minimum=0, maximum=1),
        "source": SOURCE,
        "url": LINK,
        "page": field_of("integer", "The page on which the text starts, from 1.", 12, minimum=1),
        "page_end": field_of("integer", "The page on which it ends, where that is another.", 13, minimum=1),
        "heading": field_of("string", "The headings above it, outermost first.", "Warranty > Duration"),
        "metadata": METADATA,
        "query": field_of("string", "Which of several questions it answers best.", "how long is the warranty?"),
        "also_answers": {
            "type": "array",
            "description": "Other questions that it answers.",
            "items": {"type": "string"},
            "examples": [["who pays for the return?"]],
        },
    },
    required=["chunk_id", "document_id", "text", "score", "source"],
)

CORPUS = field_of("string", "The corpus that it is from.", "hr")
PARTIAL = {
    "type": "array",
    "description": "Corpora that could not be asked in time: nothing here is from them.",
    "items": {"type": "string"},
    "examples": [["hr"]],
}


def schemas_of(*, several: bool) -> dict[str, Schema]:
    """The schemas of answers over `several` corpora, or over the only one."""
    if not several:
        return SCHEMAS
    search, listed, text = SCHEMAS["SearchAnswer"], SCHEMAS["DocumentList"], SCHEMAS["DocumentText"]
    return {
        **SCHEMAS,
        "SearchAnswer": _with(search, partial=PARTIAL, results=_of_items(search, "results")),
        "DocumentList": _with(listed, partial=PARTIAL, documents=_of_items(listed, "documents")),
        "DocumentText": _with(text, corpus=CORPUS),
    }


def _of_items(schema: Schema, name: str) -> Schema:
    items = schema["properties"][name]
    return {**items, "items": _with(items["items"], corpus=CORPUS)}


def _with(schema: Schema, **properties: Schema) -> Schema:
    return {**schema, "properties": {**schema["properties"], **properties}}


SCHEMAS: dict[str, Schema] = {
    "SearchAnswer": object_of(
        {
            "results": {"type": "array", "description": "The chunks, best first.", "items": CHUNK},
            "truncated": field_of("boolean", f"{TRUNCATED}: ask for fewer results or less context.", example=False),
            "query_truncated": field_of(
                "boolean", "True where a query was too long and its end was not used.", example=True
            ),
        },
        required=["results", "truncated"],
    ),
    "DocumentList": object_of(
        {
            "documents": {
                "type": "array",
                "description": "The documents, sorted by source.",
                "items": object_of(
                    {
                        "document_id": DOCUMENT_ID,
                        "title": TITLE,
                        "source": SOURCE,
                        "url": LINK,
                        "updated_at": field_of("string", "When it was last changed.", "2026-01-31T09:30:00+00:00"),
                        "chunks": field_of("integer", "How many chunks it has.", 42),
                        "tokens": field_of("integer", "How many tokens its text has.", 15000),
                        "metadata": METADATA,
                    },
                    required=["document_id"],
                ),
            },
            "total": field_of("integer", "How many documents there are in all.", 120),
            "next_offset": field_of("integer", "The offset of the next page; missing on the last.", 100),
        },
        required=["documents", "total"],
    ),
    "DocumentText": object_of(
        {
            "document_id": DOCUMENT_ID,
            "title": TITLE,
            "source": SOURCE,
            "url": LINK,
            "updated_at": field_of("string", "When it was last changed.", "2026-01-31T09:30:00+00:00"),
            "chunks": field_of("integer", "How many chunks it has.", 42),
            "tokens": field_of("integer", "How many tokens its text has.", 15000),
            "metadata": METADATA,
            "total_chars": field_of("integer", "How many characters the whole document has.", 210000),
            "offset": field_of("integer", "The character at which this page starts.", 0),
            "text": field_of("string", "The page's text, verbatim.", "X200 manual\n\nBefore you start…"),
            "truncated": field_of("boolean", f"{TRUNCATED}: next_offset is where it goes on.", example=True),
            "next_offset": field_of("integer", "The offset of the next page; missing on the last.", 88000),
        },
        required=["document_id", "total_chars", "offset", "text", "truncated"],
    ),
    "Error": object_of(
        {
            "error": field_of("string", "A stable code.", "invalid_request"),
            "message": field_of("string", "What is wrong, and what to send instead.", '"query" is missing.'),
            "request_id": field_of(
                "string", "Names this request in the server's log.", "5f0c6c1e9d3b4a4f8a54c1c0a9d9d0f2"
            ),
        },
        required=["error", "message", "request_id"],
    ),
}
