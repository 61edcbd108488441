"""Vectors are taken over where a text has one, and the store is asked about many texts at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pytest

from corpus.embedding.model import Vectors
from corpus.errors import EmbeddingError
from corpus.lexical.forward import Forward
from corpus.settings import CorpusSettings
from corpus.store import create_store
from ingest.splitting.preparation import Prepared
from ingest.sync.outcome import Added
from ingest.sync.vectors import TEXTS_PER_LOOK, VectorSource
from ingest.sync.writer import Writing
from tests.corpus.embedding.test_openai import embedder
from tests.corpus.store.test_store import EAST, RECORD, document
from tests.openai_server import EmbeddingsServer, embeddings_server, vector_of


class BusyWriting(Writing):
    """Always at a write; counts how often the store is asked."""

    looks = 0
    is_idle = False

    def vectors_of(self, text_digests: Iterable[str]) -> dict[str, Vectors]:
        self.looks += 1
        return super().vectors_of(text_digests)


def new(source: str, text: str) -> Added:
    record, chunks, _ = document(source, [text], [EAST])
    return Added(Prepared(record=record, chunks=chunks, texts=[text]), Forward.of(()), replaces=False, notes=())


@dataclass
class Run:
    """What came of a run: each text's vectors, the texts that the model was sent, how often the store was asked."""

    found: dict[str, Vectors]
    sent: list[str]
    looks: int


def run(settings: CorpusSettings, changes: Iterable[Added], *, is_stopped: Callable[[EmbeddingsServer], bool]) -> Run:
    """Into a store that holds "east" and is being written to."""
    with create_store(settings, RECORD) as store, embeddings_server(dimensions=4) as server:
        store.write([document("before.txt", ["east"], [EAST])])
        writing = BusyWriting(store, settings)
        model = embedder(server, dimensions=4, shortened=True)
        source = VectorSource(writing, lambda: model, reusable=True, is_stopped=lambda: is_stopped(server))
        found = {
            change.prepared.texts[0]: vectors
            for change, vectors in source.vectors_for(iter(changes))
            if not isinstance(vectors, EmbeddingError)
        }
        return Run(found, sorted(server.inputs), writing.looks)


@pytest.mark.parametrize("count", [1, 3 * TEXTS_PER_LOOK])
def test_a_store_that_is_being_written_to_is_asked_seldom(settings: CorpusSettings, count: int) -> None:
    changes = [new("copy.txt", "east"), *(new(f"{number}.txt", f"text {number}") for number in range(1, count))]
    done = run(settings, changes, is_stopped=lambda _: False)
    assert done.found.pop("east").tolist() == [EAST]
    assert done.sent == sorted(done.found)
    for text, vectors in done.found.items():
        assert np.allclose(vectors, [vector_of(text, 4)])
    assert done.looks <= count / TEXTS_PER_LOOK + 1


def test_what_the_model_was_not_asked_about_is_left_to_the_next_run(settings: CorpusSettings) -> None:
    changes = [new(f"{number}.txt", f"text {number}") for number in range(3 * TEXTS_PER_LOOK)]
    done = run(settings, changes, is_stopped=lambda server: bool(server.requests))
    assert done.sent == sorted(done.found)
    assert 0 < len(done.found) < 2 * TEXTS_PER_LOOK
