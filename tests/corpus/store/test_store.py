"""The Chroma store: the same tests on an embedded store and on a real server."""

from __future__ import annotations

import contextlib
import hashlib
import math
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings as ChromaSettings

from corpus.collection import CollectionRecord
from corpus.errors import CollectionMismatch, CollectionMissing, StoreUnavailable
from corpus.records import Chunk, DocumentRecord, document_id_of
from corpus.settings import CorpusSettings
from corpus.store import Store, create_store, open_store, read_store

pytestmark = pytest.mark.early

RECORD = CollectionRecord(
    embedding_model="test-model", dimensions=4, shortened=False, tokenizer="words", chunk_tokens=100, chunk_overlap=10
)
EAST = [1.0, 0.0, 0.0, 0.0]
NORTH = [0.0, 1.0, 0.0, 0.0]
NORTHEAST = [math.sqrt(0.5), math.sqrt(0.5), 0.0, 0.0]
WEST = [-1.0, 0.0, 0.0, 0.0]


@pytest.fixture
def store(settings: CorpusSettings) -> Iterator[Store]:
    with create_store(settings, RECORD) as made:
        yield made


def document(
    source: str, texts: list[str], vectors: list[list[float]], **about: object
) -> tuple[DocumentRecord, list[Chunk], np.ndarray[tuple[int, int], np.dtype[np.float32]]]:
    """A document whose chunks are these texts with these vectors."""
    digest = hashlib.sha256(repr(texts).encode()).hexdigest()
    document_id = document_id_of(source)
    chunks = [
        Chunk(
            document_id=document_id,
            index=index,
            text=text,
            source=source,
            start=index * 10,
            end=index * 10 + len(text),
            tokens=len(text.split()),
            digest=digest,
            updated_at="2026-01-02T03:04:05+00:00",
        )
        for index, text in enumerate(texts)
    ]
    chunks = [replace(chunk, **about) for chunk in chunks]  # type: ignore[arg-type]  # Fields by name.
    record = DocumentRecord(
        document_id=document_id,
        source=source,
        digest=digest,
        chunks=len(chunks),
        tokens=sum(chunk.tokens for chunk in chunks),
        updated_at="2026-01-02T03:04:05+00:00",
        ingested_at="2026-01-02T03:04:06+00:00",
        file=source,
        stamp="stamp",
    )
    return record, chunks, np.array(vectors, dtype=np.float32)


def vector(values: list[float]) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array(values, dtype=np.float32)


def test_a_score_is_the_cosine_from_one_for_the_same_to_zero_for_unrelated(store: Store) -> None:
    store.write([document("a.txt", ["east", "northeast", "north", "west"], [EAST, NORTHEAST, NORTH, WEST])])
    hits = store.nearest(vector(EAST), count=4)
    assert [hit.chunk.text for hit in hits[:2]] == ["east", "northeast"]
    assert [hit.score for hit in hits] == pytest.approx([1.0, math.sqrt(0.5), 0.0, 0.0], abs=1e-6)


def test_a_vectors_length_does_not_change_its_score(store: Store) -> None:
    store.write([document("a.txt", ["long east"], [[25.0, 0.0, 0.0, 0.0]])])
    (hit,) = store.nearest(vector(NORTHEAST), count=1)
    assert hit.score == pytest.approx(math.sqrt(0.5), abs=1e-6)


def test_a_chunk_comes_back_exactly_as_it_went_in(store: Store) -> None:
    record, chunks, vectors = document(
        "manuals/x 200.md",
        ["  Füße\r\n\t“quoted” 日本語 👩‍👩‍👧 \x00 end "],
        [EAST],
        title="X-200",
        url="https://example.com/x?a=1#b",
        page=3,
        page_end=4,
        heading="Warranty > Duration",
        metadata={"department": "sales", "year": 2026, "ratio": 0.5, "public": True, "tags": ["a", "b"]},
    )
    store.write([(record, chunks, vectors)])
    (hit,) = store.nearest(vector(EAST), count=1)
    assert hit.chunk == chunks[0]
    assert store.document(record.document_id) == (
        replace(record, title="X-200", url=chunks[0].url, metadata=chunks[0].metadata),
        chunks,
    )


