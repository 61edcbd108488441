"""What can go wrong with a corpus between two versions: its store is changed behind the product's back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from chromadb.config import Settings

NAME = "corpus"


def shuffle_texts(store: Path) -> None:
    """Give each chunk the text of the next."""
    collection = _collection(store)
    found = collection.get(include=["documents", "embeddings"])
    texts = found["documents"]
    collection.update(ids=found["ids"], documents=[*texts[1:], texts[0]], embeddings=found["embeddings"])


def use_another_models_vectors(store: Path) -> None:
    """Turn all vectors the same way: a space of the same size in which every distance holds, and no question does."""
    collection = _collection(store)
    found = collection.get(include=["embeddings"])
    vectors = np.asarray(found["embeddings"], np.float32)
    draw = np.random.default_rng(1)
    axes, signs = draw.permutation(vectors.shape[1]), draw.choice(np.array([-1, 1], np.float32), vectors.shape[1])
    collection.update(ids=found["ids"], embeddings=list(vectors[:, axes] * signs))


def _collection(store: Path) -> Any:
    client = chromadb.PersistentClient(str(store), settings=Settings(anonymized_telemetry=False))
    return client.get_collection(NAME, embedding_function=None)
