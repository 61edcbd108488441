"""Whichever way filtered candidates are looked for, they are the ones that Chroma's own filter finds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.corpora import PER_DOCUMENT, document, make_store, question
from corpus.filters import Filter, Where
from corpus.lexical.filter_mask import FilterMask
from corpus.searching.filtered import FEW, filtered_nearest
from corpus.settings import CorpusSettings
from corpus.store import Store, create_store, open_store
from corpus.store.document_writes import Written
from ingest.sync.lexical_index import bring_up_to_date
from tests.corpus.store.test_store import RECORD
from tests.corpus.store.test_store import document as stored

CHUNKS, DIMENSIONS = 1_500, 16
TWENTIETH: Where = {"meta.year": 2007}
HALF: Where = {"meta.half": "a"}
NONE: Where = {"meta.year": 1900}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sieve")
    make_store(folder, CHUNKS, DIMENSIONS)
    return folder


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with open_store(CorpusSettings(chroma_path=folder)) as store:
        yield store


@pytest.mark.parametrize(
    ("where", "count"),
    [
        pytest.param(HALF, 20, id="a deeper search without the filter"),
        pytest.param(TWENTIETH, 20, id="the vectors of all that pass"),
        pytest.param(HALF, 1_100, id="among the ids that pass"),
        pytest.param(NONE, 20, id="none passes"),
    ],
)
def test_the_nearest_that_pass_are_the_ones_that_chroma_finds(store: Store, where: Where, count: int) -> None:
    passing = store.lexical_index.index().passing(where)
    assert_found_as_by_chroma(store, where, passing, count)


def test_the_ways_are_all_taken(store: Store) -> None:
    index = store.lexical_index.index()
    assert index.passing(TWENTIETH).count <= FEW < index.passing(HALF).count


def added() -> list[Written]:
    """More documents, of which the number of chunks tells: one for each filter that lets it pass."""
    return [document(number, DIMENSIONS) for number in (407, 408)]


def replaced() -> list[Written]:
    """One in place of another, of which it does not."""
    return [document(7, DIMENSIONS, change="new")]


@pytest.mark.parametrize(("where", "count"), [(HALF, 20), (TWENTIETH, 20), (TWENTIETH, 1_100), (HALF, 1_100)])
@pytest.mark.parametrize("writes", [[added], [replaced], [added, replaced]], ids=["added", "replaced", "both"])
def test_what_the_index_does_not_know_yet_is_found_too(
    folder: Path, tmp_path: Path, writes: list[Callable[[], list[Written]]], where: Where, count: int
) -> None:
    shutil.copytree(folder, tmp_path / "store")
    with open_store(CorpusSettings(chroma_path=tmp_path / "store")) as store:
        store.write([each for written in writes for each in written()])
        assert_found_as_by_chroma(store, where, store.lexical_index.index().passing(where), count)


def assert_found_as_by_chroma(store: Store, where: Where, passing: FilterMask, count: int) -> None:
    vectors = np.stack([question(seed, CHUNKS // PER_DOCUMENT, DIMENSIONS)[1] for seed in range(3)])
    found = filtered_nearest(store, vectors, count=count, where=where, passing=passing)
    expected = store.similar(vectors, count=count, where=where)
    for ours, chromas in zip(found, expected, strict=True):
        assert list(ours.values()) == pytest.approx(list(chromas.values()), abs=1e-5)
        assert set(ours) == set(chromas)


@pytest.mark.parametrize(
    "where",
    [
        pytest.param({"meta.year": {"$from": 2003}}, id="many documents: a search goes deeper"),
        pytest.param({"$not": {"meta.half": "a"}}, id="half of them"),
        pytest.param({"source": {"$below": "3.txt"}}, id="few are named to Chroma"),
        pytest.param({"source": {"$below": "nowhere"}}, id="none"),
    ],
)
def test_what_chroma_cannot_say_is_found_with_and_without_the_index(store: Store, where: Where) -> None:
    mask = store.lexical_index.index().passing(where)
    vectors = np.stack([question(seed, CHUNKS // PER_DOCUMENT, DIMENSIONS)[1] for seed in range(3)])
    known, unknown = (filtered_nearest(store, vectors, count=20, where=where, passing=each) for each in (mask, None))
    for one, other in zip(known, unknown, strict=True):
        assert len(one) == min(20, mask.count)
        assert list(one.values()) == pytest.approx(list(other.values()), abs=1e-5)
        assert mask.sift(list(other)) == list(other)


def test_what_lies_far_from_the_question_is_found_by_the_mask(store: Store) -> None:
    index = store.lexical_index.index()
    vectors = np.stack([question(seed, CHUNKS // PER_DOCUMENT, DIMENSIONS)[1] for seed in range(2)])
    far = list(store.similar(vectors[:1], count=CHUNKS)[0])[-2 * FEW :]
    where = Filter(visible_to=frozenset(["nobody"])).to_where() or {}
    found = filtered_nearest(store, vectors, count=20, where=where, passing=index.among(far))
    for vector, near in zip(vectors, found, strict=True):
        cosines = store.cosines(vector, far)
        assert list(near.values()) == pytest.approx(sorted(cosines.values(), reverse=True)[:20], abs=1e-5)


def test_among_hundreds_of_vectors_that_are_alike_none_is_missed(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    alike, rest = np.tile(random.standard_normal(64), (400, 1)), random.standard_normal((800, 64))
    vectors = random.permutation(np.concatenate([alike, rest])).tolist()
    written = [
        stored(f"{number}.txt", [f"Text {number}"], [vector], metadata={"half": "ab"[number % 2]})
        for number, vector in enumerate(vectors)
    ]
    with create_store(CorpusSettings(chroma_path=tmp_path), replace(RECORD, dimensions=64)) as store:
        store.write(written)
        bring_up_to_date(store, before={}, after={each.document_id: each for each in store.documents()})
        passing = store.lexical_index.index().passing(HALF)
        (near,) = filtered_nearest(store, alike[:1].astype(np.float32), count=400, where=HALF, passing=passing)
    assert passing.count > FEW
    assert len(near) == 400
    expected = sum(vector == alike[0].tolist() for vector in vectors[::2])
    assert sum(cosine > 0.9999 for cosine in near.values()) == expected
