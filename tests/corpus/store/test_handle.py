"""Who reads a store answers from what is in it now, whoever wrote it last, and by meaning too."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromadb.errors import InternalError

from corpus.errors import CollectionMissing, StoreUnavailable
from corpus.records import document_id_of
from corpus.settings import CorpusSettings
from corpus.store import Store, create_store, open_store, read_store
from corpus.store.change_detection import LOCK_FILE, Watch, holder
from corpus.store.index_lock import index_lock
from tests.corpus.store.test_store import EAST, NORTH, RECORD, WEST, document, vector

ROOT = Path(__file__).parents[3]

# Writes what a test of the store writes, from a process of its own.
WRITER = """
import sys
from pathlib import Path
from corpus.settings import CorpusSettings
from corpus.store import open_store
from tests.corpus.store.test_store import document
with open_store(CorpusSettings(chroma_path=Path(sys.argv[1]))) as store:
    store.write([document("new.txt", ["north"], [[0.0, 1.0, 0.0, 0.0]])])
"""


def nearest(store: Store, values: list[float]) -> str:
    (hit,) = store.nearest(vector(values), count=1)
    return hit.text


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def writer(path: Path) -> Iterator[Store]:
    with create_store(CorpusSettings(chroma_path=path), RECORD) as made:
        made.write([document("a.txt", ["east"], [EAST])])
        yield made


@pytest.fixture
def reader(writer: Store, path: Path) -> Iterator[Store]:
    assert writer.count() == 1
    with read_store(CorpusSettings(chroma_path=path)) as opened:
        assert nearest(opened, EAST) == "east"
        yield opened


def test_what_another_process_adds_is_found_by_the_next_question(reader: Store, writer: Store, path: Path) -> None:
    assert nearest(writer, EAST) == "east"
    subprocess.run([sys.executable, "-c", WRITER, path], check=True, cwd=ROOT)
    assert nearest(reader, NORTH) == "north"
    assert nearest(writer, NORTH) == "north"  # By chromadb's own client.


def test_a_changed_document_is_found_by_its_new_vector(reader: Store, writer: Store) -> None:
    writer.write([document("a.txt", ["west"], [WEST])])
    (hit,) = reader.nearest(vector(WEST), count=1)
    assert hit.text == "west"
    assert hit.score == pytest.approx(1.0)


def test_what_is_removed_makes_room_for_others(reader: Store, writer: Store) -> None:
    writer.write([document("b.txt", ["north"], [NORTH])])
    assert nearest(reader, EAST) == "east"
    writer.remove([document_id_of("a.txt")])
    assert list(reader.similar(np.array([EAST], np.float32), count=1)[0]) == [f"{document_id_of('b.txt')}-0"]


def test_every_write_of_many_is_seen_at_once(reader: Store, writer: Store) -> None:
    for number in range(20):
        writer.write([document(f"{number}.txt", [f"text {number}"], [[1.0, float(number), 2.0, 0.0]])])
        assert nearest(reader, [1.0, float(number), 2.0, 0.0]) == f"text {number}"


def test_whoever_writes_finds_it_without_opening_anything_anew(writer: Store) -> None:
    assert nearest(writer, EAST) == "east"
    client = writer._handle.client
    writer.write([document("b.txt", ["north"], [NORTH])])
    assert nearest(writer, NORTH) == "north"
    writer.remove([document_id_of("b.txt")])
    assert nearest(writer, NORTH) == "east"
    assert writer._handle.client is client


def test_two_readers_do_not_take_each_other_for_writers(reader: Store, path: Path) -> None:
    client = reader._handle.client
    for _ in range(3):
        for other in (open_store, read_store):
            with other(CorpusSettings(chroma_path=path)) as opened:
                assert nearest(opened, EAST) == "east"
        assert nearest(reader, EAST) == "east"
    assert reader._handle.client is client


def test_a_store_that_was_deleted_and_made_again_is_the_one_served(reader: Store, writer: Store, path: Path) -> None:
    writer.close()
    shutil.rmtree(path)
    with create_store(CorpusSettings(chroma_path=path), RECORD) as new:
        new.write([document("c.txt", ["west"], [WEST])])
        assert [record.source for record in reader.documents()] == ["c.txt"]
        assert nearest(reader, EAST) == "west"
        assert reader.document(document_id_of("a.txt")) is None


def test_a_store_that_was_deleted_is_missing(reader: Store, path: Path) -> None:
    shutil.rmtree(path)
    with pytest.raises(CollectionMissing, match="ingest add"):
        reader.documents()
    with pytest.raises(CollectionMissing, match="ingest add"):
        nearest(reader, EAST)


def test_a_collection_that_was_made_anew_in_the_same_file_is_the_one_served(
    reader: Store, writer: Store, path: Path
) -> None:
    writer.rows.drop()
    with create_store(CorpusSettings(chroma_path=path), RECORD) as new:
        new.write([document("c.txt", ["west"], [WEST])])
        assert nearest(reader, EAST) == "west"


def test_a_collection_made_anew_with_another_model_is_to_be_opened_again(
    reader: Store, writer: Store, path: Path
) -> None:
    writer.rows.drop()
    with (
        create_store(CorpusSettings(chroma_path=path), replace(RECORD, embedding_model="other")),
        pytest.raises(StoreUnavailable, match="made anew"),
    ):
        nearest(reader, EAST)


def test_questions_during_an_ingest_do_not_wait_and_see_all_of_it_once_it_is_done(
    reader: Store, writer: Store, path: Path
) -> None:
    lock = path / LOCK_FILE
    lock.write_text(holder())
    client = reader._handle.client
    with index_lock(path, patience_seconds=5) as is_ours:
        assert is_ours  # As in the middle of a write: nobody can read the index now.
        writer._handle._folder = None
        writer.write([document("b.txt", ["north"], [NORTH])])
        assert nearest(reader, NORTH) == "east"
        assert reader._handle.client is client
    lock.write_text("")
    assert nearest(reader, NORTH) == "north"


def test_what_is_under_way_is_seen_before_it_is_done(reader: Store, writer: Store, path: Path) -> None:
    (path / LOCK_FILE).write_text(holder())
    writer.write([document("b.txt", ["north"], [NORTH])])
    until = time.monotonic() + 60
    while nearest(reader, NORTH) != "north":
        assert time.monotonic() < until
        time.sleep(0.01)


def test_what_a_killed_ingest_left_in_the_lock_holds_no_reader_up(reader: Store, writer: Store, path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (path / LOCK_FILE).write_text(holder().replace(str(_own_number()), str(ended.pid)))
    writer.write([document("b.txt", ["north"], [NORTH])])
    assert nearest(reader, NORTH) == "north"


def _own_number() -> int:
    return int(holder().split()[1])


def test_many_threads_ask_while_another_store_writes(reader: Store, writer: Store) -> None:
    wrong: list[object] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            try:
                if nearest(reader, EAST) != "east":
                    wrong.append("another text")
            except Exception as error:  # noqa: BLE001 - to be told of in the test's own thread
                wrong.append(error)

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for number in range(15):
        writer.write([document(f"{number}.txt", ["text"] * 90, [[0.1, 1.0, float(n), 1.0] for n in range(90)])])
    done.set()
    for asker in askers:
        asker.join()
    assert not wrong
    assert reader.count() == 15 * 90 + 1


def test_the_state_changes_with_every_write_and_with_nothing_else(writer: Store, path: Path) -> None:
    watch = Watch(path, collection="corpus", database="default_database", tenant="default_tenant")
    first = watch.state()
    assert first is not None
    with open_store(CorpusSettings(chroma_path=path)) as other:
        nearest(other, EAST)
        assert watch.state() == first
    writer.restamp({document_id_of("a.txt"): "newer"})
    second = watch.state()
    assert second is not None
    assert (second.place, second.last > first.last) == (first.place, True)
    writer.remove([document_id_of("a.txt")])
    assert watch.state() not in (first, second, None)
    elsewhere = Watch(path, collection="other", database="default_database", tenant="default_tenant")
    assert elsewhere.state() is None


def test_one_at_a_time_holds_an_index_and_who_waits_is_next(tmp_path: Path) -> None:
    order: list[str] = []
    waiting = threading.Event()

    def wait() -> None:
        waiting.set()
        with index_lock(tmp_path, patience_seconds=30) as is_ours:
            order.append(f"waited {is_ours}")

    with index_lock(tmp_path, patience_seconds=1) as is_ours:
        assert is_ours
        with index_lock(tmp_path, patience_seconds=0.05) as is_theirs:
            assert not is_theirs
        thread = threading.Thread(target=wait)
        thread.start()
        waiting.wait()
        time.sleep(0.1)
    with index_lock(tmp_path, patience_seconds=30):
        order.append("came later")
    thread.join()
    assert order == ["waited True", "came later"]


def test_two_clients_of_a_server_see_each_others_writes(chroma_url: str) -> None:
    settings = CorpusSettings(chroma_url=chroma_url, chroma_collection="test-newest")
    with create_store(settings, RECORD) as writer, open_store(settings) as reader:
        writer.write([document("a.txt", ["east"], [EAST])])
        assert nearest(reader, NORTH) == "east"
        writer.write([document("b.txt", ["north"], [NORTH]), document("a.txt", ["west"], [WEST])])
        assert nearest(reader, NORTH) == "north"
        assert nearest(reader, WEST) == "west"
        writer.rows.drop()


def test_who_asks_a_server_for_vectors_before_it_has_made_the_index_of_the_first_asks_again(chroma_url: str) -> None:
    settings = CorpusSettings(chroma_url=chroma_url, chroma_collection="test-unindexed")
    with create_store(settings, RECORD) as store:
        asked = []

        def question(collection: Any) -> str:
            asked.append(collection)
            if len(asked) < 3:
                raise InternalError("Internal error: Error creating hnsw segment reader: Nothing found on disk")
            return "found"

        assert store.rows._handle.ask(question) == "found"
        assert len(asked) == 3

        def failing(_: Any) -> None:
            asked.append(None)
            raise InternalError("another")

        with pytest.raises(StoreUnavailable):
            store.rows._handle.ask(failing)
        assert len(asked) == 4
