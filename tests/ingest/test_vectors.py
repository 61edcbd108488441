"""Vectors are taken over where a text has one, and the store is asked about many texts at once."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from corpus.embedding.model import Vectors
from corpus.lexical.forward import Forward
from corpus.settings import CorpusSettings
from corpus.store import create_store
from ingest.change import New
from ingest.prepare import Prepared
from ingest.vectors import TEXTS_PER_LOOK, VectorSource
from ingest.writing import Writing
from tests.corpus.test_openai import embedder
from tests.corpus.test_store import EAST, RECORD, document
from tests.openai_server import embeddings_server, vector_of


class BusyWriting(Writing):
    """Always at a write; counts how often the store is asked."""

    looks = 0
    is_idle = False

    def vectors_of(self, text_digests: Iterable[str]) -> dict[str, Vectors]:
        self.looks += 1
        return super().vectors_of(text_digests)


def new(source: str, text: str) -> New:
    record, chunks, _ = document(source, [text], [EAST])
    return New(Prepared(record=record, chunks=chunks, texts=[text]), Forward.of(()), replaces=False, notes=())


@pytest.mark.parametrize("count", [1, 3 * TEXTS_PER_LOOK])
def test_a_store_that_is_being_written_to_is_asked_seldom(settings: CorpusSettings, count: int) -> None:
    changes = [new("copy.txt", "east"), *(new(f"{number}.txt", f"text {number}") for number in range(1, count))]
    with create_store(settings, RECORD) as store, embeddings_server(dimensions=4) as server:
        store.write([document("before.txt", ["east"], [EAST])])
        writing = BusyWriting(store, settings)
        model = embedder(server, dimensions=4, model="text-embedding-3-small", shortened=True)
        source = VectorSource(writing, lambda: model, reusable=True)
        found = {change.prepared.texts[0]: vectors for change, vectors in source.vectors_for(iter(changes))}
        asked = sorted(server.inputs)
    assert found.pop("east").tolist() == [EAST]
    assert asked == sorted(found)
    for text, vectors in found.items():
        assert np.allclose(vectors, [vector_of(text, 4)])
    assert writing.looks <= count / TEXTS_PER_LOOK + 1


def test_what_the_model_was_not_asked_about_is_left_to_the_next_run(settings: CorpusSettings) -> None:
    changes = [new(f"{number}.txt", f"text {number}") for number in range(3 * TEXTS_PER_LOOK)]
    with create_store(settings, RECORD) as store, embeddings_server(dimensions=4) as server:
        writing = BusyWriting(store, settings)
        model = embedder(server, dimensions=4, model="text-embedding-3-small", shortened=True)
        source = VectorSource(writing, lambda: model, reusable=True, is_stopped=lambda: bool(server.requests))
        found = [change.prepared.texts[0] for change, _ in source.vectors_for(iter(changes))]
        asked = sorted(server.inputs)
    assert asked == sorted(found)
    assert 0 < len(found) < 2 * TEXTS_PER_LOOK
