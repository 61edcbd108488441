"""Embeddings from OpenAI, or any endpoint that speaks its protocol. The only module that imports openai.

Nothing is connected before the first call, so that a snapshot of the process holds no socket.
"""

from __future__ import annotations

import functools
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import openai
import tenacity

from corpus.embedding.model import Vectors
from corpus.embedding.reply import vectors_from
from corpus.errors import (
    EmbeddingError,
    EmbeddingInputInvalid,
    EmbeddingModelUnknown,
    EmbeddingQuotaExceeded,
    EmbeddingRateLimited,
    EmbeddingReplyInvalid,
    EmbeddingTimeout,
    EmbeddingUnauthorized,
    EmbeddingUnavailable,
)
from corpus.outbound import Exchanges
from corpus.tokens import Tokenizer

# The API's limits: docs of POST /v1/embeddings.
MAX_INPUTS = 2048
MAX_REQUEST_TOKENS = 300_000
MAX_INPUT_TOKENS = 8191

OPENAI_URL = "https://api.openai.com/v1"
NATIVE_DIMENSIONS = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072, "text-embedding-ada-002": 1536}

# Longer than any reply: of so many bytes, and for each text a vector of 4,096 numbers written out.
REPLY_BYTES = 1 << 20
TEXT_BYTES = 4096 * 32

REQUESTS_IN_FLIGHT = 8
REQUEST_SECONDS = 60.0
PATIENT_ATTEMPTS = 8
PATIENT_WAIT_SECONDS = 60.0
UNREACHABLE_ATTEMPTS = 4
QUICK_WAIT_SECONDS = 0.2


class OpenAIEmbedder:
    """One model at one endpoint. `dimensions` is what a reply must have; None until the first reply tells."""

    def __init__(
        self,
        *,
        model: str,
        api_key: str | None,
        base_url: str | None,
        tokenizer: Tokenizer,
        dimensions: int | None = None,
        shortened: bool = False,
        proxy: str | None = None,
    ) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.max_tokens = MAX_INPUT_TOKENS
        self._dimensions = dimensions if dimensions is not None else NATIVE_DIMENSIONS.get(model)
        self._shortened = shortened
        self._api_key = api_key
        self._base_url = base_url
        self._proxy = proxy

    @functools.cached_property
    def _exchanges(self) -> Exchanges:
        return Exchanges(proxy=self._proxy)

    @functools.cached_property
    def _client(self) -> openai.OpenAI:
        client = openai.OpenAI(
            # Endpoints on one's own machine often want no key; the SDK wants one all the same.
            api_key=self._api_key or "unused",
            base_url=self._base_url or OPENAI_URL,
            max_retries=0,
            timeout=REQUEST_SECONDS,
            http_client=self._exchanges.client,
        )
        # Of the SDK's own variables none counts.
        client.organization = client.project = None
        return client

    @property
    def dimensions(self) -> int:
        """The vectors' length. Asks the endpoint once where neither the settings nor the model's name tell it."""
        if self._dimensions is None:
            self._dimensions = self._patiently(["dimensions"], threading.Event()).shape[1]
        return self._dimensions

    def embed_documents(self, batches: Iterable[Sequence[str]]) -> Iterator[Vectors]:
        """See Embedder. Up to 8 requests are in flight, and twice as many batches are taken ahead at most."""
        pending: deque[list[Future[Vectors]]] = deque()
        stopped = threading.Event()
        executor = ThreadPoolExecutor(REQUESTS_IN_FLIGHT, thread_name_prefix="embed")
        try:
            for batch in batches:
                pending.append([executor.submit(self._patiently, part, stopped) for part in self._requests(batch)])
                while pending and (len(pending) >= 2 * REQUESTS_IN_FLIGHT or all(part.done() for part in pending[0])):
                    yield self._joined(pending.popleft())
            while pending:
                yield self._joined(pending.popleft())
        finally:
            # On an error or Ctrl-C: what has not started never starts, and nobody waits for a sleeping retry.
            stopped.set()
            executor.shutdown(wait=False, cancel_futures=True)

    def embed_queries(self, texts: Sequence[str], *, timeout_seconds: float) -> Vectors:
        """See Embedder. One quick retry, and only where half of the time is left."""
        deadline = time.monotonic() + timeout_seconds
        try:
            return self._request(texts, timeout_seconds)
        except EmbeddingError as error:
            wait = error.retry_after or QUICK_WAIT_SECONDS
            left = deadline - time.monotonic() - wait
            if not error.retryable or left < timeout_seconds / 2:
                raise
        time.sleep(wait)
        return self._request(texts, left)

    def prepare(self) -> None:
        """See Embedder. Making the client reads the certificates; it connects to nothing."""
        _ = self._client

    def close(self) -> None:
        """See Embedder."""
        self.__dict__.pop("_client", None)
        if exchanges := self.__dict__.pop("_exchanges", None):
            exchanges.close()

    def _joined(self, parts: list[Future[Vectors]]) -> Vectors:
        if not parts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        vectors = [part.result() for part in parts]
        return vectors[0] if len(vectors) == 1 else np.concatenate(vectors)

    def _requests(self, texts: Sequence[str]) -> Iterator[list[str]]:
        """Cut a batch where a request would pass the API's limits. Raises EmbeddingInputInvalid for a text too long."""
        request: list[str] = []
        total = 0
        for text in texts:
            # No text has more tokens than bytes, and few are so long that they must be counted.
            tokens = len(text.encode(errors="replace"))
            if tokens > MAX_INPUT_TOKENS:
                tokens = self.tokenizer.count(text)
            if tokens > MAX_INPUT_TOKENS:
                raise EmbeddingInputInvalid(
                    f"A text of {tokens:,} tokens is above the model's {MAX_INPUT_TOKENS:,}. Set CHUNK_TOKENS lower."
                )
            if request and (len(request) == MAX_INPUTS or total + tokens > MAX_REQUEST_TOKENS):
                yield request
                request, total = [], 0
            request.append(text)
            total += tokens
        if request:
            yield request

    def _patiently(self, texts: Sequence[str], stopped: threading.Event) -> Vectors:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, EmbeddingError) and error.retryable),
            wait=_patient_wait,
            stop=lambda state: stopped.is_set() or _patient_stop(state),
            sleep=tenacity.sleep_using_event(stopped),
            reraise=True,
        )
        return retrying(self._request, texts, REQUEST_SECONDS)

    def _request(self, texts: Sequence[str], timeout_seconds: float) -> Vectors:
        try:
            with self._exchanges.limited(seconds=timeout_seconds, max_bytes=REPLY_BYTES + TEXT_BYTES * len(texts)):
                reply = self._client.embeddings.create(
                    model=self.model,
                    input=list(texts),
                    dimensions=self._dimensions if self._shortened and self._dimensions else openai.omit,
                    encoding_format="base64",
                    timeout=timeout_seconds,
                )
        except openai.OpenAIError as error:
            raise _translated(error, self.model) from error
        except ValueError as error:
            raise EmbeddingReplyInvalid("The embeddings endpoint answered with something that is not JSON.") from error
        return vectors_from(getattr(reply, "data", None), count=len(texts), dimensions=self._dimensions)


