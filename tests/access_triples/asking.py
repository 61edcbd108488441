"""One question by one door, and what is wrong with its answer: a leak, or another answer than plain Python gives."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx2
import numpy as np

from corpus.records import composed
from tests.access_triples.asked import Asked, leaks, told
from tests.access_triples.world import DIMENSIONS, PRINCIPALS, Paper
from tests.handler.mcp.asking import call, message
from tests.openai_server import vector_of

ALL = 50


def search(asked: Asked) -> Iterator[str]:
    mode = asked.random.choice([None, "dense", "lexical", "hybrid"])
    several = asked.random.random() < 0.3
    questions = [asked.question() for _ in range(2 if several else 1)]
    ask = {"queries": questions} if several else {"query": questions[0]}
    body = {**ask, "top_k": ALL, "mode": mode, "context": asked.random.choice([None, 1, 2])}
    reply = asked.client.post("/search", json={name: value for name, value in body.items() if value is not None})
    yield from leaks(asked, reply)
    found = {each["document_id"] for each in reply.json()["results"]}
    wanted = asked.seen
    if mode == "lexical":
        words = set(" ".join(questions).split())
        wanted = [paper for paper in wanted if words & set(paper.text.replace(".", " ").split())]
    if found != ids_of(wanted):
        yield f"search {body} found {len(found)} documents, and {len(wanted)} are to be found"


def search_in(asked: Asked) -> Iterator[str]:
    paper = asked.any_paper()
    narrowed = asked.random.choice([{"document_id": paper.document_id}, {"source": paper.record.source}])
    reply = asked.client.post("/search", json={"query": asked.question(), "mode": "dense", "top_k": ALL, **narrowed})
    yield from leaks(asked, reply)
    if (reply.json()["results"] != []) != (paper in asked.seen):
        yield f"search in a document that is {'' if paper in asked.seen else 'not '}to be seen"


def search_by_tag(asked: Asked) -> Iterator[str]:
    paper = asked.any_paper()
    reply = asked.client.post("/search", json={"query": asked.question(), "mode": "dense", "tags": [paper.tag]})
    values = asked.values
    sent = paper.tag
    yield from leaks(asked, reply, but=sent)
    if values is not None and sent not in values:
        if (
            reply.status_code != 422
            or f"Allowed: {json.dumps(values, separators=(',', ':'))}" not in reply.json()["message"]
        ):
            yield "a tag that he does not see is answered otherwise than one that is not there"
    elif {each["document_id"] for each in reply.json()["results"]} != ids_of(
        [each for each in asked.seen if each is paper]
    ):
        yield "search by a tag"


def query(asked: Asked) -> Iterator[str]:
    question, top_k = asked.question(), asked.random.choice([1, 3, ALL])
    reply = asked.client.post("/query", json={"queries": [{"query": question, "top_k": top_k}]})
    yield from leaks(asked, reply)
    results = reply.json()["results"][0]["results"]
    asked_for = vector_of(question, DIMENSIONS)
    best = sorted(
        (float(np.dot(vector_of(chunk.text, DIMENSIONS), asked_for)) for paper in asked.seen for chunk in paper.chunks),
        reverse=True,
    )[:top_k]
    if len(results) != len(best) or any(
        abs(each["score"] - score) > 0.002 for each, score in zip(results, best, strict=True)
    ):
        yield f"query found {[each['score'] for each in results]} and not {best}"


def documents(asked: Asked) -> Iterator[str]:
    limit = asked.random.choice([1, 5, 50])
    offset = asked.random.randint(0, max(1, len(asked.seen)))
    reply = asked.client.get(f"/documents?limit={limit}&offset={offset}")
    yield from leaks(asked, reply)
    yield from _listed(asked, reply.json(), offset, limit)


def document(asked: Asked) -> Iterator[str]:
    paper = asked.any_paper()
    reply = asked.client.get(f"/documents/{paper.document_id}")
    if paper in asked.seen:
        if reply.json().get("text") != paper.text:
            yield "a document that he may see is not there, or not whole"
        yield from leaks(asked, reply)
        return
    absent = asked.client.get("/documents/0123456789abcdef")
    yield from leaks(asked, reply)
    if _alike(reply) != _alike(absent):
        yield "a document that he may not see is answered otherwise than one that is not there"


def mcp_search(asked: Asked) -> Iterator[str]:
    answer = call(asked.client, "search", query=asked.question())["structuredContent"]
    yield from told(asked, json.dumps(answer))
    if bool(answer["results"]) != bool(asked.seen):
        yield "MCP search finds nothing, or something where there is nothing"


def mcp_search_chunks(asked: Asked) -> Iterator[str]:
    answer = call(asked.client, "search_chunks", query=asked.question(), mode="dense", top_k=ALL)["structuredContent"]
    yield from told(asked, json.dumps(answer))
    if {each["document_id"] for each in answer["results"]} != ids_of(asked.seen):
        yield "MCP search_chunks"


def mcp_fetch(asked: Asked) -> Iterator[str]:
    paper = asked.any_paper()
    chunk = asked.random.choice(paper.chunks)
    identifier = asked.random.choice([paper.document_id, chunk.chunk_id, f"{paper.document_id}@0"])
    result = call(asked.client, "fetch", id=identifier)
    yield from told(asked, json.dumps(result), but=identifier)
    if result["isError"] != (paper not in asked.seen):
        yield "MCP fetch"
    elif paper in asked.seen and chunk.text not in result["structuredContent"]["text"] and "@" not in identifier:
        yield "MCP fetch gives another text"


def mcp_list(asked: Asked) -> Iterator[str]:
    answer = call(asked.client, "list_documents", limit=ALL)["structuredContent"]
    yield from told(asked, json.dumps(answer))
    yield from _listed(asked, answer, 0, ALL)


def mcp_tools(asked: Asked) -> Iterator[str]:
    headers = {"Accept": "application/json, text/event-stream"}
    reply = asked.client.post("/mcp", json=message("tools/list", modern=False), headers=headers)
    yield from leaks(asked, reply)
    if _enumerated(reply.json()) != asked.values:
        yield f"the tools' schemas enumerate {_enumerated(reply.json())} and not {asked.values}"


def cite(asked: Asked) -> Iterator[str]:
    paper = asked.any_paper()
    chunk = asked.random.choice(paper.chunks)
    reply = asked.client.get(f"/cite/{asked.random.choice([paper.document_id, chunk.chunk_id])}")
    yield from leaks(asked, reply)
    if (reply.status_code == 200) != (paper in asked.seen):
        yield "a cited page with a key"


def cite_by_link(asked: Asked) -> Iterator[str]:
    """The links that he was given open without a key; changed to another document they open nothing."""
    results = call(asked.client, "search", query=asked.question())["structuredContent"]["results"]
    if not results:
        return
    url = httpx2.URL(asked.random.choice(results)["url"])
    without = {"Authorization": ""}
    reply = asked.client.get(url.raw_path.decode(), headers=without)
    yield from leaks(asked, reply)
    if reply.status_code != 200:
        yield "a link that he was given opens nothing"
    other = f"/cite/{asked.any_paper().document_id}?{url.query.decode()}"
    if asked.client.get(other, headers=without).status_code != 401:
        yield "a link that was made for another passage opens"


def cite_once_given(asked: Asked) -> Iterator[str]:
    """A link that somebody was given opens as long as the document names the principal by which he saw it."""
    action, paper = asked.client.app.state.action, asked.any_paper()  # type: ignore[attr-defined] # FastAPI's.
    via = asked.random.choice(["everyone", *map(composed, PRINCIPALS)])
    link = action.signer.link("", asked.random.choice([paper.document_id, paper.chunks[0].chunk_id]), via=via)
    reply = asked.client.get(link, headers={"Authorization": ""})
    through = [each for each in asked.papers if via in each.record.access]
    yield from leaks(Asked(asked.client, asked.papers, through, asked.random), reply)
    if (reply.status_code == 200) != (via in paper.record.access):
        yield "a link opens what its principal does not see, or does not open what it sees"
    tampered = asked.client.get(link.replace("via=", "via=0"), headers={"Authorization": ""})
    if tampered.status_code != 401:
        yield "a link whose principal was changed opens"


def openapi(asked: Asked) -> Iterator[str]:
    """The document that needs no key tells what everyone may see, and no more."""
    everyone = [paper for paper in asked.papers if "everyone" in paper.record.access]
    public = Asked(asked.client, asked.papers, everyone, asked.random)
    reply = asked.client.get("/openapi.json", headers={"Authorization": ""})
    yield from leaks(public, reply)
    if _enumerated(reply.json()) != public.values:
        yield f"the OpenAPI document enumerates {_enumerated(reply.json())} and not {public.values}"


Door = Callable[[Asked], Iterator[str]]
# By its name in the audit trail; `openapi` has none.
DOORS: dict[Door, tuple[str, str | None]] = {
    search: ("search", None),
    search_in: ("search", None),
    search_by_tag: ("search", None),
    query: ("query", None),
    documents: ("documents", None),
    document: ("document", None),
    mcp_search: ("mcp", "search"),
    mcp_search_chunks: ("mcp", "search_chunks"),
    mcp_fetch: ("mcp", "fetch"),
    mcp_list: ("mcp", "list_documents"),
    mcp_tools: ("mcp", None),
    cite: ("cite", None),
    cite_by_link: ("cite", None),
    cite_once_given: ("cite", None),
    openapi: ("openapi", None),
}


def ids_of(papers: Sequence[Paper]) -> set[str]:
    return {paper.document_id for paper in papers}


def _listed(asked: Asked, answer: dict[str, Any], offset: int, limit: int) -> Iterator[str]:
    wanted = sorted(asked.seen, key=lambda paper: paper.record.source)
    found = [each["document_id"] for each in answer["documents"]]
    if found != [paper.document_id for paper in wanted[offset : offset + limit]] or answer["total"] != len(wanted):
        yield f"the list has {len(found)} documents of {answer['total']}"


def _alike(reply: httpx2.Response) -> object:
    """All of an answer but its length of time and the request's id."""
    body = {**reply.json(), "request_id": ""}
    headers = {name: value for name, value in reply.headers.items() if name not in ("x-request-id", "server-timing")}
    return reply.status_code, body, headers


def _enumerated(document: object) -> list[str] | None:
    """The tags that a document's schemas enumerate."""
    if isinstance(document, dict):
        properties = document.get("properties")
        if isinstance(properties, dict) and "tags" in properties and "query" in properties:
            values: list[str] | None = properties["tags"]["items"].get("enum")
            return sorted(values) if values is not None else None
        document = list(document.values())
    if isinstance(document, list):
        return next((found for each in document if (found := _enumerated(each)) is not None), None)
    return None
