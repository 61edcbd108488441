"""Whether a store's vectors are those of its texts: a sample is embedded anew and laid beside what is stored."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from corpus.embedding.model import Embedder, Vectors
from corpus.records import Chunk, chunk_id_of
from corpus.store import Store
from corpus.stored import text_digest_of
from ingest.splitting.preparation import text_for_model

SAMPLE = 32
# A model on another machine or in other numbers (int8) stays above 0.99. So does mostly an adopted collection, whose
# vectors are of texts without what they are about. Another model is near 0.
LEAST_COSINE = 0.7
MOST_OTHERS = 0.1


def sample_faults(store: Store, embedder: Embedder) -> list[str]:
    """What is wrong with the chunks of up to 32 documents, spread over all. Raises StoreError and EmbeddingError."""
    chunks = _sample(store)
    stored = store.vectors_of(text_digest_of(chunk) for chunk in chunks)
    known = [chunk for chunk in chunks if text_digest_of(chunk) in stored]
    faults = []
    changed = len(chunks) - len(known)
    if changed > MOST_OTHERS * len(chunks):
        faults.append(f"{changed} of {len(chunks)} chunks looked at hold another text than the one that was ingested.")
    if known:
        room = store.record.chunk_tokens - embedder.tokenizer.count(store.record.passage_prefix)
        whole = [text_for_model(chunk, embedder.tokenizer, room) for chunk in known]
        found = np.stack([stored[text_digest_of(chunk)] for chunk in known])
        texts = [chunk.text for chunk in known]
        cosines = np.maximum(*(_cosines(each, found) for each in embedder.embed_documents([whole, texts])))
        others = int((cosines < LEAST_COSINE).sum())
        if others > MOST_OTHERS * len(known):
            faults.append(
                f"{others} of {len(known)} vectors looked at are not those that {store.record.embedding_model} gives "
                f"for their texts (cosine {float(np.median(cosines)):.2f} in the middle)."
            )
    return faults


def _cosines(one: Vectors, other: Vectors) -> Vectors:
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return np.asarray((one * other).sum(axis=1) / np.maximum(lengths, 1e-12), dtype=np.float32)


def _sample(store: Store) -> Sequence[Chunk]:
    records = store.documents()
    step = max(1, len(records) // SAMPLE)
    # From another place of each document, so that beginnings alone do not decide.
    ids = [
        chunk_id_of(record.document_id, record.digest, place % record.chunks)
        for place, record in enumerate(records[::step][:SAMPLE])
    ]
    return store.chunks(ids)
