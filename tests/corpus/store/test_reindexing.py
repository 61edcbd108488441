"""An index stays as large as the corpus is, however often that changes: where it is published and where it is used."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from corpus.collection import RECORDS_FIELD
from corpus.settings import CorpusSettings
from corpus.snapshot.staging import stage
from corpus.store import (
    Store,
    create_store,
    finish_remaking,
    open_store,
    read_store,
    remake_index,
    settle_store,
    write_index_out,
)
from corpus.store.change_detection import pending_writes
from corpus.store.chroma_client import remade_name
from corpus.store.handle import Opened
from corpus.store.hnsw_files import places_in
from corpus.store.reindexing import dead_share
from tests.corpus.store.test_store import RECORD, document

pytestmark = pytest.mark.early

DOCUMENTS, CHUNKS = 12, 100


def version(number: int, night: int) -> tuple[str, list[str], list[list[float]]]:
    draw = np.random.default_rng([number, night])
    texts = [f"document {number}, night {night}, part {part}" for part in range(CHUNKS)]
    return f"{number}.txt", texts, draw.standard_normal((CHUNKS, 4)).tolist()


def nearest_of(store: Store) -> list[list[str]]:
    draw = np.random.default_rng(7)
    return [[hit.text for hit in store.nearest(draw.standard_normal(4).astype(np.float32), count=5)] for _ in range(10)]


def bytes_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_a_snapshot_after_many_nights_is_as_large_as_one_of_a_new_store(tmp_path: Path) -> None:
    again, once = (CorpusSettings(chroma_path=tmp_path / name) for name in ("again", "once"))
    with create_store(again, RECORD) as store:
        for night in range(6):
            changed = range(0, DOCUMENTS, 1 if night in (0, 5) else 2)
            store.write([document(*version(number, night)) for number in changed])
        share = store.dead_share()
        assert share is not None
        assert share > 0.5
        right = nearest_of(store)
        other = again.model_copy(update={"chroma_collection": "other"})
        with create_store(other, RECORD) as beside:
            beside.write([document(*version(number, 9)) for number in range(DOCUMENTS)])
    with create_store(once, RECORD) as store:
        store.write([document(*version(number, 5)) for number in range(DOCUMENTS)])
        assert store.dead_share() == 0.0
    staged = {}
    for settings in (again, once):
        folder = tmp_path / f"{settings.chroma_path.name}-staged"
        folder.mkdir()
        staged[settings.chroma_path.name] = stage(settings, folder)
    remade = staged["again"].remade
    assert remade is not None
    assert remade.dead_share == pytest.approx(share, abs=0.2)
    assert staged["once"].remade is None
    assert staged["again"].chunks == DOCUMENTS * CHUNKS
    assert bytes_of(tmp_path / "again-staged") < 1.1 * bytes_of(tmp_path / "once-staged")
    published = again.model_copy(update={"chroma_path": tmp_path / "again-staged"})
    with read_store(published, is_published=True) as store:
        assert nearest_of(store) == right
    with open_store(published) as store:
        assert store.dead_share() == 0.0
        assert store.rows.version_of(RECORDS_FIELD) == 2


def test_places_are_those_in_use_and_a_small_index_is_left_as_it_is(tmp_path: Path) -> None:
    settings = CorpusSettings(chroma_path=tmp_path)
    with create_store(settings, RECORD) as store:
        for number in range(2):
            store.write([document(*version(number, 0))])
    settle_store(settings)
    with open_store(settings) as store:
        assert store.index_folder is not None
        assert places_in(store.index_folder) == 2 * CHUNKS
        assert dead_share(store.index_folder, live=CHUNKS) == 0.5
    small = settings.model_copy(update={"chroma_path": tmp_path / "small"})
    with create_store(small, RECORD) as store:
        source, texts, vectors = version(0, 0)
        store.write([document(source, texts[:34], vectors[:34])])
    settle_store(small)
    with open_store(small) as store:
        assert store.index_folder is not None
        assert places_in(store.index_folder) == 34
        assert store.dead_share() == 0.0


@pytest.fixture(scope="module")
def worn_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = CorpusSettings(chroma_path=tmp_path_factory.mktemp("once") / "worn")
    with create_store(settings, RECORD) as store:
        for night in range(2):
            store.write([document(*version(number, night)) for number in range(DOCUMENTS)])
        with store._handle.written() as collection:
            collection.upsert(ids=["theirs"], embeddings=[[0.0, 0.0, 0.0, 1.0]])
    return settings.chroma_path


@pytest.fixture
def worn(worn_once: Path, tmp_path: Path) -> CorpusSettings:
    """A store of which half the index's places are dead, with a record of another program's in it."""
    return CorpusSettings(chroma_path=shutil.copytree(worn_once, tmp_path / "worn"))


def indexes_in(settings: CorpusSettings) -> int:
    return len(list(settings.chroma_path.glob("*/length.bin")))


def test_an_index_in_use_is_made_anew_beside_those_who_ask(worn: CorpusSettings) -> None:
    wrong: list[object] = []
    done = threading.Event()
    with read_store(worn) as reader, open_store(worn) as writer:
        assert (writer.dead_share() or 0) > 0.3
        right = nearest_of(reader)

        def ask() -> None:
            while not done.is_set():
                try:
                    wrong.extend([] if nearest_of(reader) == right else ["other answers"])
                    wrong.extend([] if len(reader.documents()) == DOCUMENTS else ["other documents"])
                except Exception as error:  # noqa: BLE001 - to be told of in the test's own thread
                    wrong.append(error)

        asker = threading.Thread(target=ask)
        asker.start()
        for _ in range(3):
            remake_index(worn)
        done.set()
        asker.join()
        assert not wrong
        assert writer.dead_share() == 0.0
        assert nearest_of(writer) == right
        assert writer.survey().foreign == ("theirs",)
        assert writer.rows.version_of(RECORDS_FIELD) == 2
        assert indexes_in(worn) == 1


def test_an_index_that_is_made_anew_just_when_a_reader_has_opened_it_is_opened_once_more(worn: CorpusSettings) -> None:
    with read_store(worn) as reader:
        right = nearest_of(reader)
        reopen = reader._handle._reopen
        opened: list[Opened] = []

        def then_made_anew() -> Opened:
            opened.append(reopen())
            if len(opened) == 1:
                remake_index(worn)
            return opened[-1]

        reader._handle._reopen = then_made_anew
        remake_index(worn)
        assert nearest_of(reader) == right
        assert len(opened) > 1


@pytest.mark.parametrize("is_deleted", [False, True], ids=["half a copy", "a whole copy"])
def test_whoever_was_killed_making_it_anew_left_a_store_that_answers_and_is_put_right(
    worn: CorpusSettings, *, is_deleted: bool
) -> None:
    with open_store(worn) as store:
        right = nearest_of(store)
        collection = store.rows.collection
        if is_deleted:
            collection.modify(name=remade_name("corpus"))
        else:
            store._handle.client.create_collection(remade_name("corpus"), embedding_function=None)
    with read_store(worn) as reader:
        assert nearest_of(reader) == right
        finish_remaking(worn)
        assert nearest_of(reader) == right
    with open_store(worn) as store:
        assert store.rows.name == "corpus"
        assert [each.name for each in store._handle.client.list_collections()] == ["corpus"]
        assert nearest_of(store) == right


def test_an_index_that_is_written_out_is_whole_on_disk_and_answers_alike(worn: CorpusSettings) -> None:
    with open_store(worn) as store:
        store.write([document(*version(number, 3)) for number in range(5)])
        right, collection = nearest_of(store), str(store.rows.collection.id)
        before = {chunk_id: metadata for chunk_id, metadata, _ in store.rows.read(None, texts=False)}
    assert pending_writes(worn.chroma_path, collection) > 100
    write_index_out(worn)
    assert pending_writes(worn.chroma_path, collection) == 0
    with open_store(worn) as store:
        assert nearest_of(store) == right
        assert {chunk_id: metadata for chunk_id, metadata, _ in store.rows.read(None, texts=False)} == before