def _patient_wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    growing = min(PATIENT_WAIT_SECONDS, 0.5 * 2.0 ** (state.attempt_number - 1))
    asked = error.retry_after if isinstance(error, EmbeddingError) else None
    return growing if asked is None else min(PATIENT_WAIT_SECONDS, asked)


def _patient_stop(state: tenacity.RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome else None
    unreachable = isinstance(error, EmbeddingUnavailable) and isinstance(error.__cause__, openai.APIConnectionError)
    return state.attempt_number >= (UNREACHABLE_ATTEMPTS if unreachable else PATIENT_ATTEMPTS)


def _translated(error: openai.OpenAIError, model: str) -> EmbeddingError:
    """Our error for the SDK's. The endpoint's own words stay out: they may repeat the key or the text."""
    if isinstance(error, openai.APITimeoutError):
        return EmbeddingTimeout("The embeddings endpoint did not answer in time. Try again later.")
    if isinstance(error, openai.APIConnectionError):
        return EmbeddingUnavailable(
            "The embeddings endpoint cannot be reached. Check the network and OPENAI_BASE_URL, "
            "or use EMBEDDING_MODEL=all-MiniLM-L6-v2, which needs none."
        )
    if isinstance(error, openai.APIResponseValidationError):
        return EmbeddingReplyInvalid("The embeddings endpoint answered with something that is not JSON.")
    if not isinstance(error, openai.APIStatusError):
        return EmbeddingReplyInvalid("The embeddings endpoint gave an answer that cannot be used.")
    return _translated_status(error, model)


def _translated_status(error: openai.APIStatusError, model: str) -> EmbeddingError:
    status = error.status_code
    retry_after = _retry_after_seconds(error.response.headers.get("retry-after"))
    if status == 401 or (status == 403 and error.code != "model_not_found"):
        return EmbeddingUnauthorized(
            f"The embeddings endpoint refused the key in OPENAI_API_KEY ({status}). Set a valid one."
        )
    if 300 <= status < 400:
        return EmbeddingReplyInvalid(
            f"The embeddings endpoint leads elsewhere ({status}), which is not followed: texts and key would go "
            "there. Set OPENAI_BASE_URL to where it leads, if that is yours."
        )
    if status == 404 or error.code == "model_not_found":
        return EmbeddingModelUnknown(
            f"The embeddings endpoint does not know the model {model!r} ({status}). "
            "Check EMBEDDING_MODEL and OPENAI_BASE_URL."
        )
    if error.code == "insufficient_quota" or status == 402:
        return EmbeddingQuotaExceeded(
            f"The account of OPENAI_API_KEY has too little quota left ({status}). Add credit, or use another key."
        )
    if status == 429:
        return EmbeddingRateLimited(
            "The embeddings endpoint is limiting the rate of requests (429). Try again later.",
            retry_after=retry_after,
        )
    if status >= 500 or status in {408, 409}:
        return EmbeddingUnavailable(
            f"The embeddings endpoint failed ({status}). Try again later.", retry_after=retry_after
        )
    return EmbeddingInputInvalid(
        f"The embeddings endpoint refused the request ({status}). Check EMBEDDING_MODEL, EMBEDDING_DIMENSIONS and "
        "CHUNK_TOKENS against what the model allows."
    )


def _retry_after_seconds(header: str | None) -> float | None:
    """Seconds from a Retry-After header (RFC 9110, 10.2.3); a date or nonsense counts as not said."""
    try:
        seconds = float(header) if header else None
    except ValueError:
        return None
    return seconds if seconds is not None and 0 <= seconds < float("inf") else None
