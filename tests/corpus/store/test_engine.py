"""Reading by Chroma's engine alone, of a store and of a snapshot, and by its server: the same answers as chromadb's."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
import pytest

from corpus.embedding.model import Vectors
from corpus.errors import CollectionMismatch, CollectionMissing, StoreError
from corpus.filters import Filter, Where
from corpus.records import Chunk, DocumentRecord
from corpus.settings import CorpusSettings
from corpus.snapshot.staging import stage
from corpus.store import Store, create_store, read_store
from corpus.store.engine import SIGNATURES, check_engine
from corpus.stored import chunk_from, record_from
from tests.corpus.store.test_store import RECORD, document

DIMENSIONS = RECORD.dimensions
READERS = ("engine", "snapshot", "server")
HEAVY = ("chromadb.config", "grpc", "opentelemetry", "google.protobuf", "openai", "httpx")
CASES = Path(__file__).parent
WHERES: dict[str, Where | None] = {
    "nothing": None,
    "text": Filter(source="3.txt").to_where(),
    "texts": {"source": {"$in": ["1.txt", "2.txt"]}},
    "number": Filter(metadata={"year": 2001}).to_where(),
    "fraction": Filter(metadata={"ratio": 1.5}).to_where(),
    "truth": Filter(metadata={"public": True}).to_where(),
    "list": Filter(tags=("b", "z")).to_where(),
    "range": {"meta.year": {"$gte": 2003}},
    "several": Filter(source="4.txt", metadata={"public": True}).to_where(),
    "none of it": Filter(source="nowhere").to_where(),
}


def written(number: int) -> tuple[DocumentRecord, list[Chunk], Vectors]:
    vectors = np.random.default_rng(number).standard_normal((3 + number, DIMENSIONS))
    texts = [f"Text {index} of {number}, ünïcode 日本語" for index in range(3 + number)]
    metadata = {"year": 2000 + number, "ratio": number / 2, "public": number % 2 == 0, "tags": ["a", "bc"[number % 2]]}
    return document(f"{number}.txt", texts, vectors.tolist(), metadata=metadata, title=f"Title {number}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engine")


@pytest.fixture(scope="module")
def stores(folder: Path, chroma_url: str) -> Iterator[dict[str, Store]]:
    """The same documents, read in each way."""
    settings = CorpusSettings(chroma_path=folder / "store")
    on_server = CorpusSettings(chroma_url=chroma_url, chroma_collection="test-engine")
    for each in (settings, on_server):
        with create_store(each, RECORD) as store:
            store.write([written(number) for number in range(7)])
    (folder / "staged").mkdir()
    stage(settings, folder / "staged")
    opened = {
        "engine": read_store(settings),
        "snapshot": read_store(CorpusSettings(chroma_path=folder / "staged"), is_published=True),
        "server": read_store(on_server),
    }
    yield opened
    for store in opened.values():
        store.close()


@pytest.fixture(scope="module")
def bares(folder: Path, stores: dict[str, Store]) -> dict[str, Any]:  # noqa: ARG001 - the folders are there with them
    """chromadb's own view of the store, and of a copy of what was staged: its index is another, made anew."""
    shutil.copytree(folder / "staged", folder / "copied")
    return {
        name: chromadb.PersistentClient(folder / name).get_collection("corpus", embedding_function=None)
        for name in ("store", "copied")
    }


@pytest.fixture(scope="module")
def snapshot(stores: dict[str, Store]) -> Store:
    return stores["snapshot"]


@pytest.fixture
def bare(request: pytest.FixtureRequest, bares: dict[str, Any]) -> Any:
    """What chromadb finds in the files that the reader of this test has."""
    return bares["copied" if request.node.callspec.params["store"] == "snapshot" else "store"]


@pytest.fixture(params=READERS)
def store(request: pytest.FixtureRequest, stores: dict[str, Store]) -> Store:
    return stores[request.param]


def without_stamp(metadata: dict[str, Any]) -> dict[str, Any]:
    """What a snapshot says too: not how the next ingest knows the file again."""
    return {name: value for name, value in metadata.items() if name != "stamp"}


