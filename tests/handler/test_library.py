"""Who gets the corpus when it is slow to open, cannot be opened, or is replaced."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from corpus.corpus_opening import open_corpus
from corpus.errors import LexicalIndexUnusable, StoreUnavailable
from corpus.searching.corpus import Corpus
from handler.contract.errors import ActionError
from handler.library import Library
from tests.handler.corpora import corpus_settings
from tests.openai_server import EmbeddingsServer


class Opener:
    """Opens the real corpus; tests say when, and how often it fails first."""

    def __init__(self, folder: Path, server: EmbeddingsServer, *, failures: int = 0) -> None:
        self.settings = corpus_settings(folder, server)
        self.failures = failures
        self.calls = 0
        self.may_go = threading.Event()

    def __call__(self) -> Corpus:
        self.calls += 1
        hangs = self.calls == 1
        if hangs:
            self.may_go.wait(60)
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("away")
        return open_corpus(self.settings)


def words(library: Library, *, wait_seconds: float | None = None) -> int:
    with library.corpus(wait_seconds=wait_seconds) as corpus:
        return corpus.store.count()


def test_many_wait_for_one_opening(manuals: Path, server: EmbeddingsServer) -> None:
    opener = Opener(manuals, server)
    library = Library(opener)
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(words, library) for _ in range(8)]
        opener.may_go.set()
        assert [each.result() for each in waiting] == [3] * 8
    assert opener.calls == 1
    library.close()


def test_who_has_no_more_time_goes_without_and_the_opening_goes_on(manuals: Path, server: EmbeddingsServer) -> None:
    opener = Opener(manuals, server)
    library = Library(opener)
    for _ in range(2):
        with pytest.raises(ActionError, match="longer than the server allows"):
            words(library, wait_seconds=0.01)
    opener.may_go.set()
    assert words(library) == 3
    assert opener.calls == 1
    library.close()


def test_a_failure_is_everybodys_who_waits_and_the_next_tries_again(manuals: Path, server: EmbeddingsServer) -> None:
    opener = Opener(manuals, server, failures=1)
    library = Library(opener)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(words, library)
        opener.may_go.set()
        with pytest.raises(StoreUnavailable):
            waiting.result()
    assert words(library) == 3
    assert opener.calls == 2
    library.close()


def test_an_opening_that_hangs_is_given_up_and_its_corpus_closed(manuals: Path, server: EmbeddingsServer) -> None:
    opener = Opener(manuals, server)
    library = Library(opener, patience_seconds=0)
    with pytest.raises(ActionError):
        words(library, wait_seconds=0.01)
    assert words(library) == 3
    assert opener.calls == 2
    opener.may_go.set()
    for thread in threading.enumerate():
        if thread.name == "open-corpus":
            thread.join(60)
    # The late one has not taken the other's place, nor closed it.
    assert words(library) == 3
    library.close()


def test_only_a_fault_of_the_store_lets_go_of_it(manuals: Path, server: EmbeddingsServer) -> None:
    opener = Opener(manuals, server)
    opener.may_go.set()
    library = Library(opener)
    with pytest.raises(LexicalIndexUnusable), library.corpus():
        raise LexicalIndexUnusable("none")
    assert words(library) == 3
    assert opener.calls == 1
    with pytest.raises(StoreUnavailable), library.corpus():
        raise StoreUnavailable("away")
    assert words(library) == 3
    assert opener.calls == 2
    library.close()