def test_a_documents_chunks_come_back_in_order(store: Store) -> None:
    record, chunks, vectors = document("long.txt", [f"chunk {n}" for n in range(2500)], [EAST] * 2500)
    store.write([(record, chunks, vectors)])
    found = store.document(record.document_id)
    assert found is not None
    assert [chunk.index for chunk in found[1]] == list(range(2500))
    assert found[0].chunks == 2500


def test_documents_are_listed_by_source_with_their_totals(store: Store) -> None:
    store.write([document("b.txt", ["one two", "three"], [EAST, NORTH]), document("a.txt", ["four"], [EAST])])
    assert [(record.source, record.chunks, record.tokens) for record in store.documents()] == [
        ("a.txt", 1, 1),
        ("b.txt", 2, 3),
    ]
    assert store.count() == 3


def test_a_shorter_version_leaves_no_chunk_of_the_longer_one(store: Store) -> None:
    store.write([document("a.txt", ["one", "two", "three"], [EAST, EAST, EAST])])
    store.write([document("a.txt", ["uno"], [EAST])])
    assert store.count() == 1
    assert [hit.chunk.text for hit in store.nearest(vector(EAST), count=10)] == ["uno"]


def test_a_document_without_its_record_is_not_there(store: Store) -> None:
    record, chunks, vectors = document("a.txt", ["one", "two", "three"], [EAST, EAST, EAST])
    # As a run leaves it that is killed before the record is written.
    store.rows.upsert([(record, chunk, row) for chunk, row in zip(chunks[1:], vectors[1:], strict=True)])
    assert store.count() == 2
    assert store.documents() == []
    assert store.document(record.document_id) is None
    assert store.nearest(vector(EAST), count=10) == []


def test_the_old_version_serves_until_the_new_one_is_whole(store: Store) -> None:
    store.write([document("a.txt", ["old one", "old two"], [EAST, EAST])])
    record, chunks, vectors = document("a.txt", ["new one", "new two", "new three"], [EAST, EAST, EAST])
    store.rows.upsert([(record, chunk, row) for chunk, row in zip(chunks[1:], vectors[1:], strict=True)])
    assert {hit.chunk.text for hit in store.nearest(vector(EAST), count=10)} == {"old one", "old two"}
    store.rows.upsert([(record, chunks[0], vectors[0])])
    assert {hit.chunk.text for hit in store.nearest(vector(EAST), count=10)} == {"new one", "new two", "new three"}


def test_what_a_killed_run_left_is_swept_up(store: Store) -> None:
    store.write([document("a.txt", ["old one", "old two"], [EAST, EAST])])
    for source in ("a.txt", "never finished.txt"):
        record, chunks, vectors = document(source, ["new one", "new two"], [EAST, EAST])
        store.rows.upsert([(record, chunk, row) for chunk, row in zip(chunks[1:], vectors[1:], strict=True)])
    store.sweep(store.documents())
    assert store.count() == 2
    assert {hit.chunk.text for hit in store.nearest(vector(EAST), count=10)} == {"old one", "old two"}


def test_removing_takes_the_whole_document_and_nothing_else(store: Store) -> None:
    store.write([document("a.txt", ["one", "two"], [EAST, EAST]), document("b.txt", ["three"], [NORTH])])
    store.remove([document_id_of("a.txt"), document_id_of("not there.txt")])
    assert [record.source for record in store.documents()] == ["b.txt"]
    assert store.count() == 1


def test_a_search_can_be_limited_to_a_source(store: Store) -> None:
    store.write([document("a.txt", ["one"], [EAST]), document("b.txt", ["two"], [NORTH])])
    (hit,) = store.nearest(vector(EAST), count=5, where={"source": "b.txt"})
    assert hit.chunk.source == "b.txt"


def test_stamps_change_without_touching_anything_else(store: Store) -> None:
    written = document("a.txt", ["one", "two"], [EAST, EAST])
    store.write([written])
    store.restamp({written[0].document_id: "newer"})
    assert store.documents() == [replace(written[0], stamp="newer")]
    assert store.count() == 2