def in_bits(distances: list[list[float]]) -> list[list[bytes]]:
    """As the engine has them: a server writes only as many digits as tell one float32 from the next."""
    return [[np.float32(each).tobytes() for each in row] for row in distances]


@pytest.mark.parametrize("store", ["engine", "server"], indirect=True)
@pytest.mark.parametrize("where", WHERES.values(), ids=WHERES)
def test_the_nearest_and_their_distances_are_chromadbs_to_the_last_bit(
    store: Store, bare: Any, where: Where | None
) -> None:
    vectors = np.random.default_rng(99).standard_normal((3, DIMENSIONS)).astype(np.float32)
    expected = bare.query(query_embeddings=list(vectors), n_results=10, where=where, include=["distances"])
    found = store.rows.nearest(vectors, count=10, where=where)
    assert found["ids"] == expected["ids"]
    assert in_bits(found["distances"]) == in_bits(expected["distances"])
    assert any(expected["ids"]) or where == WHERES["none of it"]


def test_among_ids_too(store: Store, bare: Any) -> None:
    vectors = np.random.default_rng(98).standard_normal((1, DIMENSIONS)).astype(np.float32)
    among = bare.get(include=[])["ids"][::3]
    expected = bare.query(query_embeddings=list(vectors), n_results=5, ids=among, include=["distances"])
    found = store.rows.nearest(vectors, count=5, among=among)
    assert found["ids"] == expected["ids"]
    assert in_bits(found["distances"]) == in_bits(expected["distances"])


def test_a_snapshots_nearest_are_those_that_chromadb_finds_in_its_files(snapshot: Store, bares: dict[str, Any]) -> None:
    vectors = np.random.default_rng(99).standard_normal((3, DIMENSIONS)).astype(np.float32)
    expected = bares["copied"].query(query_embeddings=list(vectors), n_results=10, include=["distances"])
    found = snapshot.rows.nearest(vectors, count=10)
    assert found["ids"] == expected["ids"]
    assert in_bits(found["distances"]) == in_bits(expected["distances"])


@pytest.mark.parametrize("where", WHERES.values(), ids=WHERES)
def test_a_snapshot_finds_the_same_behind_a_filter(snapshot: Store, bares: dict[str, Any], where: Where | None) -> None:
    vectors = np.random.default_rng(96).standard_normal((3, DIMENSIONS)).astype(np.float32)
    expected = bares["store"].query(query_embeddings=list(vectors), n_results=10, where=where, include=["distances"])
    found = snapshot.similar(vectors, count=10, where=where)
    assert [list(near) for near in found] == expected["ids"]
    for near, distances in zip(found, expected["distances"], strict=True):
        assert list(near.values()) == pytest.approx([1 - each for each in distances], abs=1e-6)


def test_texts_and_metadata_are_chromadbs(store: Store, bares: dict[str, Any]) -> None:
    expected = bares["store"].get(include=["documents", "metadatas"])
    kept = {
        each: chunk_from(metadata, text)
        for each, text, metadata in zip(expected["ids"], expected["documents"], expected["metadatas"], strict=True)
    }
    assert store.whole([*kept, "nowhere"]) == kept
    assert len(kept) == store.count() == bares["store"].count() == 42
    records = {
        each.removesuffix("-0"): record_from(without_stamp(metadata) | {"stamp": ""})
        for each, metadata in zip(expected["ids"], expected["metadatas"], strict=True)
        if metadata["index"] == 0
    }
    found = store.records([*records, "nowhere"])
    assert {each: replace(record, stamp="") for each, record in found.items()} == records


def test_documents_and_their_chunks_are_what_was_written(store: Store) -> None:
    record, chunks, _ = written(5)
    assert [each.source for each in store.documents()] == [f"{number}.txt" for number in range(7)]
    found = store.document(record.document_id)
    assert found is not None
    assert found[1] == chunks


@pytest.mark.parametrize("store", ["engine", "server"], indirect=True)
@pytest.mark.parametrize("where", [each for each in WHERES.values() if each], ids=[n for n, w in WHERES.items() if w])
def test_a_filter_lets_the_same_ids_through(store: Store, bare: Any, where: Where) -> None:
    assert sorted(store.rows.ids(where)) == sorted(bare.get(where=where, include=[])["ids"])


