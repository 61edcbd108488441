"""Whether a store's vectors are those of its texts: a sample is embedded again and compared with what is stored."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from corpus.embedding.model import Embedder
from corpus.records import Chunk, chunk_id_of
from corpus.store import Store
from ingest.splitting.preparation import text_for_model

SAMPLE = 32
MAX_OTHERS = 0.1
# The same model on another machine or in another precision (int8) stays above 0.99, another model is near 0. In between
# is an adopted collection, whose vectors are of texts without their context; they are nearest to their own texts even
# so.
SAME, LEAST = 0.95, 0.5


def sample_faults(store: Store, embedder: Embedder) -> list[str]:
    """What is wrong with the chunks of up to 32 documents, spread over all. Raises StoreError and EmbeddingError."""
    chunks = _sample(store)
    room = store.record.chunk_tokens - embedder.tokenizer.count(store.record.passage_prefix)
    whole = [text_for_model(chunk, embedder.tokenizer, room) for chunk in chunks]
    vectors = np.concatenate(list(embedder.embed_documents([whole])))
    ids = [chunk.chunk_id for chunk in chunks]
    strange = 0
    for chunk_id, vector in zip(ids, vectors, strict=True):
        cosines = store.cosines(vector, ids)
        own = cosines.get(chunk_id, 0.0)
        strange += own < LEAST or (own < SAME and own < max(cosines.values()))
    if strange <= MAX_OTHERS * len(chunks):
        return []
    return [
        f"{strange} of {len(chunks)} chunks looked at have another vector than {store.record.embedding_model} gives "
        "for their text: it is another model's, or the text is another."
    ]


def _sample(store: Store) -> Sequence[Chunk]:
    records = store.documents()
    step = max(1, len(records) // SAMPLE)
    # From another place in each document, so that not only beginnings are checked.
    ids = [
        chunk_id_of(record.document_id, record.digest, place % record.chunks)
        for place, record in enumerate(records[::step][:SAMPLE])
    ]
    return store.chunks(ids)