def test_opening_what_was_never_made_says_how_to_make_it(settings: CorpusSettings) -> None:
    with pytest.raises(CollectionMissing, match="ingest add"):
        open_store(settings)


def test_an_opened_collection_knows_how_it_was_made(store: Store, settings: CorpusSettings) -> None:
    with open_store(settings) as opened:
        assert opened.record == store.record == RECORD


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("embedding_model", "text-embedding-3-large"),
        ("embedding_dimensions", 8),
        ("chunk_tokens", 64),
        ("chunk_overlap", 5),
    ],
)
def test_settings_that_contradict_the_record_are_an_error_that_names_both(
    store: Store, settings: CorpusSettings, setting: str, value: object
) -> None:
    with pytest.raises(CollectionMismatch) as caught:
        open_store(settings.model_copy(update={setting: value}))
    assert str(value) in str(caught.value)
    assert str(
        getattr(store.record, setting.removeprefix("embedding_") if setting == "embedding_dimensions" else setting)
    ) in str(caught.value)
    assert setting.upper() in str(caught.value)


def test_settings_that_agree_with_the_record_are_fine(store: Store, settings: CorpusSettings) -> None:
    agreeing = settings.model_copy(update={"embedding_model": store.record.embedding_model, "chunk_tokens": 100})
    with open_store(agreeing) as opened:
        assert opened.record == RECORD


@pytest.mark.parametrize(
    ("space", "metadata"),
    [("l2", RECORD.to_metadata()), ("cosine", {"made": "elsewhere"}), ("cosine", RECORD.to_metadata() | {"format": 0})],
)
def test_a_collection_made_otherwise_is_refused(tmp_path: Path, space: str, metadata: dict[str, object]) -> None:
    client = chromadb.PersistentClient(tmp_path, settings=ChromaSettings(anonymized_telemetry=False))
    configuration = {"hnsw": {"space": space}}
    client.create_collection("corpus", metadata=metadata, configuration=configuration, embedding_function=None)  # type: ignore[arg-type]  # A typed dict.
    with pytest.raises(CollectionMismatch, match="corpus"):
        open_store(CorpusSettings(chroma_path=tmp_path))


def test_a_server_that_is_away_is_told_with_the_setting() -> None:
    with pytest.raises(StoreUnavailable, match="CHROMA_URL"):
        open_store(CorpusSettings(chroma_url="http://127.0.0.1:9"))


def test_a_damaged_file_is_told_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "chroma.sqlite3").write_text("this is not a database" * 100)
    with pytest.raises(StoreUnavailable, match=tmp_path.name):
        open_store(CorpusSettings(chroma_path=tmp_path))


def test_another_process_sees_what_was_written(tmp_path: Path) -> None:
    settings = CorpusSettings(chroma_path=tmp_path / "store")
    with create_store(settings, RECORD) as store:
        store.write([document("a.txt", ["one", "two"], [EAST, EAST])])
    code = (
        "import sys; from corpus.settings import CorpusSettings; from corpus.store import open_store;"
        "print(open_store(CorpusSettings(chroma_path=sys.argv[1])).count())"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "store"], capture_output=True, text=True, check=True
    )
    assert result.stdout == "2\n"


def test_a_store_whose_tables_another_process_is_making_is_opened_once_they_are_made(tmp_path: Path) -> None:
    settings = CorpusSettings(chroma_path=tmp_path / "store")
    create_store(settings, RECORD).close()
    file = settings.chroma_path / "chroma.sqlite3"
    whole = tmp_path / "whole"
    shutil.copy(file, whole)
    for open_it in (open_store, read_store):
        with contextlib.closing(sqlite3.connect(file)) as half:
            half.execute("DELETE FROM migrations")
            half.commit()
        made = threading.Timer(0.05, whole.replace, [file])
        made.start()
        with open_it(settings) as store:
            assert store.count() == 0
        made.join()
        shutil.copy(file, whole)
