"""Where an index is kept: a folder, and a collection on a real server."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import LexicalIndexUnusable
from corpus.lexical.index import LexicalIndex
from corpus.lexical.index_files import INDEX_FILE, files_of
from corpus.lexical.index_segment import SEGMENT_FILES
from corpus.lexical.index_store import FolderKeeper, LexicalIndexStore, index_folder
from corpus.lexical.remote_index_store import RemoteIndexStore
from corpus.settings import CorpusSettings
from corpus.store import Store, create_store
from tests.corpus.texts import RECORD

TEXTS = [("a-0", "the quick brown fox"), ("b-0", "a lazy dog"), ("c-0", "fox and dog")]


@pytest.fixture
def store(settings: CorpusSettings) -> Iterator[Store]:
    with create_store(settings, RECORD) as made:
        yield made


@pytest.fixture
def words(store: Store) -> LexicalIndexStore:
    return store.lexical_index


def ids(index: LexicalIndex, query: str) -> list[str]:
    return sorted(match.chunk_id for match in index.scores(query).top(10))


def test_there_is_no_index_before_one_is_written(words: LexicalIndexStore) -> None:
    assert words.stamp() is None
    with pytest.raises(LexicalIndexUnusable, match="ingest add"):
        words.index()
    with pytest.raises(LexicalIndexUnusable, match="ingest add"):
        words.update(add=TEXTS, remove=[], stamp="1")


def test_what_is_written_is_searched(words: LexicalIndexStore) -> None:
    words.write(TEXTS, stamp="1")
    assert ids(words.index(), "fox") == ["a-0", "c-0"]
    assert words.stamp() == "1"


def test_an_update_adds_replaces_and_removes(words: LexicalIndexStore) -> None:
    words.write(TEXTS, stamp="1")
    words.update(add=[("b-0", "a lazy fox"), ("d-0", "fox")], remove=["a-0"], stamp="2")
    assert ids(words.index(), "fox") == ["b-0", "c-0", "d-0"]
    assert words.stamp() == "2"


def test_an_open_reader_sees_the_newer_index_and_an_open_index_stays_as_it_was(store: Store) -> None:
    words = store.lexical_index
    if isinstance(words, RemoteIndexStore):
        words = RemoteIndexStore(words._files, seconds_between_looks=0)
    store.lexical_index.write(TEXTS, stamp="1")
    before = words.index()
    assert words.index() is before
    store.lexical_index.write([("z-0", "fox")], stamp="2")
    assert ids(words.index(), "fox") == ["z-0"]
    assert ids(before, "fox") == ["a-0", "c-0"]
    words.close()


def test_a_server_keeps_files_of_many_pieces_and_only_the_newest(chroma_url: str) -> None:
    settings = CorpusSettings(chroma_url=chroma_url, chroma_collection=f"test-{uuid.uuid4().hex}")
    with create_store(settings, RECORD) as store:
        assert isinstance(store.lexical_index, RemoteIndexStore)
        for turn in range(2):
            texts = [(f"{number:04}-0", f"word{number} and{number * turn}") for number in range(3000)]
            store.lexical_index.write(texts, stamp=str(turn))
        assert ids(store.lexical_index.index(), "and2998") == ["2998-0"]
        kept = store._handle.client.get_collection(f"{settings.chroma_collection}.words", embedding_function=None)
        assert len({each.partition("/")[0] for each in kept.get(include=[])["ids"]} - {"about"}) == 1
        assert kept.count() > 10
        assert_an_update_moves_what_changed(store.lexical_index, kept)


def assert_an_update_moves_what_changed(words: RemoteIndexStore, kept: Any) -> None:
    before = set(kept.get(include=[])["ids"])
    words.update(add=[("0007-0", "heron"), ("new-0", "heron")], remove=["0008-0"], stamp="3")
    pieces = set(kept.get(include=[])["ids"])
    assert before < pieces
    assert len(pieces - before) <= 2 * len(SEGMENT_FILES)
    reader = RemoteIndexStore(words._files, seconds_between_looks=0)
    assert ids(reader.index(), "heron") == ["0007-0", "new-0"]
    words.update(add=[], remove=["new-0"], stamp="4")
    assert ids(reader.index(), "heron") == ["0007-0"]
    assert ids(reader.index(), "8") == ids(reader.index(), "7") == []
    assert len(reader.index()) == 2999
    reader.close()


@pytest.mark.parametrize("part", ["format", "terms"])
def test_an_index_of_another_version_is_none(words: LexicalIndexStore, part: str) -> None:
    words.write(TEXTS, stamp="1")
    if isinstance(words, RemoteIndexStore):
        about = words._files.about() or {}
        words._files.replace({**about, part: 0}, {}, keep=list(files_of(about)))
    else:
        assert isinstance(words, FolderKeeper)
        index = words._folder / INDEX_FILE
        index.write_text(json.dumps({**json.loads(index.read_text()), part: 0}))
    assert words.stamp() is None
    words.write(TEXTS, stamp="1")
    assert words.stamp() == "1"


def test_an_index_in_a_folder_whose_files_are_damaged_is_none(tmp_path: Path) -> None:
    words = FolderKeeper(tmp_path)
    for name in SEGMENT_FILES:
        words.write(TEXTS, stamp="1")
        assert words.stamp() == "1"
        next(tmp_path.glob(f"*/{name}")).write_bytes(b"")
        assert words.stamp() is None


def test_what_is_published_is_opened_once(tmp_path: Path) -> None:
    FolderKeeper(tmp_path).write(TEXTS, stamp="1")
    published = FolderKeeper(tmp_path, is_published=True)
    index = published.index()
    (tmp_path / INDEX_FILE).unlink()
    assert published.index() is index


def test_a_long_name_of_a_collection_is_no_name_of_a_folder() -> None:
    assert index_folder(Path("store"), "corpus") == Path("store/lexical/corpus")
    assert len(index_folder(Path("store"), "c" * 512).name) == 64
