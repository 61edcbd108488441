"""What is asked often and written to by nobody is compared without Chroma's engine, and finds the same."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from corpus.embedding.model import Vectors
from corpus.errors import CollectionMismatch, CorpusError
from corpus.filters import Filter
from corpus.records import CHUNK_ID
from corpus.searching.language_fit import WELL
from corpus.searching.search import Plan, search
from corpus.settings import CorpusSettings
from corpus.store import Store, create_store, open_store, read_store
from corpus.store.resting import FEWEST_SEARCHES, MAX_NUMBERS, Resting
from ingest.sync.lexical_index import bring_up_to_date
from tests.corpus.store.test_recent import WRITER
from tests.corpus.store.test_store import EAST, RECORD, WEST, document, vector

ROOT = Path(__file__).parents[3]
DOCUMENTS, CHUNKS = 6, 10


def vectors_of(seed: int, count: int) -> Vectors:
    made = np.random.default_rng(seed).standard_normal((count, RECORD.dimensions))
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


@pytest.fixture
def settings(tmp_path: Path) -> CorpusSettings:
    return CorpusSettings(chroma_path=tmp_path / "store")


@pytest.fixture
def reader(settings: CorpusSettings) -> Iterator[Store]:
    with create_store(settings, RECORD) as made:
        for number in range(DOCUMENTS):
            texts = [f"word{number} page{index} of all" for index in range(CHUNKS)]
            made.write([document(f"{'abcdef'[number]}.txt", texts, vectors_of(number, CHUNKS).tolist())])
        made.rows.collection.add(ids=["of another program"], embeddings=[EAST], documents=["east"])
        bring_up_to_date(made, before={}, after={each.document_id: each for each in made.documents()})
    with read_store(settings) as opened:
        yield opened


def settle(store: Store) -> None:
    """Ask as often as it takes until all vectors are at hand."""
    asked = 0
    while store.exact is None:
        asked += 1
        assert asked < 100
        store.similar(vectors_of(100, 1), count=3)
    assert asked >= max(FEWEST_SEARCHES, DOCUMENTS)


def ranked(store: Store, query: str, vector: Vectors, where: Filter) -> list[tuple[str, float]]:
    plan = Plan(mode="hybrid", top_k=8, where=where.to_where())
    (hits,) = search(store, [query], vector[np.newaxis], [WELL], plan)
    return [(hit.chunk.chunk_id, round(hit.score, 5)) for hit in hits]


def answers(store: Store) -> Iterator[object]:
    asked = vectors_of(50, 4)
    few = [each.chunk_ids()[0] for each in store.documents()]
    for among, where in ((None, None), (few, None), (None, {"source": "c.txt"})):
        near = store.similar(asked, count=9, where=where, among=among)
        yield [[(each, round(cosine, 5)) for each, cosine in each_near.items()] for each_near in near]
    yield ranked(store, "word3 page7", asked[0], Filter())
    yield ranked(store, "all", asked[1], Filter(source="b.txt"))
    yield {each: round(cosine, 5) for each, cosine in store.cosines(asked[0], few).items()}


def test_it_finds_what_the_engine_finds_among_so_few(reader: Store, settings: CorpusSettings) -> None:
    settle(reader)
    assert reader.exact is not None
    assert reader.lexical_index.index().lists(reader.exact.ids)
    assert len(reader.exact) == DOCUMENTS * CHUNKS
    assert all(CHUNK_ID.fullmatch(each.decode()) for each in reader.exact.ids.tolist())
    found = list(answers(reader))
    with read_store(settings) as fresh:
        assert list(answers(fresh)) == found
        assert fresh.exact is None
    with pytest.raises(CollectionMismatch, match="A vector of 3 dimensions"):
        reader.similar(vectors_of(50, 1)[:, :3], count=1)


def test_the_next_question_finds_what_another_process_wrote_and_then_it_rests_again(
    reader: Store, settings: CorpusSettings
) -> None:
    settle(reader)
    assert reader.nearest(vector(WEST), count=1)[0].text != "west"
    subprocess.run([sys.executable, "-c", WRITER, settings.chroma_path], check=True, cwd=ROOT)
    assert reader.exact is None
    assert reader.nearest(vector(WEST), count=1)[0].text == "west"
    settle(reader)
    assert reader.nearest(vector(WEST), count=1)[0].text == "west"
    assert reader.exact is not None
    assert len(reader.exact) == (DOCUMENTS - 1) * CHUNKS + 1


def test_what_this_process_writes_itself_is_found_too(settings: CorpusSettings) -> None:
    with create_store(settings, RECORD):
        pass
    with open_store(settings) as store:
        for source, text, towards in (("a.txt", "east", EAST), ("b.txt", "west", WEST)):
            store.write([document(source, [text], [towards])])
            for _ in range(2 * FEWEST_SEARCHES):
                assert store.nearest(vector(towards), count=1)[0].text == text
            assert store.exact is not None


def test_a_store_that_is_gone_is_told_and_not_answered_from_memory(reader: Store, settings: CorpusSettings) -> None:
    settle(reader)
    settings.chroma_path.rename(settings.chroma_path.with_name("elsewhere"))
    assert reader.exact is None
    with pytest.raises(CorpusError):
        reader.nearest(vector(WEST), count=1)


def test_more_than_it_has_room_for_and_nothing_at_all_are_left_to_the_engine(
    reader: Store, settings: CorpusSettings
) -> None:
    settle(reader)
    wide = Resting(reader.rows, reader._handle, dimensions=MAX_NUMBERS)
    empty = settings.model_copy(update={"chroma_path": settings.chroma_path.with_name("empty")})
    with create_store(empty, RECORD) as nothing:
        for _ in range(3 * FEWEST_SEARCHES):
            wide.note_search()
            assert nothing.similar(vectors_of(1, 1), count=3) == [{}]
        assert wide.vectors() is None
        assert nothing.exact is None
