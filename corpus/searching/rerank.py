"""An optional second look: a model that reads the question together with each passage, and orders them anew.

Off unless RERANK_URL is set. Its scores are the model's own, brought to 0 to 1, and not comparable with search's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from corpus.errors import RerankUnavailable
from corpus.records import Hit, indexed_text_of
from corpus.settings import CorpusSettings

# Longer than the scores of a hundred passages, with the passages.
REPLY_BYTES = 4 << 20


class Reranker(Protocol):
    """Judges passages. Raises RerankUnavailable."""

    def scores(self, query: str, passages: Sequence[str], *, timeout_seconds: float) -> list[float]:
        """How well each passage answers, 0 to 1, in the order of the passages."""
        ...


class HttpReranker:
    """Cohere's or Jina's interface, which others follow: POST {"model", "query", "documents", "top_n"}.

    https://docs.cohere.com/reference/rerank
    """

    def __init__(self, *, url: str, model: str, api_key: str | None = None, proxy: str | None = None) -> None:
        self._url = url
        self._proxy = proxy
        self._model = model
        self._headers = {"Content-Type": "application/json", "User-Agent": "retrieval-action"}
        if api_key:
            self._headers["Authorization"] = f"Bearer {api_key}"

    def scores(self, query: str, passages: Sequence[str], *, timeout_seconds: float) -> list[float]:
        """As the endpoint's `relevance_score`, which is 0 to 1; one outside is cut there."""
        if not passages:
            return []
        # Here, because no search needs it but those that are reranked.
        import httpx2

        from corpus.outbound import Exchanges

        body = {"model": self._model, "query": query, "documents": list(passages), "top_n": len(passages)}
        # Closed at once: Lambda may take a snapshot of this process.
        exchanges = Exchanges(proxy=self._proxy)
        try:
            with exchanges.limited(seconds=timeout_seconds, max_bytes=REPLY_BYTES) as client:
                answer = client.post(self._url, json=body, headers=self._headers, timeout=timeout_seconds)
            if answer.status_code != httpx2.codes.OK:
                raise RerankUnavailable(
                    f"The reranker answered {answer.status_code}. Check RERANK_URL, RERANK_MODEL and RERANK_API_KEY."
                )
            results = answer.json()["results"]
            by_place = {int(each["index"]): float(each["relevance_score"]) for each in results}
            return [min(1.0, max(0.0, by_place[place])) for place in range(len(passages))]
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise RerankUnavailable("The reranker cannot be reached in time. Check RERANK_URL.") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise RerankUnavailable(
                "The reranker's answer lacks a score for some passage. Check RERANK_URL."
            ) from error
        finally:
            exchanges.close()


def reranked(hits: Sequence[Hit], query: str, reranker: Reranker, *, timeout_seconds: float) -> list[Hit]:
    """The hits in the reranker's order, with its scores; equal ones stay in theirs."""
    scores = reranker.scores(query, [indexed_text_of(hit.chunk) for hit in hits], timeout_seconds=timeout_seconds)
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
