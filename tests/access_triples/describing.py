"""What describes the doors, and what of the corpus it tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tests.access_triples.asked import Asked, leaks
from tests.handler.mcp.asking import message


def mcp_tools(asked: Asked) -> Iterator[str]:
    headers = {"Accept": "application/json, text/event-stream"}
    reply = asked.client.post("/mcp", json=message("tools/list", modern=False), headers=headers)
    yield from leaks(asked, reply)
    yield from _enumerates(reply.json(), values=asked.values, corpora=asked.corpora.his)


def openapi(asked: Asked) -> Iterator[str]:
    """The document that needs no key tells what everyone may see, and no more."""
    public = asked.public
    reply = asked.client.get("/openapi.json", headers={"Authorization": ""})
    yield from leaks(public, reply)
    yield from _enumerates(reply.json(), values=public.values, corpora=public.corpora.his)


def openapi_with_key(asked: Asked) -> Iterator[str]:
    """Asked for with a key it tells which corpora its holder may use, and of values no more."""
    public = asked.public
    reply = asked.client.get("/.well-known/openapi.json")
    yield from leaks(replace(public, corpora=asked.corpora), reply)
    yield from _enumerates(reply.json(), values=public.values, corpora=asked.corpora.his)


def _enumerates(document: object, *, values: list[str] | None, corpora: Sequence[str]) -> Iterator[str]:
    told = _enumerated(document, "tags")
    if (sorted(told) if told is not None else None) != values:
        yield f"the schemas enumerate the tags {told} and not {values}"
    if (named := _enumerated(document, "corpus")) != (list(corpora) or None):
        yield f"the schemas enumerate the corpora {named} and not {corpora}"


def _enumerated(document: object, field: str) -> list[str] | None:
    """What a document's schemas enumerate for the field of a search."""
    if isinstance(document, dict):
        properties = document.get("properties")
        if isinstance(properties, dict) and field in properties and "query" in properties:
            values: list[str] | None = properties[field]["items"].get("enum")
            return values
        document = list(document.values())
    if isinstance(document, list):
        return next((found for each in document if (found := _enumerated(each, field)) is not None), None)
    return None
