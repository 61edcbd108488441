"""The embedder of a corpus that is searched by words: made when the first question by vectors comes, if one does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from corpus.collection import CollectionRecord
from corpus.embedding.model import QueryEmbedder, Vectors
from corpus.tokens import Tokenizer


class LazyEmbedder:
    """A QueryEmbedder. Problems with the model or its key are raised when vectors are requested."""

    def __init__(self, record: CollectionRecord, make: Callable[[], QueryEmbedder]) -> None:
        self._record = record
        self._make = make

    @cached_property
    def _made(self) -> QueryEmbedder:
        return self._make()

    @property
    def model(self) -> str:
        """The model's name, as the collection records it."""
        return self._record.embedding_model

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return self._record.dimensions

    @property
    def tokenizer(self) -> Tokenizer:
        """How this model counts tokens."""
        return self._made.tokenizer

    @property
    def max_tokens(self) -> int:
        """The most tokens of one input."""
        return self._made.max_tokens

    def embed_queries(self, texts: Sequence[str], *, timeout_seconds: float) -> Vectors:
        """The vectors of queries. Raises SettingsError, ModelFilesInvalid, EmbeddingError."""
        return self._made.embed_queries(texts, timeout_seconds=timeout_seconds)

    def prepare(self) -> None:
        """Do nothing: there may never be a question by vectors."""

    def close(self) -> None:
        """Let go of connections, if any were made."""
        if "_made" in self.__dict__:
            self._made.close()
