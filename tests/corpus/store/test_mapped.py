"""The vectors of a published store, read from the file that Chroma's engine searches."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import SnapshotInvalid, StoreError
from corpus.filters import Filter, Where
from corpus.lexical.build import write_index
from corpus.lexical.index import LexicalIndex
from corpus.searching.candidates import Hybrid, InRows
from corpus.searching.filtered import filtered_nearest
from corpus.searching.language_fit import WELL
from corpus.searching.scale import Scale
from corpus.settings import CorpusSettings
from corpus.snapshot.staging import stage
from corpus.store import Store, create_store, read_store
from corpus.store.hnsw_files import DATA_FILE, LABELS_FILE
from corpus.store.mapped import FOLDER, MappedVectors, write_map
from corpus.stored import fields_of
from ingest.sync.lexical_index import bring_up_to_date
from tests.corpus.store.test_store import RECORD, document

DIMENSIONS = RECORD.dimensions
COUNT = 60


def vectors_of(number: int, count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.random.default_rng(number).standard_normal((count, DIMENSIONS)).astype(np.float32) * (number + 1)


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six documents of ten chunks, one of them replaced and one removed."""
    settings = CorpusSettings(chroma_path=tmp_path_factory.mktemp("written"))
    with create_store(settings, RECORD) as store:
        for number in range(7):
            texts = [f"{number}.{index}" for index in range(10)]
            store.write([document(f"{number}.txt", texts, vectors_of(number, 10).tolist())])
        store.write([document("2.txt", [f"new 2.{n}" for n in range(10)], vectors_of(20, 10).tolist())])
        store.remove([document("6.txt", ["x"], [[1.0] * DIMENSIONS])[0].document_id])
        bring_up_to_date(store, before={}, after={each.document_id: each for each in store.documents()})
    folder = tmp_path_factory.mktemp("staged")
    stage(settings, folder)
    return folder


@pytest.fixture(scope="module")
def store(staged: Path) -> Store:
    return read_store(CorpusSettings(chroma_path=staged), is_published=True)


def exact(store: Store, vector: np.ndarray[tuple[int], np.dtype[np.float32]]) -> dict[str, float]:
    """Every chunk's cosine, by the vectors that the engine itself gives back."""
    found: dict[str, float] = {}
    for page in store.rows.pages(store.rows.ids(None), ["embeddings"]):
        stored = np.asarray(page["embeddings"])
        lengths = np.linalg.norm(stored, axis=1) * np.linalg.norm(vector)
        found |= dict(zip(page["ids"], (stored @ vector / lengths).tolist(), strict=True))
    return found


def test_cosines_are_those_of_the_engines_own_vectors(store: Store) -> None:
    vector = vectors_of(99, 1)[0]
    expected = exact(store, vector)
    assert store.mapped is not None
    assert len(store.mapped) == len(expected) == COUNT
    assert store.cosines(vector, [*expected, "nowhere", "é"]) == pytest.approx(expected, abs=1e-6)
    assert store.cosines(vector, []) == {}


def test_the_nearest_are_exact(store: Store) -> None:
    vectors = vectors_of(98, 5)
    for vector, near in zip(vectors, store.similar(vectors, count=7), strict=True):
        expected = exact(store, vector)
        best = sorted(expected, key=lambda each: (-expected[each], each))[:7]
        assert list(near) == best
        assert near == pytest.approx({each: expected[each] for each in best}, abs=1e-6)
    (everything,) = store.similar(vectors[:1], count=1000)
    assert len(everything) == COUNT


def test_among_those_that_a_filter_lets_through_too(store: Store, tmp_path: Path) -> None:
    vectors = vectors_of(97, 3)
    where = Filter(source="2.txt").to_where()
    assert where is not None
    assert store.mapped is not None
    fields = {each.document_id: fields_of(each) for each in store.documents()}
    write_index(tmp_path, [(each.decode(), "") for each in store.mapped.ids.tolist()], stamp="1", fields=fields)
    index = LexicalIndex(tmp_path)
    passing = index.passing(where)
    found = filtered_nearest(store, vectors, count=4, where=where, passing=passing)
    chunks = {chunk.chunk_id for chunk in store.chunks(passing.ids())}
    assert len(chunks) == 10
    for vector, near in zip(vectors, found, strict=True):
        cosines = {each: cosine for each, cosine in exact(store, vector).items() if each in chunks}
        assert list(near) == sorted(cosines, key=lambda each: (-cosines[each], each))[:4]
    none = index.passing({"source": "nowhere"})
    assert filtered_nearest(store, vectors, count=4, where={"source": "nowhere"}, passing=none) == [{}, {}, {}]


def test_a_snapshot_of_before_is_served_by_the_engine_alone(staged: Path, tmp_path: Path, store: Store) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(staged, folder)
    shutil.rmtree(folder / FOLDER)
    vectors = vectors_of(96, 2)
    with read_store(CorpusSettings(chroma_path=folder), is_published=True) as older:
        assert older.mapped is None
        for found, expected in zip(older.similar(vectors, count=5), store.similar(vectors, count=5), strict=True):
            assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("where", [None, {"source": "3.txt"}, {"source": "nowhere"}], ids=["all", "some", "none"])
