"""Our error for an endpoint's reply that holds no vectors, whichever client asked. Pure: no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corpus.embedding.endpoint import Endpoint
from corpus.embedding.error_text import COMMON_CHARS, COMMON_WITH_A_QUERY, message_in, parsed, showable
from corpus.errors import (
    EmbeddingError,
    EmbeddingInputInvalid,
    EmbeddingModelUnknown,
    EmbeddingQuotaExceeded,
    EmbeddingRateLimited,
    EmbeddingReplyInvalid,
    EmbeddingUnauthorized,
    EmbeddingUnavailable,
)
from corpus.retry_after import hints_in

_NO_MONEY = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "arrearage"}
_NO_MODEL = {"model_not_found", "deploymentnotfound"}


def refusal(
    status: int,
    headers: Mapping[str, str],
    content: str,
    *,
    endpoint: Endpoint,
    model: str,
    texts: Sequence[str],
    is_query: bool = False,
) -> EmbeddingError:
    """The error for a reply whose status is not a success; the names of `headers` are in lower case.

    It repeats the endpoint's words, without keys and texts.
    """
    body = parsed(content)
    codes = _codes_in(body)
    words = _words_in(body, endpoint=endpoint, texts=texts, is_query=is_query)
    kind, sentence = _explained(status, codes, words, endpoint=endpoint, model=model)
    hints = hints_in(headers)
    return kind(
        sentence.replace("()", f'({status}: "{words}")' if words else f"({status})"),
        retry_after=hints.seconds,
        retryable=hints.again,
        status=status,
    )


def without_vectors(
    body: object, *, endpoint: Endpoint, texts: Sequence[str], is_query: bool = False
) -> EmbeddingReplyInvalid:
    """The error for a successful reply without vectors; some endpoints report other failures that way."""
    body = parsed(body) if isinstance(body, str) else body
    words = _words_in(body, endpoint=endpoint, texts=texts, is_query=is_query)
    quoted = f': "{words}"' if words else ""
    return EmbeddingReplyInvalid(
        f"The embeddings endpoint answered without vectors{quoted}. Check {endpoint.url_setting} and EMBEDDING_MODEL."
    )


def _words_in(body: object, *, endpoint: Endpoint, texts: Sequence[str], is_query: bool) -> str:
    common_chars = COMMON_WITH_A_QUERY if is_query else COMMON_CHARS
    return showable(message_in(body), secrets=endpoint.secrets, texts=texts, common_chars=common_chars)


def _explained(
    status: int, codes: set[str], words: str, *, endpoint: Endpoint, model: str
) -> tuple[type[EmbeddingError], str]:
    """The error class and the message; `()` stands for the status and the endpoint's words."""
    if codes & _NO_MODEL or status == 404:
        is_plain = endpoint.api_version is None
        return EmbeddingModelUnknown, (
            f"The embeddings endpoint does not know the model {model!r}, or nothing is at that address (). "
            f"Check EMBEDDING_MODEL and {endpoint.url_setting}{', which mostly ends in /v1' if is_plain else ''}."
        )
    if codes & _NO_MONEY or status == 402:
        return EmbeddingQuotaExceeded, (
            f"The account of {endpoint.key_setting} has too little quota left (). Add credit, or use another key."
        )
    if 300 <= status < 400:
        return EmbeddingReplyInvalid, (
            "The embeddings endpoint leads elsewhere (), which is not followed: texts and key would go there. Set "
            f"{endpoint.url_setting} to where it leads, if that is yours."
        )
    if status in {401, 403}:
        return EmbeddingUnauthorized, (
            f"The embeddings endpoint refused the key in {endpoint.key_setting} (). Set one that may use {model!r}."
        )
    if status == 429 and "too large" not in words.lower():
        return EmbeddingRateLimited, "The embeddings endpoint is limiting the rate of requests (). Try again later."
    if status >= 500 or status in {408, 409}:
        return EmbeddingUnavailable, "The embeddings endpoint failed (). Try again later."
    return EmbeddingInputInvalid, (
        "The embeddings endpoint refused the request (). Check EMBEDDING_MODEL, EMBEDDING_DIMENSIONS and CHUNK_TOKENS "
        "against what the model allows."
    )


def _codes_in(body: object) -> set[str]:
    """The values of `code` and `type` in the body and in its `error`, in lower case."""
    found: set[str] = set()
    waiting = [body]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            waiting += [each[name] for name in ("error", "errors") if name in each]
            found |= {value.lower() for name in ("code", "type") if isinstance(value := each.get(name), str)}
    return found
