"""Each door that reads or lists documents, and what is wrong with the answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx2

from corpus.records import composed, named_id
from tests.access_triples.asked import UNKNOWN, Asked, Narrowed, leaks, refusal, told
from tests.access_triples.world import PRINCIPALS
from tests.handler.mcp.asking import call

MANY = 50
DURATION = re.compile(r"dur=[0-9.]+")


def documents(asked: Asked) -> Iterator[str]:
    limit, to = asked.random.choice([1, 5, 50]), asked.narrowed()
    offset = asked.random.randint(0, max(1, len(to.seen)))
    named = f"&corpus={','.join(to.names)}" if to.names is not None else ""
    reply = asked.client.get(f"/documents?limit={limit}&offset={offset}{named}")
    yield from leaks(asked, reply, but=str(to.names))
    if to.refused is not None:
        yield from refusal(asked, to, reply.json())
        return
    yield from _listed(asked, to, reply.json(), offset, limit)


def document(asked: Asked) -> Iterator[str]:
    paper = asked.any_paper()
    reply = asked.client.get(f"/documents/{paper.document_id}")
    if paper in asked.seen:
        if reply.json().get("text") != paper.text:
            yield "a document that he may see is not there, or not whole"
        yield from leaks(asked, reply)
        return
    corpus = asked.random.choice([*asked.corpora.his, UNKNOWN]) if asked.corpora.every else ""
    absent = asked.client.get(f"/documents/{named_id(corpus, '0123456789abcdef')}")
    yield from leaks(asked, reply)
    if _alike(reply) != _alike(absent):
        yield "a document that he may not see is answered otherwise than one that is not there"


def mcp_fetch(asked: Asked) -> Iterator[str]:
    paper = asked.any_paper()
    chunk = asked.random.choice(paper.chunks)
    chunk_id = paper.chunk_ids[chunk.index]
    identifier = asked.random.choice([paper.document_id, chunk_id, f"{paper.document_id}@0"])
    result = call(asked.client, "fetch", id=identifier)
    yield from told(asked, json.dumps(result), but=identifier)
    if result["isError"] != (paper not in asked.seen):
        yield "MCP fetch"
    elif paper in asked.seen and chunk.text not in result["structuredContent"]["text"] and "@" not in identifier:
        yield "MCP fetch gives another text"


def mcp_list(asked: Asked) -> Iterator[str]:
    to = asked.narrowed()
    result = call(asked.client, "list_documents", limit=MANY, **to.sent)
    yield from told(asked, json.dumps(result), but=str(to.names))
    if to.refused is not None:
        yield from refusal(asked, to, json.loads(result["content"][0]["text"]))
        return
    yield from _listed(asked, to, result["structuredContent"], 0, MANY)


def cite(asked: Asked) -> Iterator[str]:
    paper = asked.any_paper()
    place = asked.random.choice([paper.document_id, *paper.chunk_ids])
    reply = asked.client.get(f"/cite/{place}")
    yield from leaks(asked, reply, but=place)
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
    link = action.signer.link("", asked.random.choice([paper.document_id, paper.chunk_ids[0]]), via=via)
    reply = asked.client.get(link, headers={"Authorization": ""})
    through = [each for each in asked.papers if via in each.record.access]
    yield from leaks(Asked(asked.client, asked.papers, through, asked.random), reply)
    if (reply.status_code == 200) != (via in paper.record.access):
        yield "a link opens what its principal does not see, or does not open what it sees"
    tampered = asked.client.get(link.replace("via=", "via=0"), headers={"Authorization": ""})
    if tampered.status_code != 401:
        yield "a link whose principal was changed opens"


def _listed(asked: Asked, to: Narrowed, answer: dict[str, Any], offset: int, limit: int) -> Iterator[str]:
    # Corpus by corpus, as they are named or else as CORPORA has them.
    order = {name: place for place, name in enumerate(to.names or asked.corpora.every)}
    wanted = sorted(to.seen, key=lambda paper: (order.get(paper.corpus, 0), paper.record.source))
    found = [each["document_id"] for each in answer["documents"]]
    if found != [paper.document_id for paper in wanted[offset : offset + limit]] or answer["total"] != len(wanted):
        yield f"the list has {len(found)} documents of {answer['total']}"


def _alike(reply: httpx2.Response) -> object:
    """All of an answer but its length of time and the request's id."""
    body = {**reply.json(), "request_id": ""}
    headers = {name: value for name, value in reply.headers.items() if name != "x-request-id"}
    headers["server-timing"] = DURATION.sub("", headers["server-timing"])
    return reply.status_code, body, headers
