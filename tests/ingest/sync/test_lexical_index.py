"""The lexical index follows what is stored, on an embedded store and on a real server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pytest

from corpus.records import DocumentRecord, indexed_text_of
from corpus.settings import CorpusSettings
from corpus.store import Store, create_store
from ingest.sync.lexical_index import bring_up_to_date, state_of, versions_of
from tests.corpus.texts import RECORD, document_of

Records = dict[str, DocumentRecord]


@pytest.fixture
def store(settings: CorpusSettings) -> Iterator[Store]:
    with create_store(settings, RECORD) as made:
        yield made


def put(store: Store, texts: Mapping[str, list[str]]) -> None:
    chance = np.random.default_rng(0)
    documents = [document_of(source, parts) for source, parts in texts.items()]
    store.write([(record, chunks, chance.random((len(chunks), 384), np.float32)) for record, chunks in documents])


def records(store: Store) -> Records:
    return {record.document_id: record for record in store.documents()}


def matches(store: Store, query: str) -> int:
    store.lexical_index.close()
    return len(store.lexical_index.index().scores(query).top(100))


MANY = {f"{number}.md": [f"alpha {name}", "beta"] for number, name in enumerate("abcdefghijklmnopqrst")}


def test_the_index_names_the_state_that_it_was_made_of(store: Store) -> None:
    put(store, MANY)
    assert store.lexical_index.stamp() is None
    bring_up_to_date(store, before={}, after=records(store))
    assert store.lexical_index.stamp() == state_of(versions_of(records(store)))
    assert matches(store, "alpha") == 20


def test_an_update_is_as_good_as_writing_it_anew(store: Store) -> None:
    put(store, MANY)
    before = records(store)
    bring_up_to_date(store, before={}, after=before)
    put(store, {"0.md": ["gamma"], "new.md": ["alpha delta"]})
    store.remove([next(key for key, record in before.items() if record.source == "1.md")])
    after = records(store)
    bring_up_to_date(store, before=before, after=after)
    assert [matches(store, word) for word in ("alpha", "beta", "gamma", "delta", "b")] == [19, 18, 1, 1, 0]
    assert len(store.lexical_index.index()) == store.count()
    updated = store.lexical_index.index().scores("alpha beta gamma delta").top(100)
    chunks = [(chunk.chunk_id, indexed_text_of(chunk)) for chunk in store.all_chunks(after.values())]
    store.lexical_index.write(chunks, stamp="anew")
    store.lexical_index.close()
    assert store.lexical_index.index().scores("alpha beta gamma delta").top(100) == updated


def test_an_index_of_another_state_is_made_anew(store: Store) -> None:
    put(store, MANY)
    bring_up_to_date(store, before={}, after=records(store))
    # A run is killed between Chroma's write and the index's.
    put(store, {"lost.md": ["epsilon"]})
    assert matches(store, "epsilon") == 0
    # The next one finds nothing new.
    bring_up_to_date(store, before=records(store), after=records(store))
    assert matches(store, "epsilon") == 1
    assert store.lexical_index.stamp() == state_of(versions_of(records(store)))


def test_an_emptied_corpus_has_an_empty_index(store: Store) -> None:
    put(store, {"a.md": ["alpha"]})
    before = records(store)
    bring_up_to_date(store, before={}, after=before)
    store.remove(before)
    bring_up_to_date(store, before=before, after={})
    assert matches(store, "alpha") == 0


def test_where_nothing_is_to_be_indexed_the_run_waits_for_what_it_writes_all_the_same(store: Store) -> None:
    put(store, {"a.md": ["alpha"]})
    settled: list[int] = []
    for _ in range(2):
        bring_up_to_date(store, before={}, after=records(store), settle=lambda: settled.append(store.count()))
    assert settled == [1, 1, 1], "twice as it is made, before reading and before it is shown; once as it stands"


def test_a_text_that_changed_and_has_as_many_chunks_is_indexed_anew(store: Store) -> None:
    put(store, MANY)
    before = records(store)
    bring_up_to_date(store, before={}, after=before)
    put(store, {"0.md": ["gamma", "delta"]})
    bring_up_to_date(store, before=before, after=records(store))
    assert [matches(store, word) for word in ("alpha", "gamma")] == [19, 1]
