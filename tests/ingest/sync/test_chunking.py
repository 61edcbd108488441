"""Documents are cut the same wherever it happens, and in the order in which they came."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

from corpus.tokens import Cl100kTokenizer
from ingest.reading.document import Block, Document
from ingest.sources.found import Item
from ingest.sync.chunking import CHARACTERS_PER_GROUP, WORTH_A_PROCESS, ChunkingPool, Found
from ingest.sync.outcome import Added, Change, Draft, Failed, Unchanged
from tests.ingest.documents import COLLECTION


def found(count: int, *, sentences: int = 300) -> Iterator[Found]:
    """Items with a document each, every fifth unchanged, the seventh empty."""
    for number in range(count):
        item = Item(source=f"{number}.txt", place=f"/{number}.txt")
        text = " ".join(f"This is sentence {each} of document {number}." for each in range(sentences))
        document = Document(text=text, blocks=(Block("paragraph", 0, len(text)),) if number != 7 else ())
        draft = Draft(document, item, digest=f"{number:064}", stamp="stamp", replaces=False)
        yield item, [Unchanged(f"{number}", None) if number % 5 == 0 else draft]


def outline(cut: Iterator[tuple[Item, list[Change]]]) -> list[tuple[str, object]]:
    """What can be compared: all but the time of ingestion."""
    outlined: list[tuple[str, object]] = []
    for item, changes in cut:
        for change in changes:
            match change:
                case Added(prepared, words):
                    what: object = (prepared.chunks, prepared.texts, words.ids.tolist(), words.terms.tolist())
                case Failed():
                    what = change
                case _:
                    what = "same"
            outlined.append((item.source, what))
    return outlined


def test_other_processes_cut_as_this_one_does_and_in_order() -> None:
    here = outline(ChunkingPool(COLLECTION, Cl100kTokenizer).all_cut(found(30)))
    beside = ChunkingPool(COLLECTION, Cl100kTokenizer, processes=2)
    beside.expect(WORTH_A_PROCESS)
    assert outline(beside.all_cut(found(30))) == here
    assert [source for source, _ in here] == [f"{number}.txt" for number in range(30)]
    assert isinstance(dict(here)["7.txt"], Failed)


def test_a_process_that_is_killed_costs_nothing() -> None:
    here = outline(ChunkingPool(COLLECTION, Cl100kTokenizer).all_cut(found(60)))
    beside = ChunkingPool(COLLECTION, Cl100kTokenizer, processes=1)
    beside.expect(WORTH_A_PROCESS)

    def killing() -> Iterator[Found]:
        for number, each in enumerate(found(60)):
            if number == 40:
                os.kill(beside._children[0].pid, signal.SIGKILL)
            yield each

    assert 4 * CHARACTERS_PER_GROUP < 60 * 300 * 30
    assert outline(beside.all_cut(killing())) == here


def test_few_documents_start_no_process() -> None:
    cutting = ChunkingPool(COLLECTION, Cl100kTokenizer, processes=1)
    for _ in cutting.all_cut(found(10)):
        assert not cutting._children