def test_hybrid_ranks_alike_by_rows_and_by_ids(store: Store, where: Where | None) -> None:
    index = store.lexical_index.index()
    assert store.mapped is not None
    assert index.lists(store.mapped.ids)
    passing = None if where is None else index.passing(where)
    for number, query in enumerate(("new", "3 5", "2 new 4 1", "nothing of it")):
        (vector,) = vectors_of(50 + number, 1)
        scores = index.scores(query)
        by_rows = InRows(store.mapped, vector, None, scores, None, scale=Scale(), fit=WELL, depth=20)
        (near,) = store.similar(vector[np.newaxis], count=20, where=where)
        words = [match.chunk_id for match in scores.top(20, passing=passing)]
        by_ids = Hybrid(store, vector, near, words, scores, WELL, 20)
        if passing is not None:
            places = store.mapped.places_of(list(near))
            seen = places, store.mapped.cosines_at(vector, places)
            by_rows = InRows(store.mapped, vector, seen, scores, passing, scale=Scale(), fit=WELL, depth=20)
        for count in (1, 5, 100):
            found, expected = by_rows.best(count), by_ids.best(count)
            assert [each.chunk_id for each in found] == [each.chunk_id for each in expected]
            assert [each.score for each in found] == pytest.approx([each.score for each in expected], abs=1e-6)
        assert bool(by_rows.best(1)) == (where != {"source": "nowhere"})


def _about(folder: Path, **changes: object) -> None:
    file = folder / FOLDER / "index.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def _data(folder: Path) -> Path:
    (file,) = folder.glob("*/data_level0.bin")
    return file


def _cut(folder: Path) -> None:
    content = _data(folder).read_bytes()
    _data(folder).write_bytes(content[: len(content) // 2])


def _fill(folder: Path, byte: int) -> None:
    _data(folder).write_bytes(bytes([byte]) * len(_data(folder).read_bytes()))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no JSON": lambda folder: (folder / FOLDER / "index.json").write_text("{"),
    "another format": lambda folder: _about(folder, format=2),
    "other dimensions": lambda folder: _about(folder, dimensions=DIMENSIONS + 1, record=132 + 8 + 4 * (DIMENSIONS + 1)),
    "a shorter record": lambda folder: _about(folder, record=100),
    "a word for a number": lambda folder: _about(folder, vector="132"),
    "more records": lambda folder: _about(folder, records=10**9),
    "another field": lambda folder: _about(folder, more=1),
    "another file": lambda folder: _about(folder, file="nowhere"),
    "a file of somebody else": lambda folder: _about(folder, file=f"../copy/{_data(folder).parent.name}/{DATA_FILE}"),
    "JSON nested without end": lambda folder: (folder / FOLDER / "index.json").write_text("[" * 100_000),
    "rows that nobody can read": lambda folder: (folder / FOLDER / "rows.npy").write_bytes(b""),
    "ids in rows of two": lambda folder: np.save(folder / FOLDER / "ids.npy", np.array([[b"a"]] * COUNT)),
    "a file that is cut off": _cut,
    "a file of zeros": lambda folder: _fill(folder, 0),
    "a file of huge numbers": lambda folder: _fill(folder, 0x7F - 0x10),
    "a file of what is not a number": lambda folder: _fill(folder, 0xFF),
    "fewer ids": lambda folder: np.save(folder / FOLDER / "ids.npy", np.array([b"a"])),
    "ids that are objects": lambda folder: np.save(folder / FOLDER / "ids.npy", np.array([{}] * COUNT)),
    "ids in no writing": lambda folder: np.save(
        folder / FOLDER / "ids.npy", np.array([b"\xad%d" % n for n in range(COUNT)])
    ),
    "a row too far": lambda folder: np.save(folder / FOLDER / "rows.npy", np.full(COUNT, 10**6, "<u4")),
    "rows that are floats": lambda folder: np.save(folder / FOLDER / "rows.npy", np.zeros(COUNT)),
    "no rows": lambda folder: (folder / FOLDER / "rows.npy").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_what_is_not_laid_out_so_is_refused_in_one_line(
    staged: Path, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(staged, folder)
    damage(folder)
    with pytest.raises(
        SnapshotInvalid, match=r"are not laid out as this version reads them .*Publish again\.$"
    ) as raised:
        MappedVectors(folder, dimensions=DIMENSIONS, chunks=COUNT)
    assert "\n" not in str(raised.value)


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("run",)


def test_a_list_of_labels_that_asks_for_code_is_not_published(staged: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(staged, folder)
    shutil.rmtree(folder / FOLDER)
    segment = _data(folder).parent
    (segment / LABELS_FILE).write_bytes(pickle.dumps(_Evil()))
    with pytest.raises(StoreError, match=r"asks for builtins\.print"):
        write_map(folder, segment.name, dimensions=DIMENSIONS, chunks=COUNT)
