"""An optional second look: a model that reads the question together with each passage, and orders them anew.

Off unless RERANK_URL is set. Its scores are the model's own, brought to 0 to 1, and not comparable with search's.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from corpus.errors import RerankUnavailable
from corpus.records import Hit, judged_text_of
from corpus.retry_after import hints_in
from corpus.settings import CorpusSettings

logger = logging.getLogger("corpus")

# Of the time that is left, so that an answer in search's own order is still in time.
SHARE_OF_TIME = 0.8
MAX_ANSWER_BYTES = 2**20


class Reranker(Protocol):
    """Judges passages; any number of threads may ask. Raises RerankUnavailable."""

    def scores(self, query: str, passages: Sequence[str], *, timeout_seconds: float) -> list[float]:
        """How well each passage answers, 0 to 1, in the order of the passages."""
        ...


class HttpReranker:
    """Cohere's or Jina's interface, which others follow: POST {"model", "query", "documents", "top_n"}.

    https://docs.cohere.com/reference/rerank. One that says when to come back is left alone until then.
    """

    def __init__(self, *, url: str, model: str, api_key: str | None = None, proxy: str | None = None) -> None:
        self._url = url
        self._proxy = proxy
        self._model = model
        self._headers = {"Content-Type": "application/json", "User-Agent": "retrieval-action"}
        if api_key:
            self._headers["Authorization"] = f"Bearer {api_key}"
        self._welcome_at = 0.0

    def scores(self, query: str, passages: Sequence[str], *, timeout_seconds: float) -> list[float]:
        """As the endpoint's `relevance_score`, which is 0 to 1; one outside is cut there."""
        if not passages:
            return []
        started = time.monotonic()
        if started < self._welcome_at:
            raise RerankUnavailable("The reranker asked to be left alone for a while. It is asked again after that.")
        # Here, because no search needs it but those that are reranked.
        import httpx2

        from corpus.outbound import Exchanges

        body = {"model": self._model, "query": query, "documents": list(passages), "top_n": len(passages)}
        # Closed at once: Lambda may take a snapshot of this process.
        exchanges = Exchanges(proxy=self._proxy)
        try:
            with exchanges.limited(seconds=timeout_seconds, max_bytes=MAX_ANSWER_BYTES) as client:
                answer = client.post(self._url, json=body, headers=self._headers, timeout=timeout_seconds)
            if answer.status_code != httpx2.codes.OK:
                self._welcome_at = time.monotonic() + (hints_in(answer.headers).seconds or 0.0)
                raise RerankUnavailable(
                    f"The reranker answered {answer.status_code}. Check RERANK_URL, RERANK_MODEL and RERANK_API_KEY."
                )
            by_place = {int(each["index"]): float(each["relevance_score"]) for each in answer.json()["results"]}
            return [min(1.0, max(0.0, by_place[place])) for place in range(len(passages))]
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise RerankUnavailable("The reranker cannot be reached in time. Check RERANK_URL.") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise RerankUnavailable(
                "The reranker's answer lacks a score for some passage. Check RERANK_URL."
            ) from error
        finally:
            exchanges.close()


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
        # Daemons, because nobody waits for one that is late.
        threading.Thread(target=judge, args=(place,), name="rerank", daemon=True).start()
    reranked = list(found)
    for _ in queries:
        try:
            place, scores = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            logger.warning("rerank_unavailable", extra={"fields": {"detail": "The reranker did not answer in time."}})
            break
        if isinstance(scores, RerankUnavailable):
            # The order of search is good too; no answer would be worse.
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
    """The reranker that the settings name, if any."""
    if settings.rerank_url is None:
        return None
    key = settings.rerank_api_key.get_secret_value() if settings.rerank_api_key else None
    return HttpReranker(
        url=settings.rerank_url, model=settings.rerank_model, api_key=key, proxy=settings.outbound_proxy
    )
