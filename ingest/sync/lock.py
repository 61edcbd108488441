"""One ingest at a time: two could take each other's half-written documents for leftovers and sweep them up."""

from __future__ import annotations

import contextlib
import fcntl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from corpus.errors import CollectionBusy, StoreError, StoreUnavailable
from corpus.settings import CorpusSettings, target_kind
from corpus.store import Store, finish_remaking
from corpus.store.change_detection import LOCK_FILE, holder, holder_of, is_running

LEASE_SECONDS = 120.0
RENEW_SECONDS = 30.0
GRACE_SECONDS = 10.0  # Two machines' clocks may differ.
SECONDS_BETWEEN = 0.05
PATIENCE_SECONDS = 2.0
# A writer's current work is one write, of a thousand chunks at most, or the removal of many documents.
ORPHAN_SECONDS = 120.0


@contextlib.contextmanager
def exclusive(
    store: Store, settings: CorpusSettings, *, on_wait: Callable[[str], None] = lambda _: None
) -> Iterator[Sequence[int]]:
    """Keep others from writing to the collection. Raises CollectionBusy that says who is writing.

    `on_wait` is told where it takes a while, and why.

    An embedded store is locked by a file, which the system lets go of when the process dies, and whoever it gave the
    descriptors to that come back; a server by a lease that is renewed, and runs out two minutes after its holder died.
    """
    if target_kind(settings) == "embedded":
        hold = _file_lock(settings, holder(), on_wait)
    else:
        hold = _lease(store, settings, holder())
    with hold as held:
        if target_kind(settings) == "embedded":
            finish_remaking(settings)
        yield held


@contextlib.contextmanager
def _file_lock(settings: CorpusSettings, holder: str, on_wait: Callable[[str], None]) -> Iterator[Sequence[int]]:
    path = settings.chroma_path / LOCK_FILE
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("a+", encoding="utf-8"))
            _await_lock(file.fileno(), path, settings, on_wait)
            file.truncate(0)
            file.write(holder)
            file.flush()
        except OSError as error:
            raise StoreUnavailable(f"{path} cannot be locked: {error.strerror}. Check the folder's rights.") from error
        try:
            yield (file.fileno(),)
        finally:
            file.truncate(0)  # Whoever reads the store sees by it that no more is to come.


def _await_lock(descriptor: int, path: Path, settings: CorpusSettings, on_wait: Callable[[str], None]) -> None:
    """Wait for a run that is just beginning or ending, or for a writer that a killed run left; for no other."""
    patience = PATIENCE_SECONDS
    started = time.monotonic()
    while not _is_locked(descriptor):
        other = holder_of(path)
        if is_running(other) or time.monotonic() - started > patience:
            raise CollectionBusy(_busy(settings, other or "unknown"))
        if other and patience == PATIENCE_SECONDS:
            patience = ORPHAN_SECONDS
            on_wait(
                f"An ingest that was killed ({other}) has left a process that still writes: waiting for it, "
                f"{ORPHAN_SECONDS:.0f} s at most."
            )
        time.sleep(SECONDS_BETWEEN)


def _is_locked(descriptor: int) -> bool:
    """Take the lock if nobody has it; returns whether it was taken."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _lease(store: Store, settings: CorpusSettings, holder: str) -> Iterator[Sequence[int]]:
    taken = store.lease.claim(holder, until=time.time() + LEASE_SECONDS)
    if taken is not None and taken[1] + GRACE_SECONDS < time.time():
        store.lease.put_away(before=time.time() - GRACE_SECONDS)
        taken = store.lease.claim(holder, until=time.time() + LEASE_SECONDS)
    if taken is not None:
        raise CollectionBusy(_busy(settings, taken[0]))
    done = threading.Event()
    renewing = threading.Thread(target=_renew, args=(store, done), daemon=True)
    renewing.start()
    try:
        yield ()
    finally:
        done.set()
        renewing.join()
        store.lease.release()


def _renew(store: Store, done: threading.Event) -> None:
    while not done.wait(RENEW_SECONDS):
        # If a server is away, the run's own calls fail and say so; and so does the loss of the lease.
        with contextlib.suppress(StoreError):
            if not store.lease.renew(until=time.time() + LEASE_SECONDS):
                return


def _busy(settings: CorpusSettings, holder: str) -> str:
    return f"Another ingest ({holder}) is writing to {settings.target}. Wait until it is done, and run this again."
