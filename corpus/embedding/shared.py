"""One embedder for all corpora that were made with the same model: loaded once, and asked once for each question."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTime

from corpus.embedding.model import QueryEmbedder, Vectors
from corpus.errors import EmbeddingTimeout
from corpus.tokens import Tokenizer

# As long as several corpora take to ask for the vector of the same question.
KEPT_SECONDS = 2.0


class SharedEmbedder:
    """The embedder of several corpora. Safe in threads; a failure is not kept."""

    def __init__(self, embedder: QueryEmbedder) -> None:
        self._embedder = embedder
        self._lock = threading.Lock()
        self._asked: dict[tuple[str, ...], tuple[float, Future[Vectors]]] = {}

    @property
    def model(self) -> str:
        """See QueryEmbedder."""
        return self._embedder.model

    @property
    def dimensions(self) -> int:
        """See QueryEmbedder."""
        return self._embedder.dimensions

    @property
    def tokenizer(self) -> Tokenizer:
        """See QueryEmbedder."""
        return self._embedder.tokenizer

    @property
    def max_tokens(self) -> int:
        """See QueryEmbedder."""
        return self._embedder.max_tokens

    def embed_queries(self, texts: Sequence[str], *, timeout_seconds: float) -> Vectors:
        """See QueryEmbedder. Callers that ask for the same texts at the same time wait for one answer."""
        key = tuple(texts)
        with self._lock:
            self._forget()
            _, answer = self._asked.get(key, (0.0, None))
            is_first = answer is None
            if answer is None:
                answer = Future()
                self._asked[key] = (float("inf"), answer)
        if is_first:
            self._answer(key, answer, timeout_seconds)
        try:
            return answer.result(timeout_seconds)
        except NotInTime as error:
            raise EmbeddingTimeout(f"{self.model} did not embed the queries within the time given.") from error

    def prepare(self) -> None:
        """See QueryEmbedder."""
        self._embedder.prepare()

    def close(self) -> None:
        """Do nothing: other corpora use it too."""

    def _answer(self, key: tuple[str, ...], answer: Future[Vectors], timeout_seconds: float) -> None:
        try:
            vectors = self._embedder.embed_queries(key, timeout_seconds=timeout_seconds)
        except BaseException as error:  # noqa: BLE001 - those who wait for it raise it
            with self._lock:
                del self._asked[key]
            answer.set_exception(error)
            return
        with self._lock:
            self._asked[key] = (time.monotonic() + KEPT_SECONDS, answer)
        answer.set_result(vectors)

    def _forget(self) -> None:
        now = time.monotonic()
        for key in [key for key, (until, _) in self._asked.items() if until < now]:
            del self._asked[key]
