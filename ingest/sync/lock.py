"""One ingest at a time: two could take each other's half-written documents for rubbish and sweep it up."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus.errors import CollectionBusy, StoreUnavailable
from corpus.settings import CorpusSettings, target_kind
from corpus.store import Store

LOCK_FILE = "ingest.lock"
LEASE_SECONDS = 120.0
RENEW_SECONDS = 30.0
SECONDS_BETWEEN = 0.05


@contextlib.contextmanager
def exclusive(store: Store, settings: CorpusSettings) -> Iterator[Sequence[int]]:
    """Keep others from writing to the collection. Raises CollectionBusy that says who is writing.

    An embedded store is locked by a file, which the system lets go of when the process dies, and whoever it gave the
    descriptors to that come back; a server by a lease that is renewed, and runs out two minutes after its holder died.
    """
    holder = f"process {os.getpid()} on {socket.gethostname()}"  # _is_running reads it.
    hold = _file_lock if target_kind(settings) == "embedded" else _lease
    with hold(store, settings, holder) as held:
        yield held


@contextlib.contextmanager
def _file_lock(_: Store, settings: CorpusSettings, holder: str) -> Iterator[Sequence[int]]:
    path = settings.chroma_path / LOCK_FILE
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("a+", encoding="utf-8"))
            while not _is_locked(file.fileno()):
                if _is_running(other := _text(path)):
                    raise CollectionBusy(_busy(settings, other))
                # A run that was killed has left a process that writes, and ends when it is done with what it is at.
                time.sleep(SECONDS_BETWEEN)
            file.truncate(0)
            file.write(holder)
            file.flush()
        except OSError as error:
            raise StoreUnavailable(f"{path} cannot be locked: {error.strerror}. Check the folder's rights.") from error
        yield (file.fileno(),)


def _is_locked(descriptor: int) -> bool:
    """Take the lock, if nobody has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_running(holder: str) -> bool:
    """Whether the holder's process is there; True where that cannot be told."""
    process, _, host = holder.removeprefix("process ").partition(" on ")
    if host != socket.gethostname() or not process.isdecimal():
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # Somebody else's.
        pass
    return True


@contextlib.contextmanager
def _lease(store: Store, settings: CorpusSettings, holder: str) -> Iterator[Sequence[int]]:
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
        yield ()
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
