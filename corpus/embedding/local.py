"""What the models that run in this process share. They use no network, neither to find their files nor at run time."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np

from corpus.embedding.model import Refused, Vectors
from corpus.errors import EmbeddingInputInvalid, EmbeddingTimeout
from corpus.tokens import Tokenizer

Tokens = Sequence[int]


class IdTokenizer(Tokenizer, Protocol):
    """A tokenizer that knows its tokens' numbers too."""

    def ids(self, text: str) -> list[int]:
        """The numbers of the text's tokens, special tokens not among them."""
        ...


class LocalModel(ABC):
    """An embedding model that needs no account. Safe in threads; a run uses all processors, so one caller is enough."""

    @property
    @abstractmethod
    def model(self) -> str:
        """See QueryEmbedder."""

    @property
    @abstractmethod
    def dimensions(self) -> int:
        """See QueryEmbedder."""

    @property
    @abstractmethod
    def tokenizer(self) -> IdTokenizer:
        """See QueryEmbedder."""

    @property
    @abstractmethod
    def max_tokens(self) -> int:
        """See QueryEmbedder."""

    @abstractmethod
    def _runs(self, lengths: Sequence[int]) -> Iterable[list[int]]:
        """The positions of the texts to compute together."""

    @abstractmethod
    def _run(self, tokens: Sequence[Tokens], *, are_queries: bool) -> Vectors:
        """The vectors of texts that are computed together."""

    def embed_documents(
        self,
        batches: Iterable[Sequence[str]],
        *,
        refused: Refused | None = None,  # noqa: ARG002 - the protocol's
    ) -> Iterator[Vectors]:
        """One batch at a time, when it is asked for. Raises EmbeddingInputInvalid where a text is too long."""
        for batch in batches:
            tokens = [self.tokenizer.ids(text) for text in batch]
            for place, ids in enumerate(tokens):
                if len(ids) > self.max_tokens:
                    raise EmbeddingInputInvalid(
                        f"Text {place + 1} of {len(batch)} has {len(ids)} tokens, and {self.model} reads "
                        f"{self.max_tokens}. Make the chunks smaller."
                    )
            yield self._embed(tokens, are_queries=False)

    def embed_queries(self, texts: Sequence[str], *, timeout_seconds: float) -> Vectors:
        """Only a query's first `max_tokens` tokens are read; `tokenizer.count` tells beforehand."""
        deadline = time.monotonic() + timeout_seconds
        tokens = [self.tokenizer.ids(text)[: self.max_tokens] for text in texts]
        return self._embed(tokens, deadline, are_queries=True)

    def prepare(self) -> None:
        """See Embedder."""
        self.embed_queries(["ready"], timeout_seconds=60)

    def close(self) -> None:  # noqa: B027 - neither has anything
        """There is nothing to close."""

    def _embed(self, tokens: Sequence[Tokens], deadline: float = float("inf"), *, are_queries: bool) -> Vectors:
        vectors = np.empty((len(tokens), self.dimensions), np.float32)
        for places in self._runs([len(ids) for ids in tokens]):
            if time.monotonic() >= deadline:
                raise EmbeddingTimeout(
                    f"{self.model} did not embed the queries within the time given. Send fewer at once."
                )
            vectors[places] = self._run([tokens[place] for place in places], are_queries=are_queries)
        return vectors
