"""What was read of an embedded store is kept until somebody writes to it, and no longer."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.records import document_id_of
from corpus.settings import CorpusSettings
from corpus.store import Store, create_store, open_store, read_store
from corpus.store.change_detection import State
from corpus.store.recent import Kept
from tests.corpus.store.test_store import EAST, NORTH, RECORD, WEST, document, vector

ROOT = Path(__file__).parents[3]
FIRST = f"{document_id_of('a.txt')}-0"
# Writes another text under the id of the first chunk, which a document's record keeps, from a process of its own.
WRITER = """
import sys
from pathlib import Path
from corpus.settings import CorpusSettings
from corpus.store import open_store
from tests.corpus.store.test_store import document
with open_store(CorpusSettings(chroma_path=Path(sys.argv[1]))) as store:
    store.write([document("a.txt", ["west"], [[-1.0, 0.0, 0.0, 0.0]])])
"""


class Shelf:
    """Something that is read, and how often."""

    def __init__(self) -> None:
        self.state: State | None = State((1, 1, "c"), 1)
        self.values = {str(number): number for number in range(9)}
        self.asked: list[list[str]] = []

    def fetch(self, ids: Sequence[str]) -> dict[str, int]:
        self.asked.append(list(ids))
        return {each: self.values[each] for each in ids if each in self.values}

    def written(self, **values: int) -> None:
        assert self.state is not None
        self.values |= values
        self.state = replace(self.state, last=self.state.last + 1)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def test_only_what_is_new_is_read(shelf: Shelf) -> None:
    kept = Kept(shelf.fetch, lambda: shelf.state)
    assert kept.read(["1", "2", "absent"]) == {"1": 1, "2": 2}
    assert kept.read(["2", "3", "2"]) == {"2": 2, "3": 3}
    assert shelf.asked == [["1", "2", "absent"], ["3"]]


def test_after_a_write_all_is_read_anew(shelf: Shelf) -> None:
    kept = Kept(shelf.fetch, lambda: shelf.state)
    kept.read(["1", "2"])
    shelf.written(**{"1": 100})
    assert kept.read(["1", "2"]) == {"1": 100, "2": 2}


def test_what_is_written_while_it_is_read_comes_as_of_one_state(shelf: Shelf) -> None:
    def fetch(ids: Sequence[str]) -> dict[str, int]:
        if len(shelf.asked) == 1:
            shelf.written(**{"1": 100, "2": 200})
        return shelf.fetch(ids)

    kept = Kept(fetch, lambda: shelf.state)
    kept.read(["1"])
    assert kept.read(["1", "2"]) == {"1": 100, "2": 200}
    assert kept.read(["1", "2"]) == {"1": 100, "2": 200}


def test_where_nobody_can_tell_what_is_written_nothing_is_kept(shelf: Shelf) -> None:
    shelf.state = None
    kept = Kept(shelf.fetch, lambda: shelf.state)
    kept.read(["1"])
    kept.read(["1"])
    assert shelf.asked == [["1"], ["1"]]


def test_what_was_asked_for_least_lately_goes_first(shelf: Shelf) -> None:
    kept = Kept(shelf.fetch, lambda: shelf.state, most=2)
    for each in ("1", "2", "1", "3", "1", "2"):
        kept.read([each])
    assert shelf.asked == [["1"], ["2"], ["3"], ["2"]]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Store]:
    settings = CorpusSettings(chroma_path=tmp_path / "store")
    with create_store(settings, RECORD) as made:
        made.write([document("a.txt", ["east"], [EAST]), document("b.txt", ["north"], [NORTH])])
    with read_store(settings) as opened:
        yield opened


def test_the_next_question_has_the_text_and_the_vector_that_another_process_wrote(
    reader: Store, tmp_path: Path
) -> None:
    for _ in range(2):
        assert reader.nearest(vector(EAST), count=1)[0].text == "east"
        assert reader.whole([FIRST])[FIRST].text == "east"
        assert reader.cosines(np.array(EAST, np.float32), [FIRST]) == pytest.approx({FIRST: 1.0})
    subprocess.run([sys.executable, "-c", WRITER, tmp_path / "store"], check=True, cwd=ROOT)
    assert reader.whole([FIRST])[FIRST].text == "west"
    assert reader.cosines(np.array(WEST, np.float32), [FIRST]) == pytest.approx({FIRST: 1.0})


def test_whom_a_document_is_shown_to_is_told_anew(reader: Store, tmp_path: Path) -> None:
    assert reader.whole([FIRST])[FIRST].access == ()
    with open_store(CorpusSettings(chroma_path=tmp_path / "store")) as writer:
        (record,) = [each for each in writer.documents() if each.source == "a.txt"]
        writer.grant([replace(record, access=("group:sales",))])
    assert reader.whole([FIRST])[FIRST].access == ("group:sales",)
