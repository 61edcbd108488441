"""Chroma Cloud within its quotas, which a stand-in enforces: what the stores' shared tests do not reach."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings as ChromaSettings

from corpus.errors import CollectionBusy, CollectionMismatch, CollectionMissing, StoreError
from corpus.filters import Filter
from corpus.records import document_id_of
from corpus.searching.filtered import filtered_nearest
from corpus.store import Store, create_store, open_store
from corpus.store.cloud import CloudCollection
from corpus.store.quotas import REQUEST_RECORDS, packed, unpacked
from corpus.stored import text_digest_of
from ingest.sync.lock import exclusive
from tests.chroma_cloud import ChromaCloud, chroma_cloud
from tests.corpus.store.test_store import EAST, NORTH, RECORD, document, vector

LONG_NAME = "the_department_that_is_responsible_for_it"
MANY = {f"field_{number:02}": number for number in range(40)}


@pytest.fixture
def store(cloud: ChromaCloud) -> Iterator[Store]:
    with create_store(cloud.settings(f"test-{uuid.uuid4().hex}"), RECORD) as made:
        yield made


def test_more_fields_than_chroma_cloud_takes_come_back_as_they_went_in(store: Store) -> None:
    metadata = {**MANY, LONG_NAME: "sales", "notes": "long " * 1000, "tags": ["a" * 3000, "b" * 3000]}
    written = document("a.txt", ["one", "two"], [EAST, NORTH], metadata=metadata, heading="Heading > " * 600)
    store.write([written])
    found = store.document(document_id_of("a.txt"))
    assert found is not None
    assert found[1] == written[1]
    assert found[0].metadata == metadata


def test_fields_that_go_with_a_new_version_are_gone_though_both_together_are_too_many(store: Store) -> None:
    others = {f"other_{number:02}": number for number in range(40)}
    for metadata in (MANY, others, {}, {LONG_NAME: "sales"}):
        store.write([document("a.txt", [f"with {len(metadata)}"], [EAST], metadata=metadata)])
        (record,) = store.documents()
        assert record.metadata == metadata


def test_a_filter_finds_by_fields_of_whatever_number_and_length(store: Store) -> None:
    store.write([document("many.txt", ["many"], [EAST], metadata={**MANY, LONG_NAME: "sales"})])
    store.write([document("few.txt", ["few"], [EAST], metadata={"field_39": 39})])
    for name, value, expected in (
        ("field_39", 39, ["few.txt", "many.txt"]),
        (LONG_NAME, "sales", ["many.txt"]),
        ("field_00", 0, ["many.txt"]),
    ):
        where = Filter(metadata={name: value}).to_where()
        assert where is not None
        (near,) = filtered_nearest(store, vector(EAST)[np.newaxis], count=5, where=where, passing=None)
        assert sorted(chunk.source for chunk in store.chunks(near)) == expected


def test_a_filter_may_have_more_conditions_than_chroma_cloud_takes(store: Store) -> None:
    store.write([document(f"{number}.txt", [f"text {number}"], [EAST]) for number in range(30)])
    wanted = tuple(f"{number}.txt" for number in range(0, 30, 2))
    where = Filter(source_any=wanted).to_where()
    assert where is not None
    (near,) = filtered_nearest(store, vector(EAST)[np.newaxis], count=20, where=where, passing=None)
    assert {chunk.source for chunk in store.chunks(near)} == set(wanted)


def turned(angle: float) -> list[float]:
    return [float(np.cos(angle)), float(np.sin(angle)), *EAST[2:]]


def test_what_passes_is_found_beyond_the_300_nearest(store: Store) -> None:
    # No two alike: of hundreds that are, a graph's neighbours are those alone, and it is searched no further.
    near = [
        document(f"near/{n}.txt", ["x"] * 4, [turned((4 * n + part) / 2000) for part in range(4)]) for n in range(100)
    ]
    angles = [np.pi / 4 + n / 2000 for n in range(120)]
    far = [document(f"far/{n}.txt", ["far"], [turned(angle)]) for n, angle in enumerate(angles)]
    store.write([*near, *far])
    where = Filter(source_folder="far").to_where()
    assert where is not None
    (found,) = filtered_nearest(store, vector(EAST)[np.newaxis], count=150, where=where, passing=None)
    assert len(found) == 120
    assert list(found.values()) == pytest.approx(np.cos(angles).tolist(), abs=1e-6)


def test_a_text_that_is_in_hundreds_of_documents_is_found_with_its_vector(store: Store) -> None:
    store.write([document(f"{number}.txt", ["the same"], [EAST]) for number in range(350)])
    store.write([document("last.txt", ["another"], [NORTH])])
    some = [f"{document_id_of(name)}-0" for name in ("0.txt", "last.txt")]
    digests = {chunk.text: chunk for chunk in store.chunks(some)}
    found = store.vectors_of(map(text_digest_of, digests.values()))
    assert {each: vectors.tolist() for each, vectors in found.items()} == {
        text_digest_of(digests["the same"]): EAST,
        text_digest_of(digests["another"]): NORTH,
    }


def test_no_more_are_read_at_once_than_chroma_cloud_allows(store: Store, cloud: ChromaCloud) -> None:
    store.write([document("a.txt", ["one"], [EAST])])
    with ThreadPoolExecutor(30) as threads:
        answers = list(threads.map(lambda _: len(store.nearest(vector(EAST), count=1)), range(200)))
    assert answers == [1] * 200
    assert 1 < cloud.most_reads <= 10
    assert cloud.turned_away == 0


def test_who_is_turned_away_for_others_reads_asks_again(store: Store, cloud: ChromaCloud) -> None:
    store.write([document("a.txt", ["one"], [EAST])])
    collection = str(store.rows.collection.id)
    cloud.busy[collection] += 10  # As readers elsewhere would.
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(store.count)
        while not cloud.turned_away:
            pass
        cloud.busy[collection] -= 10
        assert asked.result() == 1
    cloud.turned_away = 0


def test_a_text_that_is_too_long_costs_its_document_alone_and_names_quota_and_setting(store: Store) -> None:
    refused = store.write(
        [document("long.txt", ["ä" * 9000, "end"], [EAST, EAST]), document("short.txt", ["short"], [EAST])]
    )
    (why,) = refused.values()
    assert "'Document size (bytes)'" in why
    assert "16384" in why
    assert "CHUNK_TOKENS" in why
    assert [record.source for record in store.documents()] == ["short.txt"]


def test_fields_beyond_all_measure_cost_their_document_alone(store: Store) -> None:
    refused = store.write(
        [document("a.txt", ["a"], [EAST], metadata={"huge": "x" * 200_000}), document("b.txt", ["b"], [EAST])]
    )
    assert list(refused) == [document_id_of("a.txt")]
    assert "metadata fields" in refused[document_id_of("a.txt")]
    assert store.count() == 1


def test_a_full_collection_is_told_with_the_setting_that_helps(chroma_url: str) -> None:
    name = f"test-{uuid.uuid4().hex}"
    with chroma_cloud(chroma_url, records=3) as cloud, create_store(cloud.settings(name), RECORD) as store:
        store.write([document("a.txt", ["one", "two"], [EAST, EAST])])
        with pytest.raises(StoreError, match=r"'Collection size \(records\)'.*CHROMA_SPREAD"):
            store.write([document("b.txt", ["three", "four"], [EAST, EAST])])
        assert [record.source for record in store.documents()] == ["a.txt"]


def test_a_corpus_that_is_spread_over_collections_answers_as_one(chroma_url: str) -> None:
    name = f"test-{uuid.uuid4().hex}"
    with chroma_cloud(chroma_url, records=60) as cloud:
        settings = cloud.settings(name, chroma_spread=4)
        with create_store(settings, RECORD) as store:
            angles = np.linspace(0, np.pi / 2, 100)
            documents = [
                document(f"{number}.txt", [f"text {number}", "tail"], [[np.cos(a), np.sin(a), 0, 0], NORTH])
                for number, a in enumerate(angles)
            ]
            store.write(documents)
            store.write([replaced := document("7.txt", ["only one now"], [EAST])])
            store.remove([document_id_of("9.txt")])
            assert store.count() == 197
        with open_store(cloud.settings(name)) as store:
            sizes = [part.count() for part in store.rows.collection._parts]
            assert sum(sizes) == 197
            assert all(20 <= size <= 60 for size in sizes)
            assert len(store.documents()) == 99
            hits = store.nearest(vector(EAST), count=5)
            assert [hit.chunk.source for hit in hits[2:]] == ["1.txt", "2.txt", "3.txt"]
            assert {hit.chunk.source for hit in hits[:2]} == {"0.txt", "7.txt"}
            assert store.document(replaced[0].document_id) == (replaced[0], replaced[1])
            among = [f"{document_id_of(f'{number}.txt')}-0" for number in (50, 60, 70)]
            (near,) = store.similar(vector(EAST)[np.newaxis], count=2, among=among)
            assert list(near) == among[:2]
            assert store.survey().leftover == ()
        with pytest.raises(CollectionMismatch, match="CHROMA_SPREAD=4"):
            open_store(cloud.settings(name, chroma_spread=2))
        with open_store(cloud.settings(name)) as store:
            store.rows.drop()
        with pytest.raises(CollectionMissing):
            open_store(cloud.settings(f"{name}.3"))


def test_what_fits_is_left_as_it_is() -> None:
    fields = {"document_id": "x", "meta.a": 1, "gone": None}
    assert packed(fields) == fields
    assert unpacked(fields) == fields


def test_the_longest_name_that_chroma_cloud_takes_has_room_for_words_and_lease(cloud: ChromaCloud) -> None:
    settings = cloud.settings(f"test-{uuid.uuid4().hex}".ljust(128, "x"))
    with create_store(settings, RECORD) as store, exclusive(store, settings):
        store.lexical_index.write([(f"{'0' * 16}-0", "some words")], stamp="1", fields={"0" * 16: {}})
        assert store.lexical_index.stamp() == "1"
        with open_store(settings) as other, pytest.raises(CollectionBusy), exclusive(other, settings):
            pass


class Shrinking:
    """A collection of Chroma's, of which somebody deletes as many records as he adds while pages are read."""

    def __init__(self, collection: Any, *, most: int) -> None:
        self._collection, self._left = collection, most
        self.id = collection.id

    def get(self, **asked: Any) -> Any:
        answer = self._collection.get(**asked)
        if self._left:
            self._left -= 1
            first = self._collection.get(limit=REQUEST_RECORDS // 2)["ids"]
            self._collection.delete(ids=first)
            self._collection.add(
                ids=[f"new-{self._left}-{each}" for each in first], embeddings=np.array([EAST] * len(first), np.float32)
            )
        return answer


def test_a_list_read_by_pages_misses_nothing_while_as_many_are_deleted_as_added(tmp_path: Path) -> None:
    client: Any = chromadb.PersistentClient(str(tmp_path), settings=ChromaSettings(anonymized_telemetry=False))
    collection = client.create_collection("many", embedding_function=None)
    ids = [f"{number:04}" for number in range(4 * REQUEST_RECORDS)]
    collection.add(ids=ids, embeddings=np.array([EAST] * len(ids), np.float32))
    found = CloudCollection(Shrinking(collection, most=5)).get()["ids"]
    stayed = set(ids) & set(collection.get(include=[])["ids"])
    assert stayed
    assert stayed <= set(found)
    assert len(set(found)) == len(found)
    assert len(CloudCollection(collection).get(limit=REQUEST_RECORDS + 7)["ids"]) == REQUEST_RECORDS + 7
    client.close()
