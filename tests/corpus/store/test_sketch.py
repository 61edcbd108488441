"""The few bits of each vector by which the nearest are guessed."""

from __future__ import annotations

import json
import pickle
import struct
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from corpus.store.hnsw_files import DATA_FILE, HEADER_FILE, LABELS_FILE, Layout
from corpus.store.mapped import FOLDER as MAP
from corpus.store.mapped import MappedVectors, write_map
from corpus.store.sketch import FOLDER, WIDE, WIDE_SHARE, open_sketch, write_sketch

COUNT, DIMENSIONS = 6000, 200
Vectors = NDArray[np.float32]


def units(seed: int, count: int, dimensions: int) -> Vectors:
    """Of length 1, in clusters, each of its own density, all of them far from the origin."""
    draw = np.random.default_rng(seed)
    themes = draw.standard_normal((40, dimensions)) + 2 * draw.standard_normal(dimensions)
    near = draw.uniform(0.2, 1.0, (count, 1)) * draw.standard_normal((count, dimensions))
    vectors = themes[draw.integers(0, 40, count)] + near
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


VECTORS = units(1, COUNT, DIMENSIONS)


def near_something(count: int) -> Vectors:
    """Questions like real ones, which are nearer to some vectors than to all others."""
    asked = VECTORS[:: COUNT // count][:count] + 0.7 * units(4, count, DIMENSIONS)
    return np.asarray(asked / np.linalg.norm(asked, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A map of vectors as publishing lays it out, in the order of the ids backwards, and the sketch of them."""
    store = tmp_path_factory.mktemp("mapped")
    layout = Layout(record=4 + 4 * DIMENSIONS + 8, vector=4, records=COUNT, dimensions=DIMENSIONS)
    records = np.zeros(COUNT, dtype=[("links", "<u4"), ("vector", "<f4", DIMENSIONS), ("label", "<u8")])
    records["vector"] = VECTORS[::-1]
    (store / "segment").mkdir()
    (store / "segment" / DATA_FILE).write_bytes(records.tobytes())
    (store / MAP).mkdir()
    np.save(store / MAP / "ids.npy", np.array([f"{number:05}".encode() for number in range(COUNT)]))
    np.save(store / MAP / "rows.npy", np.arange(COUNT, dtype="<u4")[::-1])
    (store / MAP / "index.json").write_text(json.dumps({"format": 1, "file": f"segment/{DATA_FILE}", **asdict(layout)}))
    write_sketch(store, lambda start, end: VECTORS[start:end], chunks=COUNT, dimensions=DIMENSIONS)
    return store


def test_the_nearest_are_among_the_few_that_it_points_out(folder: Path) -> None:
    sketch = open_sketch(folder, chunks=COUNT, dimensions=DIMENSIONS)
    assert sketch is not None
    found: list[float] = []
    for question in units(2, 30, DIMENSIONS):
        best = np.argsort(-(VECTORS @ question), kind="stable")
        pointed = sketch.nearest(question, 1500)
        assert len(pointed) == 1500
        found += [np.isin(best[:10], pointed).mean(), np.isin(best[:100], pointed).mean()]
    # Nothing is nearer than chance would have it to questions drawn like these: real ones are answered more easily.
    assert np.mean(found[0::2]) >= 0.97
    assert np.mean(found[1::2]) >= 0.94


def test_a_vector_of_one_number_alone_is_seen_as_well_as_any(folder: Path) -> None:
    sketch = open_sketch(folder, chunks=COUNT, dimensions=DIMENSIONS)
    assert sketch is not None
    question = np.zeros(DIMENSIONS, dtype=np.float32)
    question[7] = 1
    assert np.isin(np.argsort(-VECTORS[:, 7])[:10], sketch.nearest(question, 1500)).all()


def test_of_many_a_few_are_looked_at_closely(folder: Path) -> None:
    sketch = open_sketch(folder, chunks=COUNT, dimensions=DIMENSIONS)
    assert sketch is not None
    assert COUNT >= WIDE_SHARE * WIDE * 100
    odd = np.arange(1, COUNT, 2)
    for question in near_something(10):
        pointed = sketch.nearest(question, 100)
        assert len(pointed) == 100
        assert np.isin(np.argsort(-(VECTORS @ question), kind="stable")[:10], pointed).all()
        best = odd[np.argsort(-(VECTORS[odd] @ question), kind="stable")[:10]]
        assert np.isin(best, sketch.nearest(question, 60, odd)).all()


@pytest.mark.parametrize("dimensions", [1, 2, 3, 63, 64, 65, 384, 1000])
def test_vectors_of_any_length_are_sketched(tmp_path: Path, dimensions: int) -> None:
    vectors = units(3, 500, dimensions)
    write_sketch(tmp_path, lambda start, end: vectors[start:end], chunks=500, dimensions=dimensions)
    sketch = open_sketch(tmp_path, chunks=500, dimensions=dimensions)
    assert sketch is not None
    # Of equal ones each is as near.
    best = float((vectors @ vectors[5]).max())
    assert (vectors[sketch.nearest(vectors[5], 50)] @ vectors[5]).max() == pytest.approx(best, abs=1e-6)


def test_what_it_points_out_is_compared_exactly(folder: Path) -> None:
    mapped = MappedVectors(folder, dimensions=DIMENSIONS, chunks=COUNT)
    assert not mapped.compares_all
    questions = near_something(5)
    for question, (places, cosines) in zip(questions, mapped.nearest_places(questions, count=20), strict=True):
        expected = VECTORS @ question
        assert places.tolist() == np.argsort(-expected, kind="stable")[:20].tolist()
        assert cosines == pytest.approx(expected[places], abs=1e-6)


def test_among_what_a_filter_lets_through_too(folder: Path) -> None:
    mapped = MappedVectors(folder, dimensions=DIMENSIONS, chunks=COUNT)
    for among in (np.arange(0, COUNT, 2), np.arange(17, COUNT, 20), np.array([3]), np.array([], dtype=np.intp)):
        for question in near_something(5):
            ((places, _),) = mapped.nearest_places(question[np.newaxis], count=10, among=among)
            best = among[np.argsort(-(VECTORS[among] @ question), kind="stable")[:10]]
            assert places.tolist() == best.tolist()


def _saved(name: str, values: NDArray[np.generic]) -> Callable[[Path], None]:
    return lambda folder: np.save(folder / name, values, allow_pickle=False)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no bits": lambda folder: (folder / "bits.npy").unlink(),
    "an empty file": lambda folder: (folder / "bits.npy").write_bytes(b""),
    "bits of other vectors": _saved("bits.npy", np.zeros(18, dtype="<u8")),
    "bits that are floats": _saved("bits.npy", np.zeros(20)),
    "fewer scales": _saved("scales.npy", np.zeros(10, dtype="<f4")),
    "scales that are not numbers": _saved("scales.npy", np.full(20, np.nan, dtype="<f4")),
    "a centre of another length": _saved("centre.npy", np.zeros(5, dtype="<f4")),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_one_is_refused(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    vectors = units(6, 10, 4)
    write_sketch(tmp_path, lambda start, end: vectors[start:end], chunks=10, dimensions=4)
    damage(tmp_path / FOLDER)
    with pytest.raises((ValueError, OSError)):
        open_sketch(tmp_path, chunks=10, dimensions=4)


@pytest.mark.parametrize(("chunks", "is_sketched"), [(2000, True), (1900, False)])
def test_a_corpus_that_is_not_small_is_published_with_one(tmp_path: Path, chunks: int, is_sketched: bool) -> None:  # noqa: FBT001 - a parameter of the test
    dimensions = 2048
    layout = Layout(record=4 + 4 * dimensions + 8, vector=4, records=chunks, dimensions=dimensions)
    records = np.zeros(chunks, dtype=[("links", "<u4"), ("vector", "<f4", dimensions), ("label", "<u8")])
    records["vector"] = units(7, chunks, dimensions)
    records["label"] = np.arange(chunks)
    segment = tmp_path / "segment"
    segment.mkdir()
    (segment / DATA_FILE).write_bytes(records.tobytes())
    header = struct.pack("<i6Q", 1, 0, chunks, chunks, layout.record, layout.record - 8, layout.vector)
    (segment / HEADER_FILE).write_bytes(header)
    labels = {"id_to_label": {f"{number:05}": number for number in range(chunks)}}
    (segment / LABELS_FILE).write_bytes(pickle.dumps(labels))
    write_map(tmp_path, segment.name, dimensions=dimensions, chunks=chunks)
    assert (tmp_path / FOLDER).is_dir() == is_sketched
    mapped = MappedVectors(tmp_path, dimensions=dimensions, chunks=chunks)
    ((places, _),) = mapped.nearest_places(records["vector"][:1], count=1)
    assert places.tolist() == [0]