def test_cosines_are_those_of_the_vectors_that_were_written(store: Store) -> None:
    _, chunks, vectors = written(6)
    question = np.random.default_rng(97).standard_normal(DIMENSIONS).astype(np.float32)
    found = store.cosines(question, [*(chunk.chunk_id for chunk in chunks), "nowhere"])
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(question)
    expected = dict(zip([chunk.chunk_id for chunk in chunks], vectors @ question / lengths, strict=True))
    assert found == pytest.approx(expected, abs=1e-6)


def test_a_vector_of_other_dimensions_is_refused(store: Store) -> None:
    with pytest.raises(CollectionMismatch, match="5 dimensions was asked for and the collection's have 4"):
        store.similar(np.ones((1, 5), np.float32), count=1)


@pytest.mark.parametrize("store", ["engine", "server"], indirect=True)
def test_what_the_engine_refuses_is_an_error_of_ours(store: Store) -> None:
    with pytest.raises(StoreError):
        store.rows.ids({"source": {"$nonsense": 1}})


def test_an_empty_collection_answers_with_nothing(settings: CorpusSettings) -> None:
    create_store(settings, RECORD).close()
    with read_store(settings) as store:
        assert store.similar(np.ones((2, DIMENSIONS), np.float32), count=3) == [{}, {}]
        assert (store.count(), store.documents(), store.chunks(["nowhere"])) == (0, [], [])


def test_a_collection_that_is_not_there_is_missing(tmp_path: Path) -> None:
    settings = CorpusSettings(chroma_path=tmp_path)
    create_store(settings, RECORD).close()
    with pytest.raises(CollectionMissing, match=r"Nothing is stored in .*'other'"):
        read_store(settings.model_copy(update={"chroma_collection": "other"}))


@pytest.mark.parametrize("version", ["1.5.0"])
def test_a_store_of_the_oldest_chromadb_allowed_is_read(tmp_path: Path, version: str) -> None:
    with zipfile.ZipFile(CASES / f"chromadb-{version}.zip") as archive:
        archive.extractall(tmp_path)
    with read_store(CorpusSettings(chroma_path=tmp_path)) as store:
        assert [(each.source, each.title, each.chunks) for each in store.documents()] == [
            (f"{number}.txt", f"Title {number}", 4) for number in range(3)
        ]
        vectors = np.random.default_rng(1).standard_normal((4, 4)).astype(np.float32)
        hits = [store.nearest(vector, count=1)[0] for vector in vectors]
    assert [hit.text for hit in hits] == [f"text 1.{index}" for index in range(4)]
    assert [hit.score for hit in hits] == pytest.approx([1.0] * 4, abs=1e-6)


def test_another_engine_is_refused_before_it_is_called() -> None:
    import chromadb_rust_bindings

    check_engine(chromadb_rust_bindings.Bindings)
    for method in SIGNATURES:
        changed = type("Bindings", (), {name: getattr(chromadb_rust_bindings.Bindings, name) for name in SIGNATURES})
        delattr(changed, method)
        with pytest.raises(StoreError, match=f"another engine than this version reads with: its {method} takes None"):
            check_engine(changed)


def test_reading_and_failing_import_neither_chromadb_nor_what_it_brings(stores: dict[str, Store], folder: Path) -> None:  # noqa: ARG001
    code = f"""
import sys
import numpy as np
from pathlib import Path
from corpus.errors import StoreError
from corpus.settings import CorpusSettings
from corpus.store import read_store
with read_store(CorpusSettings(chroma_path=Path({str(folder / "store")!r}))) as store:
    assert len(store.nearest(np.ones({DIMENSIONS}, np.float32), count=3)) == 3
    try:
        store.rows.ids({{"source": {{"$nonsense": 1}}}})
    except StoreError as raised:
        error = raised
    assert "Invalid where clause" in str(error), error
print([name for name in {HEAVY!r} if name in sys.modules])
from chromadb.config import Settings
import chromadb
from chromadb.errors import ChromaError
assert chromadb.config.Settings is Settings
print(isinstance(error.__cause__, ChromaError), chromadb.errors.ChromaError is ChromaError, chromadb.Client.__name__)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.returncode) == ("[]\nTrue True Client\n", 0), ended.stderr
