"""The texts and metadata of a published store, in a file of their own."""

from __future__ import annotations

import contextlib
import json
import shutil
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import CollectionMissing, SnapshotInvalid
from corpus.records import Chunk, DocumentRecord, MetadataValue
from corpus.settings import CorpusSettings
from corpus.snapshot.staging import stage
from corpus.store import Store, create_store, read_store
from corpus.store.chunk_file import FOLDER, MAX_CHUNK_BYTES, ChunkFile
from corpus.store.published import PublishedStore
from tests.corpus.store.test_store import RECORD, document

TEXTS = ["Zwölf Monate.\nEine zweite Zeile", "", " ", "日本語のテキスト 🙂", '{"no": "JSON"}\n', "x" * 5000]


def written(number: int) -> tuple[DocumentRecord, list[Chunk]]:
    """A document whose chunks differ from their record in every field that may differ, and lack some that it has."""
    metadata: dict[str, MetadataValue] = {
        "year": 2000 + number,
        "ratio": number / 3,
        "public": number % 2 == 0,
        "tags": ["a", "é"],
    }
    record, chunks, _ = document(
        f"{number}.txt", TEXTS, [[1.0, 0, 0, 0]] * 6, metadata=metadata, title=f"Title {number}"
    )
    pages = [replace(chunk, page=chunk.index + 1, page_end=chunk.index + 2) for chunk in chunks[:4]]
    headed = [replace(chunk, heading="Wärme > Pumpe", before="\n \n") for chunk in chunks[4:]]
    return replace(record, title=chunks[0].title, metadata=metadata), [*pages, *headed]


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = CorpusSettings(chroma_path=tmp_path_factory.mktemp("written"))
    with create_store(settings, RECORD) as store:
        for number in range(5):
            record, chunks = written(number)
            vectors = np.random.default_rng(number).standard_normal((len(chunks), RECORD.dimensions))
            store.write([(record, chunks, vectors.astype(np.float32))])
    folder = tmp_path_factory.mktemp("staged")
    stage(settings, folder)
    return folder


@pytest.fixture(scope="module")
def store(staged: Path) -> Store:
    return read_store(CorpusSettings(chroma_path=staged), is_published=True)


def test_documents_and_chunks_come_back_as_they_were_written(store: Store) -> None:
    assert isinstance(store, PublishedStore)
    assert [each.source for each in store.documents()] == [f"{number}.txt" for number in range(5)]
    for number in range(5):
        record, chunks = written(number)
        assert store.document(record.document_id) == (replace(record, stamp=""), chunks)
        assert list(store.all_chunks([record])) == chunks
        assert store.chunk_at(record, chunks[5].end - 1) == chunks[5]
    assert store.count() == 30


def test_what_is_not_there_is_not_found(store: Store) -> None:
    record, chunks = written(1)
    assert store.chunks(["nowhere", chunks[2].chunk_id, "é", chunks[2].chunk_id]) == [chunks[2]]
    assert store.records(["0" * 16, record.document_id]).keys() == {record.document_id}
    assert store.document("0" * 16) is None
    assert store.chunks([]) == []


def test_answers_open_none_of_chromas_files(staged: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(staged, folder)
    (folder / "chroma.sqlite3").write_bytes(b"no database")
    with read_store(CorpusSettings(chroma_path=folder), is_published=True) as store:
        hits = store.nearest(np.ones(RECORD.dimensions, np.float32), count=3)
        assert len(hits) == 3
        assert len(store.documents()) == 5


def test_another_collection_is_missing(staged: Path) -> None:
    with pytest.raises(CollectionMissing):
        read_store(CorpusSettings(chroma_path=staged, chroma_collection="other"), is_published=True)


def _about(folder: Path, **changes: object) -> None:
    file = folder / FOLDER / "index.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def _zeros(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / FOLDER / name).write_bytes(bytes((folder / FOLDER / name).stat().st_size))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no JSON": lambda folder: (folder / FOLDER / "index.json").write_text("{"),
    "JSON nested without end": lambda folder: (folder / FOLDER / "index.json").write_text("[" * 100_000),
    "ids in rows of two": lambda folder: np.save(folder / FOLDER / "ids.npy", np.array([[b"a"]] * 30)),
    "ids that nobody can read": lambda folder: (folder / FOLDER / "ids.npy").write_bytes(b""),
    "a chunk that is longer than any": lambda folder: np.save(
        folder / FOLDER / "ends.npy",
        np.array([*[2**60] * 29, (folder / FOLDER / "chunks.bin").stat().st_size], np.uint64),
    ),
    "another format": lambda folder: _about(folder, format=2),
    "a record that is none": lambda folder: _about(folder, record={}),
    "fewer ids": lambda folder: np.save(folder / FOLDER / "ids.npy", np.array([b"a"])),
    "ids that are objects": lambda folder: np.save(folder / FOLDER / "ids.npy", np.array([{}] * 30)),
    "ends that are floats": lambda folder: np.save(folder / FOLDER / "ends.npy", np.zeros(30)),
    "a file that is cut off": lambda folder: (folder / FOLDER / "chunks.bin").write_bytes(b"x"),
    "no file": lambda folder: (folder / FOLDER / "chunks.bin").unlink(),
    "zeros": _zeros("chunks.bin"),
    "another dictionary": _zeros("dictionary.bin"),
    "ends in disorder": lambda folder: np.save(
        folder / FOLDER / "ends.npy", np.sort(np.load(folder / FOLDER / "ends.npy"))[::-1]
    ),
}


@pytest.mark.parametrize(
    ("fields", "text"),
    [({}, "what it says"), (["no", "fields"], ""), ({"x": 1}, "x" * (MAX_CHUNK_BYTES + 1))],
    ids=["a record without its fields", "fields that are none", "a text that swells"],
)
def test_a_chunk_that_is_none_is_refused_when_it_is_read(
    staged: Path, tmp_path: Path, fields: object, text: str
) -> None:
    """As whoever may write to the bucket can make it, with the right hashes."""
    folder = tmp_path / "copy"
    shutil.copytree(staged, folder)
    dictionary = (folder / FOLDER / "dictionary.bin").read_bytes()
    packing = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=dictionary)
    packed = packing.compress(f"{json.dumps(fields)}\n{text}".encode()) + packing.flush()
    shutil.rmtree(folder / "vectors")  # Of as many chunks as before.
    (folder / FOLDER / "chunks.bin").write_bytes(packed)
    np.save(folder / FOLDER / "ids.npy", np.array([written(1)[1][0].chunk_id.encode()]))
    np.save(folder / FOLDER / "ends.npy", np.array([len(packed)], np.uint64))
    with read_store(CorpusSettings(chroma_path=folder), is_published=True) as store, pytest.raises(SnapshotInvalid):
        store.documents()


def read_all(folder: Path) -> None:
    with contextlib.closing(ChunkFile(folder)) as chunks:
        chunks.read([chunk.chunk_id for chunk in written(1)[1]])


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_what_is_not_laid_out_so_is_refused_in_one_line(
    staged: Path, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(staged, folder)
    damage(folder)
    with pytest.raises(SnapshotInvalid, match=r"are not laid out as this version reads .*Publish again\.$") as raised:
        read_all(folder)
    assert "\n" not in str(raised.value)
