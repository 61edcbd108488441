"""Records that other programs wrote into our collection are served around, counted, and removed when asked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.records import record_id_of
from corpus.settings import CorpusSettings
from corpus.store import Store, create_store
from corpus.stored import metadata_of
from tests.corpus.store.test_store import EAST, NORTH, RECORD, document, vector

ONE = document("a.txt", ["east", "northeast"], [EAST, [0.7, 0.7, 0.0, 0.0]])
TWO = document("b.txt", ["north"], [NORTH])
REAL: dict[str, Any] = metadata_of(ONE[1][0], ONE[0])
FOREIGN: dict[str, dict[str, Any] | None] = {
    "theirs": None,
    "empty": {"a": 1},
    f"{'0' * 16}-0": {"document_id": "0" * 16, "index": 0},
    f"{'1' * 16}-0": {**REAL, "document_id": "1" * 16, "chunks": "2"},
    f"{'2' * 16}-0": {**REAL, "document_id": "2" * 16, "title": 5},
    "copied": REAL,
}


def put(store: Store, records: dict[str, dict[str, Any] | None], values: list[float]) -> None:
    """As another program writes."""
    for each, metadata in records.items():
        with store._handle.written() as collection:
            theirs = getattr(collection, "_collection", collection)  # Chroma's own, behind ours.
            theirs.upsert(ids=[each], embeddings=[values], documents=["theirs"], metadatas=metadata and [metadata])


def test_other_programs_records_are_served_around_and_named(settings: CorpusSettings) -> None:
    with create_store(settings, RECORD) as store:
        store.write([ONE, TWO])
        put(store, FOREIGN, EAST)
        assert [record.source for record in store.documents()] == ["a.txt", "b.txt"]
        assert [hit.text for hit in store.nearest(vector(EAST), count=2)] == ["east", "northeast"]
        assert store.sweep(store.documents()) == frozenset()
        found = store.survey()
        assert sorted(found.foreign) == sorted(FOREIGN)
        assert (found.leftover, found.incomplete) == ((), ())
        store.rows.delete(found.foreign)
        assert store.count() == 3


def test_many_of_them_nearest_leave_room_for_ours(settings: CorpusSettings) -> None:
    with create_store(settings, RECORD) as store:
        store.write([ONE, TWO])
        put(store, {f"theirs {number}": None for number in range(40)}, EAST)
        assert [hit.text for hit in store.nearest(vector(EAST), count=3)] == ["east", "northeast", "north"]


def test_a_record_that_was_written_over_is_brought_in_again(settings: CorpusSettings) -> None:
    with create_store(settings, RECORD) as store:
        store.write([ONE, TWO])
        put(store, {record_id_of(ONE[0].document_id): {"index": "none", "chunks": "many"}}, EAST)
        assert [record.source for record in store.documents()] == ["b.txt"]
        assert store.document(ONE[0].document_id) is None
        store.write([ONE])
        found = store.document(ONE[0].document_id)
        assert found is not None
        assert found[1] == ONE[1]


def test_a_document_that_lacks_a_chunk_is_told_of_and_its_leavings_are_swept_up(settings: CorpusSettings) -> None:
    with create_store(settings, RECORD) as store:
        store.write([ONE, TWO])
        store.rows.delete([ONE[1][1].chunk_id, TWO[1][0].chunk_id])
        three = document("c.txt", ["one", "two"], [EAST, NORTH])
        store.rows.upsert([(three[0], three[1][1], three[2][1])])
        found = store.survey()
        assert [record.source for record in found.incomplete] == ["a.txt"]
        assert found.leftover == (three[1][1].chunk_id,)
        assert store.sweep(store.documents()) == {ONE[0].document_id}
        assert store.survey().leftover == ()


VALUES: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text("ab0-", max_size=20)
)
NAMES = st.sampled_from(sorted(REAL)) | st.text("abc", min_size=1, max_size=5)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    metadata=st.none() | st.dictionaries(NAMES, VALUES, min_size=1, max_size=6),
    over=st.booleans(),
    where=st.sampled_from([record_id_of(ONE[0].document_id), ONE[1][1].chunk_id, "theirs", f"{'3' * 16}-0"]),
)
def test_no_record_of_any_shape_stops_reading(
    shared: Store, metadata: dict[str, Any] | None, *, over: bool, where: str
) -> None:
    shared.write([ONE, TWO])
    said = {name: value for name, value in (metadata or {}).items() if value is not None}
    put(shared, {where: ({**REAL, **said} if over else said) or None}, NORTH)
    documents = shared.documents()
    assert TWO[0] in documents
    assert "north" in {hit.text for hit in shared.nearest(vector(NORTH), count=2)}
    list(shared.all_chunks(documents))
    for record in documents:
        list(shared.chunks(record.chunk_ids()))
    found = shared.survey()
    shared.rows.delete([*found.foreign, *found.leftover])
    shared.remove([record.document_id for record in found.incomplete])
    left = shared.survey()
    assert (left.foreign, left.leftover, left.incomplete) == ((), (), ())
    assert shared.count() == sum(record.chunks for record in shared.documents())
    shared.remove([record.document_id for record in shared.documents()])


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with create_store(CorpusSettings(chroma_path=tmp_path_factory.mktemp("shared")), RECORD) as store:
        yield store


def test_a_list_read_while_documents_are_removed_misses_none_of_the_others(settings: CorpusSettings) -> None:
    with create_store(settings, RECORD) as store:
        written = [document(f"{number:04}.txt", ["text"], [EAST]) for number in range(2500)]
        for start in range(0, 2500, 500):
            store.write(written[start : start + 500])
        reading = store.rows.read({"index": 0}, texts=False)
        seen = {next(reading)[1]["source"]}
        store.remove([record.document_id for record, _, _ in written[:700]])
        seen |= {metadata["source"] for _, metadata, _ in reading}
        assert seen >= {f"{number:04}.txt" for number in range(700, 2500)}
