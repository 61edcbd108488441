"""A reranker on loopback: a real HTTP server that speaks as one of the services and servers do, strictly.

It prefers long passages unless it is given another taste.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.loopback import listening

Ranked = Sequence[tuple[int, float]]


@dataclass(frozen=True)
class Shape:
    """How one of them talks: its path, the fields it must have, those it may have, what it refuses with, its answer."""

    path: str
    needs: frozenset[str]
    takes: frozenset[str]
    refuses_with: int
    answer: Callable[[Ranked, Sequence[str]], object]
    minds_unknown: bool = True

    def understands(self, body: Mapping[str, object]) -> bool:
        return self.needs <= body.keys() and not (self.minds_unknown and body.keys() - self.needs - self.takes)


def _plain(ranked: Ranked, _: Sequence[str]) -> object:
    return {"id": "1", "results": [{"index": place, "relevance_score": score} for place, score in ranked]}


def _with_documents(ranked: Ranked, passages: Sequence[str]) -> object:
    results = [
        {"index": place, "relevance_score": score, "document": {"text": passages[place]}} for place, score in ranked
    ]
    return {"model": "jina-reranker-v2-base-multilingual", "usage": {"total_tokens": 9}, "results": results}


def _as_data(ranked: Ranked, _: Sequence[str]) -> object:
    return {"object": "list", "data": [{"relevance_score": score, "index": place} for place, score in ranked]}


def _bare(ranked: Ranked, _: Sequence[str]) -> object:
    return [{"index": place, "score": score} for place, score in ranked]


def _logits(ranked: Ranked, _: Sequence[str]) -> object:
    """As a server that leaves out the last step: the worst far below 0, the best far above 1."""
    return {"results": [{"index": place, "relevance_score": 40 * score - 8} for place, score in ranked]}


_ASKED = frozenset({"model", "query", "documents"})
_TOLD = frozenset({"return_documents", "truncate"})
SHAPES = {
    "cohere": Shape("/v2/rerank", _ASKED, _TOLD | {"top_n"}, 400, _plain),
    "jina": Shape("/v1/rerank", _ASKED, _TOLD | {"top_n"}, 422, _with_documents),
    "needs top_n": Shape("/v1/rerank", _ASKED | {"top_n"}, _TOLD, 400, _plain),
    "voyage": Shape("/v1/rerank", _ASKED, _TOLD | {"top_k"}, 400, _as_data),
    "tei": Shape("/rerank", frozenset({"query", "texts"}), frozenset(), 422, _bare, minds_unknown=False),
    "tei elsewhere": Shape("/v1/rerank", frozenset({"query", "texts"}), frozenset(), 422, _bare, minds_unknown=False),
    "strict, no version": Shape("/rerank", _ASKED, frozenset({"top_n"}), 422, _plain),
    "logits": Shape("/rerank", _ASKED, frozenset(), 400, _logits, minds_unknown=False),
}


@dataclass
class RerankServer:
    """What it was asked, and what it is to answer instead of scores."""

    shape: Shape
    score: Callable[[str, str], float]
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    connections: list[str | None] = field(default_factory=list)
    status: int = 200
    answer: object = None
    headers: dict[str, str] = field(default_factory=dict)
    held: threading.Event | None = None
    in_flight: int = 0
    all_came: threading.Event = field(default_factory=threading.Event)

    def reply(self, body: dict[str, Any]) -> tuple[int, object]:
        if self.status != 200:
            return self.status, {"detail": "told to"}
        if self.answer is not None:
            return 200, self.answer
        if not self.shape.understands(body):
            return self.shape.refuses_with, {"detail": "a field is missing or not known"}
        passages = body["texts"] if "texts" in self.shape.needs else body["documents"]
        scores = [self.score(body["query"], passage) for passage in passages]
        ranked = sorted(enumerate(scores), key=lambda each: -each[1])
        return 200, self.shape.answer(ranked, passages)


def by_length(_: str, passage: str) -> float:
    return min(1.0, len(passage) / 100)


@contextmanager
def rerank_server(shape: str = "cohere", score: Callable[[str, str], float] = by_length) -> Iterator[RerankServer]:
    """Listen in that shape, with `url` ready for RERANK_URL; `score` is of a query and a passage, 0 to 1."""
    told = RerankServer(SHAPES[shape], score)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.requests.append(body)
            told.keys.append(self.headers["Authorization"])
            told.connections.append(self.headers["Connection"])
            told.in_flight += 1
            if told.in_flight == 5:
                told.all_came.set()
            if told.held:
                told.held.wait(30)
            status, answer = told.reply(body) if self.path == told.shape.path else (404, {})
            content = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with listening(Handler) as url:
        told.url = url + told.shape.path
        yield told
