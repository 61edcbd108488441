"""Questions by each door that searches, and what is wrong with the answers."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np

from tests.access_triples.asked import Asked, ids_of, leaks, refusal, told
from tests.access_triples.world import DIMENSIONS
from tests.handler.mcp.asking import call
from tests.openai_server import vector_of

ALL = 50


def search(asked: Asked) -> Iterator[str]:
    mode = asked.random.choice([None, "dense", "lexical", "hybrid"])
    several = asked.random.random() < 0.3
    questions = [asked.question() for _ in range(2 if several else 1)]
    ask, to = {"queries": questions} if several else {"query": questions[0]}, asked.narrowed()
    body = {**ask, **to.sent, "top_k": ALL, "mode": mode, "context": asked.random.choice([None, 1, 2])}
    reply = asked.client.post("/search", json={name: value for name, value in body.items() if value is not None})
    yield from leaks(asked, reply, but=str(to.names))
    if to.refused is not None:
        yield from refusal(asked, to, reply.json())
        return
    found = {each["document_id"] for each in reply.json()["results"]}
    wanted, surely = to.seen, to.seen
    if mode == "lexical":
        words = set(" ".join(questions).split())
        wanted = [paper for paper in wanted if words & words_of(paper.text)]
        surely = [paper for paper in wanted if words & words_of(paper.own_text)]
    if not ids_of(surely) <= found <= ids_of(wanted) or bool(found) != bool(wanted):
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


def search_wrongly(asked: Asked) -> Iterator[str]:
    """What is said of a value of another kind names those that he may see, as far as they were counted, or none."""
    reply = asked.client.post("/search", json={"query": asked.question(), "tags": [asked.random.choice([7, "", {}])]})
    yield from leaks(asked, reply)
    if reply.status_code != 422 or '"tags' not in reply.json()["message"]:
        yield "a value of another kind"


def query(asked: Asked) -> Iterator[str]:
    question, top_k, to = asked.question(), asked.random.choice([1, 3, ALL]), asked.narrowed()
    narrowed = {"filter": to.sent} if to.sent else {}
    reply = asked.client.post("/query", json={"queries": [{"query": question, "top_k": top_k, **narrowed}]})
    yield from leaks(asked, reply, but=str(to.names))
    if to.refused is not None:
        yield from refusal(asked, to, reply.json())
        return
    results = reply.json()["results"][0]["results"]
    asked_for = vector_of(question, DIMENSIONS)
    # What two documents say alike comes once.
    scores = {
        chunk.text: float(np.dot(vector_of(chunk.text, DIMENSIONS), asked_for))
        for paper in to.seen
        for chunk in paper.chunks
    }
    best = sorted(scores.values(), reverse=True)[:top_k]
    if len(results) != len(best) or any(
        abs(each["score"] - score) > 0.002 for each, score in zip(results, best, strict=True)
    ):
        yield f"query found {[each['score'] for each in results]} and not {best}"


def mcp_search(asked: Asked) -> Iterator[str]:
    answer = call(asked.client, "search", query=asked.question())["structuredContent"]
    yield from told(asked, json.dumps(answer))
    if bool(answer["results"]) != bool(asked.seen):
        yield "MCP search finds nothing, or something where there is nothing"


def mcp_search_chunks(asked: Asked) -> Iterator[str]:
    to = asked.narrowed()
    result = call(asked.client, "search_chunks", query=asked.question(), mode="dense", top_k=ALL, **to.sent)
    yield from told(asked, json.dumps(result), but=str(to.names))
    if to.refused is not None:
        yield from refusal(asked, to, json.loads(result["content"][0]["text"]))
    elif {each["document_id"] for each in result["structuredContent"]["results"]} != ids_of(to.seen):
        yield "MCP search_chunks"


def words_of(text: str) -> set[str]:
    return set(text.replace(".", " ").split())
