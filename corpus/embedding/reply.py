"""Read the vectors out of an embeddings reply. A reply that is not what was asked for is an error."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import numpy as np

from corpus.embedding.error_text import parsed
from corpus.embedding.model import Vectors
from corpus.errors import EmbeddingReplyInvalid


def list_in(body: object) -> list[Any] | None:
    """The list of vectors in a reply's body, parsed or not; None if it is not such a reply."""
    body = parsed(body) if isinstance(body, str) else body
    data = body.get("data") if isinstance(body, dict) else None
    return data if isinstance(data, list) else None


def vectors_from(data: list[Any], *, count: int, dimensions: int | None) -> Vectors:
    """The `count` vectors of a reply's `data` in the order of the inputs, float32, length 1, shape (count, dimensions).

    Each item carries `embedding`: base64 of little-endian float32, or a list of numbers. Its `index` is its place,
    counted from 0 or 1; some leave out a 0, and some leave out all of them or send 0 alone: then the order in which
    they came counts. `dimensions` None takes what comes. Raises EmbeddingReplyInvalid.
    """
    items = [item if isinstance(item, dict) else {} for item in data]
    if len(items) != count:
        raise EmbeddingReplyInvalid(f"The embeddings endpoint answered {len(items) or 'no'} vectors for {count} texts.")
    vectors = [_vector(items[place].get("embedding")) for place in _order(items)]
    sizes = {vector.size for vector in vectors}
    if len(sizes) != 1 or (dimensions is not None and sizes != {dimensions}):
        raise EmbeddingReplyInvalid(
            f"The embeddings endpoint answered vectors of {sorted(sizes)} dimensions; {dimensions or 'one length'} "
            "was expected. Check EMBEDDING_MODEL and EMBEDDING_DIMENSIONS."
        )
    return _normalized(np.stack(vectors))


def _order(items: list[dict[str, Any]]) -> list[int]:
    """For each input the position of its item."""
    indexes = [item.get("index") or 0 for item in items]
    if not any(indexes):
        return list(range(len(items)))
    places = {int(index): place for place, index in enumerate(indexes) if str(index).isdecimal()}
    first = min(places, default=0)  # Some count from 1.
    if first > 1 or places.keys() != set(range(first, first + len(items))):
        raise EmbeddingReplyInvalid("The embeddings endpoint answered with indexes that are not those of the texts.")
    return [places[first + number] for number in range(len(items))]


def _vector(embedding: object) -> Vectors:
    try:
        if isinstance(embedding, str):
            vector = np.frombuffer(base64.b64decode(embedding, validate=True), dtype="<f4")
        else:
            vector = np.asarray(embedding, dtype=np.float32)
    except (binascii.Error, ValueError, TypeError, OverflowError):
        raise EmbeddingReplyInvalid("The embeddings endpoint answered with a vector that cannot be read.") from None
    if vector.ndim != 1 or vector.size == 0:
        raise EmbeddingReplyInvalid("The embeddings endpoint answered without a vector for one of the texts.")
    return vector


def _normalized(matrix: Vectors) -> Vectors:
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    if not np.isfinite(norms).all() or not (norms > 0).all():
        raise EmbeddingReplyInvalid(
            "The embeddings endpoint answered with a vector that is not finite, or zero. Change the text, or the model."
        )
    normalized: Vectors = (matrix / norms).astype(np.float32)
    return normalized
