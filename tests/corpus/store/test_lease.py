"""One at a time may write to a collection on a server, wherever two runs are when they stop and go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus.collection import RECORDS_FIELD
from corpus.errors import CollectionBusy
from corpus.records import document_id_of
from corpus.settings import CorpusSettings
from corpus.store import create_store, open_store
from corpus.store.chroma_client import connect, disconnect
from corpus.store.lease import SUFFIX, Lease
from tests.corpus.store.test_store import EAST, RECORD, document

ROOT = Path(__file__).parents[3]
STEPS = 12


class Stepping:
    """A client that does something else before its n-th request, as when its process is stopped there and continued."""

    def __init__(self, client: Any, at: int, meanwhile: Callable[[], object]) -> None:
        self._client = client
        self._left = at
        self._meanwhile = meanwhile

    def step(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._meanwhile()

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            self.step()
            found = getattr(self._client, name)(*arguments, **named)
            return Made(found, self) if hasattr(found, "modify") else found

        return call


class Made:
    """A collection whose requests are counted, too."""

    def __init__(self, collection: Any, steps: Stepping) -> None:
        self._collection = collection
        self._steps = steps

    def modify(self, **named: Any) -> None:
        self._steps.step()
        self._collection.modify(**named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)


@pytest.fixture
def client(chroma_url: str) -> Any:
    found = connect(CorpusSettings(chroma_url=chroma_url))
    yield found
    disconnect(found)


@pytest.fixture
def name() -> str:
    return f"test-{uuid.uuid4().hex}"


def take(lease: Lease, holder: str) -> bool:
    """As a run does that finds what may have run out."""
    taken = lease.claim(holder, until=time.time() + 60)
    if taken is not None and taken[1] < time.time():
        lease.put_away(before=time.time())
        taken = lease.claim(holder, until=time.time() + 60)
    return taken is None


def holds(lease: Lease) -> bool:
    if lease._held is None:
        return False
    try:
        lease.check()
    except CollectionBusy:
        return False
    return True


@pytest.mark.parametrize("step", range(1, STEPS))
def test_of_two_that_find_it_run_out_one_has_it(client: Any, name: str, step: int) -> None:
    assert Lease(client, name).claim("the dead", until=time.time() - 60) is None
    second = Lease(client, name)
    first = Lease(Stepping(client, step, lambda: take(second, "second")), name)
    take(first, "first")
    assert [holds(first), holds(second)].count(True) == 1


@pytest.mark.parametrize("step", range(3, STEPS))  # The first two are the claim.
def test_who_slept_renews_nothing_over_the_one_that_took_it(client: Any, name: str, step: int) -> None:
    thief = Lease(client, name)
    sleeper = Lease(Stepping(client, step, lambda: take(thief, "thief")), name)
    assert sleeper.claim("sleeper", until=time.time() - 1) is None
    renewed = sleeper.renew(until=time.time() + 60)
    assert [holds(sleeper), holds(thief)].count(True) == 1
    if holds(thief):
        assert not sleeper.renew(until=time.time() + 60)
        sleeper.release()
        assert holds(thief)
        assert Lease(client, name).claim("third", until=time.time() + 60) is not None
    else:
        assert renewed or holds(sleeper)


@pytest.mark.parametrize("step", range(1, 6))
def test_who_gives_back_takes_nothing_from_others(client: Any, name: str, step: int) -> None:
    other = Lease(client, name)
    first = Lease(Stepping(client, step, lambda: take(other, "other")), name)
    if first.claim("first", until=time.time() - 1) is None:
        first.release()
    assert holds(other) or take(other, "other")
    assert holds(other)


def test_nothing_is_left_of_leases_that_were_given_back(client: Any, name: str) -> None:
    assert Lease(client, name).claim("the dead", until=time.time() - 60) is None
    lease = Lease(client, name)
    assert take(lease, "next")
    lease.release()
    assert [each.name for each in client.list_collections() if each.name.startswith(f"{name}{SUFFIX}")] == []


def test_who_slept_neither_sweeps_nor_heals_nor_removes_what_another_writes(chroma_url: str, name: str) -> None:
    settings = CorpusSettings(chroma_url=chroma_url, chroma_collection=name)
    with create_store(settings, RECORD) as sleeper, open_store(settings) as other:
        assert sleeper.lease.claim("sleeper", until=time.time() - 1) is None
        assert take(other.lease, "other")
        other.write([document("a.txt", ["east", "more of it"], [EAST, EAST])])
        other.rows.delete([f"{document_id_of('a.txt')}-0"])  # As in the middle of a write.
        document_ids = [document_id_of("a.txt")]
        for change in (
            lambda: sleeper.sweep([]),
            lambda: sleeper.remove(document_ids),
            lambda: sleeper.restamp({document_ids[0]: "x"}),
            lambda: sleeper.rows.note_version(RECORDS_FIELD, 9),
            lambda: sleeper.write([document("b.txt", ["west"], [EAST])]),
            sleeper.rows.drop,
        ):
            with pytest.raises(CollectionBusy, match="taken over"):
                change()
        assert other.count() == 1
        other.rows.drop()


# Holds the collection, and writes a document for each line that it is told.
RUN = """
import sys
from corpus.settings import CorpusSettings
from corpus.store import open_store
from ingest.sync import lock
from ingest.sync.writer import Writing
from tests.corpus.store.test_store import document
lock.LEASE_SECONDS, lock.RENEW_SECONDS, lock.GRACE_SECONDS = 2.0, 0.5, 0.0
settings = CorpusSettings(chroma_url=sys.argv[1], chroma_collection=sys.argv[2])
with open_store(settings) as store, lock.exclusive(store, settings):
    writing = Writing(store, settings)
    print("holds", flush=True)
    for line in sys.stdin:
        writing.write([document(line.strip(), ["text"], [[1.0, 0.0, 0.0, 0.0]])], then=lambda _: None)
        print("wrote", flush=True)
"""


def test_a_process_that_was_stopped_for_long_writes_nothing_once_another_has_taken_over(chroma_url: str) -> None:
    settings = CorpusSettings(chroma_url=chroma_url, chroma_collection=f"test-{uuid.uuid4().hex}")

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", RUN, chroma_url, settings.chroma_collection],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def tell(process: subprocess.Popen[str], source: str) -> None:
        assert process.stdin is not None
        process.stdin.write(f"{source}\n")
        process.stdin.flush()

    with create_store(settings, RECORD) as store:
        first = start()
        assert first.stdout is not None
        assert first.stdout.readline() == "holds\n"
        tell(first, "first.txt")
        assert first.stdout.readline() == "wrote\n"
        first.send_signal(signal.SIGSTOP)
        time.sleep(2.5)
        second = start()
        assert second.stdout is not None
        assert second.stdout.readline() == "holds\n"
        first.send_signal(signal.SIGCONT)
        tell(first, "late.txt")
        _, stderr = first.communicate(timeout=60)
        assert "CollectionBusy" in stderr
        tell(second, "second.txt")
        assert second.stdout.readline() == "wrote\n"
        _, stderr = second.communicate(timeout=60)
        assert (second.returncode, stderr) == (0, "")
        assert [record.source for record in store.documents()] == ["first.txt", "second.txt"]
        store.rows.drop()
