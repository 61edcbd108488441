"""How a request reaches an embeddings endpoint and its reply comes back, whichever library carries them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from corpus.embedding.endpoint import Endpoint
from corpus.errors import EmbeddingReplyInvalid, EmbeddingTimeout, EmbeddingUnavailable


class Refusal(NamedTuple):
    """A reply whose status is not a success; the names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: str


class Transport(Protocol):
    """Carries requests to one endpoint, over connections that stay open. Safe in threads."""

    def post(self, body: Mapping[str, object], *, timeout_seconds: float, max_bytes: int) -> object:
        """The JSON value of a success, or a Refusal; a reply has at most so many bytes.

        Raises EmbeddingTimeout, EmbeddingUnavailable where nothing is reached, EmbeddingReplyInvalid for no JSON.
        """
        ...

    def prepare(self) -> None:
        """Load the certificates; connect to nothing."""
        ...

    def close(self) -> None:
        """Let go of connections; a later call opens new ones."""
        ...


def too_late() -> EmbeddingTimeout:
    """The error for a transport whose time is up."""
    return EmbeddingTimeout("The embeddings endpoint did not answer in time. Try again later.")


def unreachable(endpoint: Endpoint) -> EmbeddingUnavailable:
    """The error for a transport that gets no answer."""
    return EmbeddingUnavailable(
        f"The embeddings endpoint cannot be reached. Check the network and {endpoint.url_setting}, "
        "or use EMBEDDING_MODEL=all-MiniLM-L6-v2, which needs none."
    )


def no_json(endpoint: Endpoint) -> EmbeddingReplyInvalid:
    """The error for a reply that is not JSON."""
    return EmbeddingReplyInvalid(
        f"The embeddings endpoint answered with something that is not JSON. Check {endpoint.url_setting}."
    )
