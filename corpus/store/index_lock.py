"""One process at a time reads Chroma's vector index from its files, or writes it: a half-written one crashes readers.

Chroma itself has no such lock. A reader of an index that lacks a thousand writes updates its files, too.
"""

from __future__ import annotations

import contextlib
import fcntl
import time
from collections.abc import Iterator
from pathlib import Path

INDEX_LOCK = "index.lock"
QUEUE_LOCK = "index-queue.lock"
SECONDS_BETWEEN = 0.005


@contextlib.contextmanager
def index_lock(folder: Path, *, patience_seconds: float) -> Iterator[bool]:
    """Hold the index for as long as the block takes; False where others held it for longer than the patience.

    Who waits is next: a process that writes without a pause must queue up, too.
    """
    until = time.monotonic() + patience_seconds
    with contextlib.ExitStack() as stack:
        index, queue = (stack.enter_context((folder / name).open("ab")) for name in (INDEX_LOCK, QUEUE_LOCK))
        is_ours = _taken(queue.fileno(), until) and _taken(index.fileno(), until)
        fcntl.flock(queue, fcntl.LOCK_UN)
        yield is_ours


def _taken(descriptor: int, until: float) -> bool:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(SECONDS_BETWEEN)
        else:
            return True
