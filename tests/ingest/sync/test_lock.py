"""One ingest at a time, on an embedded store and on a server."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.errors import CollectionBusy
from corpus.settings import CorpusSettings, target_kind
from corpus.store import Store, create_store
from ingest.sync.lock import LEASE_SECONDS, RENEW_SECONDS, exclusive
from tests.corpus.store.test_store import RECORD


@pytest.fixture
def store(settings: CorpusSettings) -> Iterator[Store]:
    with create_store(settings, RECORD) as made:
        yield made


def test_the_second_is_told_who_is_writing(store: Store, settings: CorpusSettings) -> None:
    waits: list[str] = []
    with (
        exclusive(store, settings),
        pytest.raises(CollectionBusy, match=f"process {os.getpid()} on "),
        exclusive(store, settings, on_wait=waits.append),
    ):
        pass
    assert waits == [], "who is alive is not waited for"


def test_afterwards_the_next_can_write(store: Store, settings: CorpusSettings) -> None:
    for _ in range(2):
        with exclusive(store, settings):
            pass


def test_a_run_that_failed_lets_go(store: Store, settings: CorpusSettings) -> None:
    with pytest.raises(KeyError), exclusive(store, settings):
        raise KeyError
    with exclusive(store, settings):
        pass


def test_what_a_killed_run_left_at_work_is_waited_for(tmp_path: Path) -> None:
    settings = CorpusSettings(chroma_path=tmp_path)
    # It takes the lock and ends; who inherited the lock ends a second later.
    code = (
        "import fcntl, os, socket, subprocess, sys; file = open(sys.argv[1], 'w'); fcntl.flock(file, fcntl.LOCK_EX); "
        "file.write(f'process {os.getpid()} on {socket.gethostname()}'); file.flush(); "
        "subprocess.Popen(['sleep', '1'], pass_fds=[file.fileno()]); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, settings.chroma_path / "ingest.lock"], check=False)
    with (settings.chroma_path / "ingest.lock").open() as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with create_store(settings, RECORD) as store, exclusive(store, settings):
        pass


def test_a_writer_that_was_killed_holds_nobody_up(store: Store, settings: CorpusSettings) -> None:
    if target_kind(settings) == "server":
        # As a process leaves it that was killed three minutes ago.
        assert store.lease.claim("process 1 on elsewhere", until=time.time() - 60) is None
    else:
        code = (
            "import fcntl, os, sys; file = open(sys.argv[1], 'w'); fcntl.flock(file, fcntl.LOCK_EX); "
            "os.kill(os.getpid(), 9)"
        )
        subprocess.run([sys.executable, "-c", code, settings.chroma_path / "ingest.lock"], check=False)
    with exclusive(store, settings):
        pass


def test_a_lease_is_renewed_several_times_before_it_runs_out() -> None:
    assert 3 * RENEW_SECONDS < LEASE_SECONDS
