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
from typing import Any

import numpy as np
import openai

from corpus.collection import Prompt
from corpus.embedding.dialect import Dialect, Encoding
from corpus.embedding.endpoint import Endpoint
from corpus.embedding.model import Refused, Vectors
from corpus.embedding.patience import PLAIN_TEXT, PatientRequests
from corpus.embedding.portions import portions
from corpus.embedding.refusal import refusal, without_vectors
from corpus.embedding.reply import list_in, vectors_from
from corpus.errors import (
    EmbeddingError,
    EmbeddingInputInvalid,
    EmbeddingReplyInvalid,
    EmbeddingTimeout,
    EmbeddingUnavailable,
)
from corpus.outbound import Exchanges
from corpus.tokens import Tokenizer

MAX_INPUT_TOKENS = 8191

NATIVE_DIMENSIONS = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072, "text-embedding-ada-002": 1536}

# Longer than any reply: of so many bytes, and for each text a vector of 4,096 numbers written out.
REPLY_BYTES = 1 << 20
TEXT_BYTES = 4096 * 32

REQUESTS_IN_FLIGHT = 8
REQUEST_SECONDS = 60.0
QUICK_WAIT_SECONDS = 0.2
NO_PROMPT = Prompt()


class OpenAIEmbedder:
    """One model at one endpoint. `dimensions` is what a reply must have; None until the first reply tells.

    `question` and `passage` say what goes with texts of either kind; `most_inputs` is how many go into a request.
    """

    def __init__(
        self,
        *,
        model: str,
        endpoint: Endpoint,
        tokenizer: Tokenizer,
        dimensions: int | None = None,
        shortened: bool = False,
        question: Prompt = NO_PROMPT,
        passage: Prompt = NO_PROMPT,
        most_inputs: int | None = None,
        proxy: str | None = None,
    ) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.max_tokens = MAX_INPUT_TOKENS - max(tokenizer.count(each.prefix) for each in (question, passage))
        self._dimensions = dimensions if dimensions is not None else NATIVE_DIMENSIONS.get(model)
        self._shortened = shortened
        self._endpoint = endpoint
        self._question = question
        self._passage = passage
        self._dialect = Dialect(most_inputs=most_inputs)
        self._proxy = proxy

    @functools.cached_property
    def _exchanges(self) -> Exchanges:
        return Exchanges(proxy=self._proxy)

    @functools.cached_property
    def _client(self) -> openai.OpenAI:
        endpoint = self._endpoint
        # Endpoints on one's own machine often want no key; the SDK wants one all the same.
        options: dict[str, Any] = {
            "api_key": endpoint.api_key or "unused",
            "base_url": endpoint.base_url,
            "default_query": endpoint.query,
            "max_retries": 0,
            "timeout": REQUEST_SECONDS,
            "http_client": self._exchanges.client,
        }
        is_azure = endpoint.api_version is not None
        client = (
            openai.AzureOpenAI(api_version=endpoint.api_version, **options) if is_azure else openai.OpenAI(**options)
        )
        # Of the SDK's own variables none counts.
        client.organization = client.project = None
        return client

    @property
    def dimensions(self) -> int:
        """The vectors' length. Asks the endpoint once where neither the settings nor the model's name tell it."""
        if self._dimensions is None:
            self._dimensions = self._patience(threading.Event(), None).embed([PLAIN_TEXT]).shape[1]
        return self._dimensions

    def embed_documents(self, batches: Iterable[Sequence[str]], *, refused: Refused | None = None) -> Iterator[Vectors]:
        """See Embedder. Up to 8 requests are in flight, and twice as many batches are taken ahead at most."""
        pending: deque[list[Future[Vectors]]] = deque()
        stopped = threading.Event()
        patience = self._patience(stopped, refused)
        executor = ThreadPoolExecutor(REQUESTS_IN_FLIGHT, thread_name_prefix="embed")
        try:
            for batch in batches:
                parts = portions(
                    batch,
                    tokenizer=self.tokenizer,
                    max_tokens=self.max_tokens,
                    most_inputs=self._dialect.most_inputs,
                    refused=refused,
                )
                pending.append([executor.submit(patience.embed, part) for part in parts])
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
            return self._questions(texts, deadline)
        except EmbeddingError as error:
            wait = QUICK_WAIT_SECONDS if error.retry_after is None else error.retry_after
            left = deadline - time.monotonic() - wait
            if not error.retryable or left < timeout_seconds / 2:
                raise
        time.sleep(wait)
        return self._questions(texts, deadline)

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

    def _patience(self, stopped: threading.Event, refused: Refused | None) -> PatientRequests:
        def ask(texts: Sequence[str]) -> Vectors:
            return self._dialect.spoken(
                lambda encoding: self._request(texts, REQUEST_SECONDS, encoding, prompt=self._passage)
            )

        return PatientRequests(ask, self._dialect, dimensions=lambda: self.dimensions, stopped=stopped, refused=refused)

    def _questions(self, texts: Sequence[str], deadline: float) -> Vectors:
        def ask(encoding: Encoding) -> Vectors:
            left = deadline - time.monotonic()
            if left <= 0:
                raise _too_late()
            return self._request(texts, left, encoding, prompt=self._question, is_query=True)

        most = self._dialect.most_inputs
        if len(texts) <= most:
            try:
                return self._dialect.spoken(ask)
            except (EmbeddingInputInvalid, EmbeddingReplyInvalid):
                if len(texts) == 1:
                    raise
            most = (len(texts) + 1) // 2
        vectors = [self._questions(texts[at : at + most], deadline) for at in range(0, len(texts), most)]
        # Apart they were taken, so it was how many they are.
        self._dialect.note_most(most)
        return np.concatenate(vectors)

    def _request(
        self,
        texts: Sequence[str],
        timeout_seconds: float,
        encoding: Encoding,
        *,
        prompt: Prompt,
        is_query: bool = False,
    ) -> Vectors:
        body: dict[str, object] = {"model": self.model, "input": [prompt.prefix + text for text in texts]}
        if self._shortened and self._dimensions:
            body["dimensions"] = self._dimensions
        if encoding:
            body["encoding_format"] = encoding
        if prompt.input_type:
            body["input_type"] = prompt.input_type
        try:
            # Not `embeddings.create`, which asks for Base64 where we leave it out, and reads a reply in its own way.
            with self._exchanges.limited(seconds=timeout_seconds, max_bytes=REPLY_BYTES + TEXT_BYTES * len(texts)):
                reply = self._client.post(
                    "/embeddings", cast_to=object, body=body, options={"timeout": timeout_seconds}
                )
        except openai.APIStatusError as error:
            raise refusal(
                error.status_code,
                error.response.headers,
                error.response.text,
                endpoint=self._endpoint,
                model=self.model,
                texts=texts,
                is_query=is_query,
            ) from error
        except openai.APITimeoutError as error:
            raise _too_late() from error
        except openai.APIConnectionError as error:
            raise EmbeddingUnavailable(
                f"The embeddings endpoint cannot be reached. Check the network and {self._endpoint.url_setting}, "
                "or use EMBEDDING_MODEL=all-MiniLM-L6-v2, which needs none."
            ) from error
        except (openai.OpenAIError, ValueError) as error:
            raise EmbeddingReplyInvalid(
                f"The embeddings endpoint answered with something that is not JSON. Check {self._endpoint.url_setting}."
            ) from error
        if (vectors := list_in(reply)) is None:
            raise without_vectors(reply, endpoint=self._endpoint, texts=texts, is_query=is_query)
        return vectors_from(vectors, count=len(texts), dimensions=self._dimensions)


def _too_late() -> EmbeddingTimeout:
    return EmbeddingTimeout("The embeddings endpoint did not answer in time. Try again later.")
