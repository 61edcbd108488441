"""Queries embedded by OpenAI, or any endpoint that speaks its protocol, without openai's SDK.

What is sent and how a reply is read is the same whichever transport carries it: httpx for those who only ask, the SDK
for those who ingest. Nothing is connected before the first call, so that a snapshot of the process holds no socket.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Required, TypedDict

import numpy as np

from corpus.collection import Prompt
from corpus.embedding.dialect import Dialect, Encoding
from corpus.embedding.endpoint import Endpoint
from corpus.embedding.http import HttpTransport
from corpus.embedding.model import Vectors
from corpus.embedding.refusal import refusal, without_vectors
from corpus.embedding.reply import list_in, vectors_from
from corpus.embedding.transport import Refusal, Transport, too_late
from corpus.errors import EmbeddingError, EmbeddingInputInvalid, EmbeddingReplyInvalid
from corpus.tokens import Tokenizer

MAX_INPUT_TOKENS = 8191

NATIVE_DIMENSIONS = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072, "text-embedding-ada-002": 1536}

# More than any reply needs: so many bytes, and for each text a vector of 4,096 numbers written out.
REPLY_BYTES = 1 << 20
TEXT_BYTES = 4096 * 32

QUICK_WAIT_SECONDS = 0.2
NO_PROMPT = Prompt()


class RemoteOptions(TypedDict, total=False):
    """The arguments of a RemoteEmbedder."""

    model: Required[str]
    endpoint: Required[Endpoint]
    tokenizer: Required[Tokenizer]
    dimensions: int | None
    shortened: bool
    question: Prompt
    passage: Prompt
    most_inputs: int | None
    proxy: str | None


class RemoteEmbedder:
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
        self.max_tokens = MAX_INPUT_TOKENS - max(
            tokenizer.count(each.prefix) if each.prefix else 0 for each in (question, passage)
        )
        self._dimensions = dimensions if dimensions is not None else NATIVE_DIMENSIONS.get(model)
        self._shortened = shortened
        self._endpoint = endpoint
        self._question = question
        self._passage = passage
        self._dialect = Dialect(most_inputs=most_inputs)
        self._transport = self.transport_to(endpoint, proxy=proxy)

    def transport_to(self, endpoint: Endpoint, *, proxy: str | None) -> Transport:
        """The transport for the requests."""
        return HttpTransport(endpoint, proxy=proxy)

    @property
    def dimensions(self) -> int:
        """The vectors' length. Asks the endpoint once where neither the settings nor the model's name tell it."""
        if self._dimensions is None:
            self._dimensions = self.learn_dimensions()
        return self._dimensions

    def embed_queries(self, texts: Sequence[str], *, timeout_seconds: float) -> Vectors:
        """See QueryEmbedder. One quick retry, and only where half of the time is left."""
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

    def learn_dimensions(self) -> int:
        """Ask the endpoint. Raises EmbeddingError."""
        return int(self.embed_queries(["text"], timeout_seconds=60.0).shape[1])

    def prepare(self) -> None:
        """See QueryEmbedder."""
        self._transport.prepare()

    def close(self) -> None:
        """See QueryEmbedder."""
        self._transport.close()

    def _questions(self, texts: Sequence[str], deadline: float) -> Vectors:
        def ask(encoding: Encoding) -> Vectors:
            left = deadline - time.monotonic()
            if left <= 0:
                raise too_late()
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
        # Sent separately they were accepted, so there were too many of them.
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
        reply = self._transport.post(
            body, timeout_seconds=timeout_seconds, max_bytes=REPLY_BYTES + TEXT_BYTES * len(texts)
        )
        if isinstance(reply, Refusal):
            raise refusal(*reply, endpoint=self._endpoint, model=self.model, texts=texts, is_query=is_query)
        if (vectors := list_in(reply)) is None:
            raise without_vectors(reply, endpoint=self._endpoint, texts=texts, is_query=is_query)
        return vectors_from(vectors, count=len(texts), dimensions=self._dimensions)
