"""What rerankers want to be sent, and what they answer. Pure.

Cohere, Jina and those that follow them take `documents` and `top_n`, which some cannot do without; Voyage refuses
`top_n` and has `top_k`; Hugging Face's text-embeddings-inference (TEI) takes `texts` and answers with a bare list.
https://docs.cohere.com/reference/rerank, https://jina.ai/reranker, https://docs.voyageai.com/reference/reranker-api,
https://huggingface.github.io/text-embeddings-inference
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

# Model, query and passages to the request's body.
Dialect = Callable[[str, str, Sequence[str]], dict[str, object]]

# Statuses by which a server says that it does not understand the request.
NOT_UNDERSTOOD = frozenset({400, 422})
# Rounding alone may put a score so far outside 0 to 1.
_ROUNDING = 1e-3
_VERSIONED = re.compile(r"/v\d+/[^/]+/?$")


def cohere(model: str, query: str, passages: Sequence[str]) -> dict[str, object]:
    """Also Jina's, and that of most servers that people run themselves."""
    return {"model": model, "query": query, "documents": list(passages), "top_n": len(passages)}


def voyage(model: str, query: str, passages: Sequence[str]) -> dict[str, object]:
    """Also that of MongoDB's gateway."""
    return {"model": model, "query": query, "documents": list(passages), "top_k": len(passages)}


def tei(model: str, query: str, passages: Sequence[str]) -> dict[str, object]:  # noqa: ARG001 - it has one model
    """Without `truncate` it refuses all of them where one is longer than the model reads."""
    return {"query": query, "texts": list(passages), "truncate": True}


def either(model: str, query: str, passages: Sequence[str]) -> dict[str, object]:
    """What self-hosted servers take: none of them minds fields that it does not know."""
    return {**cohere(model, query, passages), **tei(model, query, passages)}


def dialects_of(path: str) -> tuple[Dialect, ...]:
    """The dialects to try at the URL's path, the likeliest first. Services have a version in it, and TEI has none."""
    services = (cohere, voyage, tei)
    return services if _VERSIONED.search(path) else (either, *services)


def scores_in(answer: Any, count: int) -> list[float]:
    """The scores of `count` passages in their order, 0 to 1. Raises ValueError, KeyError, TypeError where one lacks.

    Some servers answer with what the model computes, which has no bounds: those are brought to 0 to 1 by the logistic
    function, as the others do it, which keeps their order.
    """
    if not isinstance(answer, list):
        answer = answer["results"] if "results" in answer else answer["data"]
    by_place = {int(each["index"]): float(each.get("relevance_score", each.get("score"))) for each in answer}
    scores = [by_place[place] for place in range(count)]
    if not all(map(math.isfinite, scores)):
        raise ValueError("a score is not a number")
    if min(scores) < -_ROUNDING or max(scores) > 1 + _ROUNDING:
        return [_logistic(score) for score in scores]
    return [min(1.0, max(0.0, score)) for score in scores]


def _logistic(score: float) -> float:
    return 0.5 * (1.0 + math.tanh(score / 2))
