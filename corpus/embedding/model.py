"""What search and ingest need of an embedding model, whichever it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import EmbeddingError
from corpus.tokens import Tokenizer

Vectors = NDArray[np.float32]
# By text, why it has no vector.
Refused = MutableMapping[str, EmbeddingError]


class QueryEmbedder(Protocol):
    """A text embedding model, as a search needs it.

    Vectors are float32 of length 1, so that their dot product is the cosine.
    """

    @property
    def model(self) -> str:
        """The model's name, as the collection records it."""
        ...

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        ...

    @property
    def tokenizer(self) -> Tokenizer:
        """How this model counts tokens."""
        ...

    @property
    def max_tokens(self) -> int:
        """The most tokens of one input, special tokens not counted."""
        ...

    def embed_queries(self, texts: Sequence[str], *, timeout_seconds: float) -> Vectors:
        """The vectors of queries, shape (len(texts), dimensions). At most one quick retry within the time.

        Raises EmbeddingError; EmbeddingTimeout when the time is up.
        """
        ...

    def prepare(self) -> None:
        """Do in advance whatever the first query would have to do, as far as it needs no network."""
        ...

    def close(self) -> None:
        """Let go of connections; a later call opens new ones."""
        ...


class Embedder(QueryEmbedder, Protocol):
    """A model that embeds documents as well as queries."""

    def embed_documents(self, batches: Iterable[Sequence[str]], *, refused: Refused | None = None) -> Iterator[Vectors]:
        """For each batch of texts, in order, its vectors, shape (len(batch), dimensions).

        Lazy on both sides, so that reading, embedding and writing overlap: it takes a bounded number of batches
        ahead. Patient: retries what may pass. Raises EmbeddingError where it does not. But where the model takes
        others and not one text, that text is noted in `refused` if it is given, and its row is NaN.
        """
        ...
