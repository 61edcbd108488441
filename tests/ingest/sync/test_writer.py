"""A store holds the same whether it is written to from here or from a process beside this one."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import CollectionMissing, StoreError, StoreUnavailable
from corpus.settings import CorpusSettings
from corpus.snapshot.staging import stage
from corpus.store import Store, create_store
from corpus.store.change_detection import SQLITE_FILE
from corpus.store.page_cache import PAGES
from corpus.stored import text_digest_of
from ingest.sync.writer import Writing
from tests.corpus.store.test_store import EAST, NORTH, RECORD, WEST, document

pytestmark = pytest.mark.early


@pytest.fixture
def store(settings: CorpusSettings) -> Iterator[Store]:
    with create_store(settings, RECORD) as made:
        yield made


def ignored(_: Mapping[str, str]) -> None:
    """What nobody waits for."""


@contextlib.contextmanager
def beside(store: Store, settings: CorpusSettings) -> Iterator[Writing]:
    with contextlib.closing(Writing(store, settings)) as writing:
        writing.begin()
        yield writing


def test_another_process_writes_removes_and_stamps(store: Store, settings: CorpusSettings) -> None:
    kept = document("kept.txt", ["east", "north"], [EAST, NORTH])
    gone = document("gone.txt", ["west"], [WEST])
    with beside(store, settings) as writing:
        writing.write([kept, gone], then=ignored)
        writing.remove([gone[0].document_id])
        writing.restamp({kept[0].document_id: "newer"})
        writing.settle()
        assert [(record.source, record.stamp) for record in store.documents()] == [("kept.txt", "newer")]
    found = store.document(kept[0].document_id)
    assert found is not None
    assert found[1] == kept[1]
    assert list(store.similar(np.array([NORTH], np.float32), count=1)[0]) == [kept[1][1].chunk_id]


def test_vectors_are_found_of_what_was_written_just_now(store: Store, settings: CorpusSettings) -> None:
    written = document("a.txt", ["east", "north"], [EAST, NORTH])
    east, north = map(text_digest_of, written[1])
    for begins in (False, True):
        with contextlib.closing(Writing(store, settings)) as writing:
            if begins:
                writing.begin()
            writing.write([written], then=ignored)
            found = writing.vectors_of([east, north, "unknown"])
        assert {key: value.tolist() for key, value in found.items()} == {east: EAST, north: NORTH}


def test_what_is_on_its_way_does_not_count_as_stored(store: Store, settings: CorpusSettings) -> None:
    told: list[int] = []
    with beside(store, settings) as writing:
        writing.write([document("a.txt", ["east"], [EAST])], then=lambda _: told.append(store.count()))
        assert not told
        writing.write([document("b.txt", ["east"], [[1.0]])], then=lambda _: told.append(store.count()))
        assert told == [1]
        with pytest.raises(StoreError):
            writing.settle()
    assert told == [1]


def test_what_was_written_here_before_is_known_to_the_process(store: Store, settings: CorpusSettings) -> None:
    before, after = document("a.txt", ["east"], [EAST]), document("b.txt", ["north"], [NORTH])
    with contextlib.closing(Writing(store, settings)) as writing:
        writing.write([before], then=ignored)
        writing.begin()
        writing.write([after], then=ignored)
        found = writing.vectors_of([text_digest_of(chunk) for _, chunks, _ in (before, after) for chunk in chunks])
    assert len(found) == 2


def test_an_error_of_the_process_is_raised_where_it_was_asked_for(store: Store, settings: CorpusSettings) -> None:
    with beside(store, settings) as writing:
        writing.write([document("a.txt", ["east"], [EAST])], then=ignored)
        writing.write([document("short.txt", ["east"], [[1.0, 0.0]])], then=ignored)
        with pytest.raises(StoreError, match="dimension"):
            writing.settle()
        writing.write([document("b.txt", ["east"], [EAST])], then=ignored)
        writing.settle()
    assert [record.source for record in store.documents()] == ["a.txt", "b.txt"]


def test_a_store_that_the_process_cannot_open_is_told_of_in_its_words(store: Store, settings: CorpusSettings) -> None:
    elsewhere = settings.model_copy(update={"chroma_collection": "not-there"})
    with beside(store, elsewhere) as writing:
        writing.write([document("a.txt", ["east"], [EAST])], then=ignored)
        with pytest.raises(CollectionMissing, match="not-there"):
            writing.settle()


def test_a_process_that_was_killed_is_told_of(store: Store, settings: CorpusSettings) -> None:
    with beside(store, settings) as writing:
        writing.write([document("a.txt", ["east"], [EAST])], then=ignored)
        writing.settle()
        assert writing._child is not None
        os.kill(writing._child.pid, signal.SIGKILL)
        writing.write([document("b.txt", ["north"], [NORTH])], then=ignored)
        with pytest.raises(StoreUnavailable, match="ended, with code -9"):
            writing.settle()
    assert [record.source for record in store.documents()] == ["a.txt"]


def test_nobody_else_may_write_while_the_process_is_there(
    store: Store, settings: CorpusSettings, tmp_path: Path
) -> None:
    path = tmp_path / "lock"
    with path.open("w") as mine, path.open() as other:
        fcntl.flock(mine, fcntl.LOCK_EX)
        with contextlib.closing(Writing(store, settings, keep_open=[mine.fileno()])) as writing:
            writing.begin()
            writing.write([document("a.txt", ["east"], [EAST])], then=ignored)
            writing.settle()
            mine.close()  # As when this process is killed.
            with pytest.raises(BlockingIOError):
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_store_asks_for_a_cache_that_holds_a_write_and_what_is_published_does_not(tmp_path: Path) -> None:
    # Beyond SQLite's own 2 MB nobody could read while 200 chunks are written.
    settings = CorpusSettings(chroma_path=tmp_path / "store")
    with create_store(settings, RECORD) as store, beside(store, settings) as writing:
        writing.write([document("a.txt", ["east", "north"], [EAST, NORTH])], then=ignored)
        writing.settle()
        assert list(store.similar(np.array([NORTH], np.float32), count=1)[0])
    assert suggested_pages(settings.chroma_path) == PAGES
    staged = tmp_path / "staged"
    staged.mkdir()
    stage(settings, staged)
    assert suggested_pages(staged) == 0


def suggested_pages(folder: Path) -> int:
    """As the header of SQLite's file says: https://www.sqlite.org/fileformat.html."""
    return int.from_bytes((folder / SQLITE_FILE).read_bytes()[48:52])
