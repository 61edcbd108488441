"""An optional second ranking: a model reads the question together with each passage, and reorders them.

Off unless RERANK_URL is set. Its scores are the model's own, scaled to 0 to 1, and not comparable with search's.
"""

from __future__ import annotations

import http.client
import json
import logging
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol
from urllib.parse import urlsplit

from corpus.connection import Reply
from corpus.errors import RerankUnavailable
from corpus.outbound import Exchanges, OutboundError
from corpus.records import Hit, judged_text_of
from corpus.retry_after import hints_in
from corpus.searching.rerank_dialects import NOT_UNDERSTOOD, Dialect, dialects_of, scores_in
from corpus.settings import CorpusSettings

logger = logging.getLogger("corpus")

# The share of the remaining time, so that an answer in search's own order is still in time.
SHARE_OF_TIME = 0.8
MAX_ANSWER_BYTES = 2**20


class Reranker(Protocol):
    """Judges passages; any number of threads may ask. Raises RerankUnavailable."""

    def scores(self, query: str, passages: Sequence[str], *, timeout_seconds: float) -> list[float]:
        """How well each passage answers, 0 to 1, in the order of the passages."""
        ...


class HttpReranker:
    """A reranker over HTTP, in any of the dialects of corpus/searching/rerank_dialects.py.

    The first request finds out which one it speaks. A server that says when to come back is left alone until then.
    """

    def __init__(self, *, url: str, model: str, api_key: str | None = None, proxy: str | None = None) -> None:
        self._url = url
        self._exchanges = Exchanges(proxy=proxy)
        self._model = model
        # Connections end with their reply: Lambda may take a snapshot of this process.
        self._headers = {"Content-Type": "application/json", "Connection": "close"}
        if api_key:
            self._headers["Authorization"] = f"Bearer {api_key}"
        self._welcome_at = 0.0
        self._dialects = dialects_of(urlsplit(url).path)

    def scores(self, query: str, passages: Sequence[str], *, timeout_seconds: float) -> list[float]:
        """The endpoint's scores, scaled to 0 to 1."""
        if not passages:
            return []
        started = time.monotonic()
        if started < self._welcome_at:
            raise RerankUnavailable("The reranker asked to be left alone for a while. It is asked again after that.")
        # An answer may repeat the passages, each character escaped.
        max_bytes = MAX_ANSWER_BYTES + 12 * sum(map(len, passages))
        try:
            answer, dialect = self._asked(query, passages, started + timeout_seconds, max_bytes)
            if answer.status != http.client.OK:
                self._welcome_at = time.monotonic() + (hints_in(answer.headers).seconds or 0.0)
                raise RerankUnavailable(
                    f"The reranker answered {answer.status}. Check RERANK_URL, RERANK_MODEL and RERANK_API_KEY."
                )
            scores = scores_in(json.loads(answer.content), len(passages))
        except OutboundError as error:
            raise RerankUnavailable("The reranker cannot be reached in time. Check RERANK_URL.") from error
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise RerankUnavailable(
                "The reranker's answer lacks a score for some passage. Check RERANK_URL."
            ) from error
        self._dialects = (dialect,)
        return scores

    def _asked(self, query: str, passages: Sequence[str], deadline: float, max_bytes: int) -> tuple[Reply, Dialect]:
        """The reply in the first dialect that the server understands, or in the last one."""
        waiting = list(self._dialects)
        while True:
            dialect = waiting.pop(0)
            answer = self._exchanges.exchange(
                "POST",
                self._url,
                seconds=deadline - time.monotonic(),
                max_bytes=max_bytes,
                content=json.dumps(dialect(self._model, query, passages)).encode(),
                headers=self._headers,
            )
            if answer.status not in NOT_UNDERSTOOD or not waiting:
                return answer, dialect


def reranked_each(
    found: Sequence[list[Hit]], queries: Sequence[str], reranker: Reranker, *, timeout_seconds: float
) -> list[list[Hit]]:
    """Each query's hits in the reranker's order, with its scores; equal ones stay in theirs. All are asked at once.

    A query whose answer fails, or does not come in its share of the time, keeps the order that it has.
    """
    timeout_seconds *= SHARE_OF_TIME
    deadline = time.monotonic() + timeout_seconds
    answers: queue.SimpleQueue[tuple[int, list[float] | Exception]] = queue.SimpleQueue()

    def judge(place: int) -> None:
        passages = [judged_text_of(hit.chunk) for hit in found[place]]
        try:
            answers.put((place, reranker.scores(queries[place], passages, timeout_seconds=timeout_seconds)))
        except Exception as error:  # noqa: BLE001 - who waits for the answer raises it
            answers.put((place, error))

    for place in range(len(queries) if timeout_seconds > 0 else 0):
        # Daemons, because nothing waits for a late one.
        threading.Thread(target=judge, args=(place,), name="rerank", daemon=True).start()
    reranked = list(found)
    for _ in queries:
        try:
            place, scores = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            logger.warning("rerank_unavailable", extra={"fields": {"detail": "The reranker did not answer in time."}})
            break
        if isinstance(scores, RerankUnavailable):
            # Search's own order is good too; no answer would be worse.
            logger.warning("rerank_unavailable", extra={"fields": {"detail": str(scores)}})
        elif isinstance(scores, Exception):
            raise scores
        else:
            reranked[place] = _in_order(found[place], scores)
    return reranked


def _in_order(hits: Sequence[Hit], scores: Sequence[float]) -> list[Hit]:
    rescored = [replace(hit, score=score) for hit, score in zip(hits, scores, strict=True)]
    return sorted(rescored, key=lambda hit: -hit.score)


def reranker_of(settings: CorpusSettings) -> Reranker | None:
    """The reranker that the settings name; None if they name none."""
    if settings.rerank_url is None:
        return None
    key = settings.rerank_api_key.get_secret_value() if settings.rerank_api_key else None
    return HttpReranker(
        url=settings.rerank_url, model=settings.rerank_model, api_key=key, proxy=settings.outbound_proxy
    )
