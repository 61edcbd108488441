"""Read the vectors out of an embeddings reply. A reply that is not exactly what was asked for is an error."""

from __future__ import annotations

import base64
import binascii

import numpy as np

from corpus.embedding.model import Vectors
from corpus.errors import EmbeddingReplyInvalid


def vectors_from(data: object, *, count: int, dimensions: int | None) -> Vectors:
    """The `count` vectors of a reply's `data` in the order of the inputs, float32, length 1, shape (count, dimensions).

    Each item carries `index` and `embedding`: base64 of little-endian float32, or a list of numbers from endpoints
    that know no base64. `dimensions` None takes what comes. Raises EmbeddingReplyInvalid.
    """
    if not isinstance(data, list) or len(data) != count:
        found = len(data) if isinstance(data, list) else "no"
        raise EmbeddingReplyInvalid(f"The embeddings endpoint answered {found} vectors for {count} texts.")
    vectors: dict[int, Vectors] = {}
    for position, item in enumerate(data):
        index = getattr(item, "index", position)
        if not isinstance(index, int) or not 0 <= index < count or index in vectors:
            raise EmbeddingReplyInvalid(f"The embeddings endpoint answered with a wrong index, {index!r}.")
        vectors[index] = _vector(getattr(item, "embedding", None))
    sizes = {vector.size for vector in vectors.values()}
    if len(sizes) != 1 or (dimensions is not None and sizes != {dimensions}):
        raise EmbeddingReplyInvalid(
            f"The embeddings endpoint answered vectors of {sorted(sizes)} dimensions; {dimensions or 'one length'} "
            "was expected. Check EMBEDDING_MODEL and EMBEDDING_DIMENSIONS."
        )
    return _normalized(np.stack([vectors[index] for index in range(count)]))


def _vector(embedding: object) -> Vectors:
    try:
        if isinstance(embedding, str):
            vector = np.frombuffer(base64.b64decode(embedding, validate=True), dtype="<f4")
        else:
            vector = np.asarray(embedding, dtype=np.float32)
    except (binascii.Error, ValueError, TypeError):
        raise EmbeddingReplyInvalid("The embeddings endpoint answered with a vector that cannot be read.") from None
    if vector.ndim != 1 or vector.size == 0:
        raise EmbeddingReplyInvalid("The embeddings endpoint answered without a vector for one of the texts.")
    return vector


def _normalized(matrix: Vectors) -> Vectors:
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    if not np.isfinite(norms).all() or not (norms > 0).all():
        raise EmbeddingReplyInvalid("The embeddings endpoint answered with a vector that is not finite, or zero.")
    normalized: Vectors = (matrix / norms).astype(np.float32)
    return normalized
