"""An optional second look: a model that reads the question together with each passage, and orders them anew.

Off unless RERANK_URL is set. Its scores are the model's own, brought to 0 to 1, and not comparable with search's.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from corpus.errors import RerankUnavailable
from corpus.records import Hit, indexed_text_of
from corpus.settings import CorpusSettings


class Reranker(Protocol):
    """Judges passages. Raises RerankUnavailable."""

    def scores(self, query: str, passages: Sequence[str], *, timeout_seconds: float) -> list[float]:
        """How well each passage answers, 0 to 1, in the order of the passages."""
        ...


class HttpReranker:
    """Cohere's or Jina's interface, which others follow: POST {"model", "query", "documents", "top_n"}.

    https://docs.cohere.com/reference/rerank
    """

    def __init__(self, *, url: str, model: str, api_key: str | None = None) -> None:
        self._url = url
        self._model = model
        self._headers = {"Content-Type": "application/json", "User-Agent": "retrieval-action"}
        if api_key:
            self._headers["Authorization"] = f"Bearer {api_key}"

    def scores(self, query: str, passages: Sequence[str], *, timeout_seconds: float) -> list[float]:
        """As the endpoint's `relevance_score`, which is 0 to 1; one outside is cut there."""
        if not passages:
            return []
        body = {"model": self._model, "query": query, "documents": list(passages), "top_n": len(passages)}
        request = urllib.request.Request(  # noqa: S310 - RERANK_URL is http or https, the settings see to it
            self._url, json.dumps(body).encode(), self._headers, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout_seconds) as answer:  # noqa: S310 - as above
                results = json.load(answer)["results"]
            by_place = {int(each["index"]): float(each["relevance_score"]) for each in results}
            return [min(1.0, max(0.0, by_place[place])) for place in range(len(passages))]
        except urllib.error.HTTPError as error:
            error.close()
            raise RerankUnavailable(
                f"The reranker answered {error.code}. Check RERANK_URL, RERANK_MODEL and RERANK_API_KEY."
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise RerankUnavailable("The reranker cannot be reached in time. Check RERANK_URL.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise RerankUnavailable(
                "The reranker's answer lacks a score for some passage. Check RERANK_URL."
            ) from error


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
    return HttpReranker(url=settings.rerank_url, model=settings.rerank_model, api_key=key)
