"""An embedder for searches by words alone: it counts tokens as the model does, and never asks the model for vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from corpus.embedding.model import Embedder, Refused, Vectors
from corpus.tokens import Tokenizer

DIMENSIONS = 2  # Chroma stores no chunk without a vector.


class WordsAlone:
    """An Embedder that gives each text the same vector. `counting` needs no key."""

    def __init__(self, counting: Embedder) -> None:
        self._counting = counting
        self.dimensions = DIMENSIONS

    @property
    def model(self) -> str:
        return self._counting.model

    @property
    def tokenizer(self) -> Tokenizer:
        return self._counting.tokenizer

    @property
    def max_tokens(self) -> int:
        return self._counting.max_tokens

    def embed_documents(
        self,
        batches: Iterable[Sequence[str]],
        *,
        refused: Refused | None = None,  # noqa: ARG002 - nothing is
    ) -> Iterator[Vectors]:
        """See Embedder."""
        for batch in batches:
            yield self._same(batch)

    def embed_queries(self, texts: Sequence[str], *, timeout_seconds: float) -> Vectors:  # noqa: ARG002 - at once
        """See Embedder."""
        return self._same(texts)

    def prepare(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """See Embedder."""
        self._counting.close()

    @staticmethod
    def _same(texts: Sequence[str]) -> Vectors:
        return np.tile(np.array([1, 0], np.float32), (len(texts), 1))
