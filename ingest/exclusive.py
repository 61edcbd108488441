"""One ingest at a time: two could take each other's half-written documents for rubbish and sweep it up."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import filelock

from corpus.errors import CollectionBusy, StoreUnavailable
from corpus.settings import CorpusSettings, target_kind
from corpus.store import Store

LOCK_FILE = "ingest.lock"
LEASE_SECONDS = 120.0
RENEW_SECONDS = 30.0


@contextlib.contextmanager
def exclusive(store: Store, settings: CorpusSettings) -> Iterator[None]:
    """Keep others from writing to the collection. Raises CollectionBusy that says who is writing.

    An embedded store is locked by a file, which the system lets go of when the process dies; a server by a lease that
    is renewed, and runs out two minutes after its holder has died.
    """
    holder = f"process {os.getpid()} on {socket.gethostname()}"
    hold = _file_lock if target_kind(settings) == "embedded" else _lease
    with hold(store, settings, holder):
        yield


@contextlib.contextmanager
def _file_lock(_: Store, settings: CorpusSettings, holder: str) -> Iterator[None]:
    path = settings.chroma_path / LOCK_FILE
    lock = filelock.FileLock(path, timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise CollectionBusy(_busy(settings, _text(path))) from None
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be locked: {error.strerror}. Check the folder's rights.") from error
    try:
        path.write_text(holder)
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _lease(store: Store, settings: CorpusSettings, holder: str) -> Iterator[None]:
    taken = store.lease.claim(holder, until=time.time() + LEASE_SECONDS)
    if taken is not None and taken[1] < time.time():
        store.lease.release()
        taken = store.lease.claim(holder, until=time.time() + LEASE_SECONDS)
    if taken is not None:
        raise CollectionBusy(_busy(settings, taken[0]))
    done = threading.Event()
    renewing = threading.Thread(target=_renew, args=(store, holder, done), daemon=True)
    renewing.start()
    try:
        yield
    finally:
        done.set()
        renewing.join()
        store.lease.release()


def _renew(store: Store, holder: str, done: threading.Event) -> None:
    while not done.wait(RENEW_SECONDS):
        # A server that is away will fail the run's own calls, which say so.
        with contextlib.suppress(StoreUnavailable):
            store.lease.renew(holder, until=time.time() + LEASE_SECONDS)


def _busy(settings: CorpusSettings, holder: str) -> str:
    return f"Another ingest ({holder}) is writing to {settings.target}. Wait until it is done, and run this again."


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8") or "unknown"
    except OSError:
        return "unknown"
