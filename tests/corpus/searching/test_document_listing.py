"""A page of the documents costs a page, however many documents there are."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from corpus.corpus_opening import open_corpus
from corpus.records import DocumentRecord, Metadata
from corpus.searching.document_listing import Listing
from corpus.settings import CorpusSettings
from corpus.store import Store, open_store
from corpus.store.change_detection import UNSETTLED_SECONDS, Watch
from corpus.store.engine import DEFAULT_DATABASE, DEFAULT_TENANT
from tests.handler.corpora import Text, corpus_settings, write_corpus
from tests.openai_server import embeddings_server

PLACE = {"database": DEFAULT_DATABASE, "tenant": DEFAULT_TENANT}
TEXTS = [Text(source=f"{number:03}.txt", text=f"Text number {number}.") for number in range(30)]


class Counted:
    """A real store, and how often it was asked for all documents and for their versions, and for how many records."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.all = 0
        self.some = 0
        self.compared = 0

    def state(self) -> object:
        return self.store.state()

    def versions(self) -> dict[str, int] | None:
        self.compared += 1
        return self.store.versions()

    def documents(self) -> list[DocumentRecord]:
        self.all += 1
        return self.store.documents()

    def records(self, document_ids: Iterable[str]) -> dict[str, DocumentRecord]:
        ids = list(document_ids)
        self.some += len(ids)
        return self.store.records(ids)


@pytest.fixture
def settings(tmp_path: Path) -> CorpusSettings:
    with embeddings_server() as server:
        made = corpus_settings(tmp_path / "store", server)
        write_corpus(made, TEXTS)
        return made


def sources(page: tuple[list[DocumentRecord], int]) -> list[str]:
    return [record.source for record in page[0]]


def test_all_documents_are_read_once_for_all_pages(settings: CorpusSettings) -> None:
    with open_corpus(settings) as corpus:
        time.sleep(UNSETTLED_SECONDS)
        counted = Counted(corpus.store)
        listing = Listing(counted)
        found = [source for offset in range(0, 30, 7) for source in sources(listing.page(offset=offset, limit=7))]
        assert found == [text.source for text in TEXTS]
        assert listing.page(offset=100, limit=7) == ([], 30)
        assert (counted.all, counted.some, counted.compared) == (1, 30, 1)


def test_what_somebody_else_writes_is_seen_by_the_next_page(settings: CorpusSettings) -> None:
    with open_corpus(settings) as corpus:
        assert corpus.documents(offset=0, limit=5)[1] == 30
        with open_store(settings) as writer:
            writer.remove([TEXTS[0].document_id])
        page = corpus.documents(offset=0, limit=2)
        assert (sources(page), page[1]) == (["001.txt", "002.txt"], 29)


def test_after_a_change_only_what_changed_is_read(settings: CorpusSettings) -> None:
    with open_corpus(settings) as corpus:
        counted = Counted(corpus.store)
        listing = Listing(counted)
        time.sleep(UNSETTLED_SECONDS)
        listing.page(offset=0, limit=1)
        counted.all = counted.some = 0
        with open_store(settings) as writer:
            writer.restamp({text.document_id: "newer" for text in TEXTS[5:7]})
            writer.remove([TEXTS[0].document_id])
        time.sleep(UNSETTLED_SECONDS)
        found = listing.page(offset=0, limit=100)
        assert sources(found) == [text.source for text in TEXTS[1:]]
        assert (counted.all, counted.some) == (0, 2 + 29)


def test_where_versions_cannot_be_told_all_is_read_and_right(settings: CorpusSettings) -> None:
    with open_corpus(settings) as corpus:
        counted = Counted(corpus.store)
        counted.versions = lambda: None  # type: ignore[method-assign] # As of a server.
        listing = Listing(counted)
        assert listing.page(offset=0, limit=1)[1] == 30
        with open_store(settings) as writer:
            writer.remove([TEXTS[0].document_id])
        assert sources(listing.page(offset=0, limit=1)) == ["001.txt"]
        assert counted.all == 2


def test_records_read_at_rest_are_those_that_chroma_gives(tmp_path: Path) -> None:
    metadata: Metadata = {"share": 1 / 3, "year": 2**62, "is_new": False, "tags": ["b", "a", "b"], "quote": 'a"\u2028'}
    with embeddings_server() as server:
        settings = corpus_settings(tmp_path / "store", server)
        write_corpus(settings, [*TEXTS, Text(source="own.txt", text="Own fields.", metadata=metadata)])
    with open_store(settings) as store:
        foreign = {"index": 0, "source": "z.txt"}
        store.rows.collection.upsert(ids=["0" * 16 + "-0"], embeddings=[[1.0] * 256], metadatas=[foreign])
        time.sleep(UNSETTLED_SECONDS)
        assert Watch(settings.chroma_path, collection="corpus", **PLACE).metadata() is not None
        found = store.documents()
        assert {record.document_id: record for record in found} == store.records(r.document_id for r in found)
        assert [record.source for record in found] == [*(text.source for text in TEXTS), "own.txt"]
        assert found[-1].metadata == metadata
