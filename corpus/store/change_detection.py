"""Whether somebody has written to an embedded store since it was looked at last.

This process never locks Chroma's SQLite file by Python's SQLite, nor closes it while Chroma may have it open: they are
two copies of the library, and either lets the other's locks go (https://www.sqlite.org/howtocorrupt.html, 2.2).
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from corpus.store.document_records import FIELDS, LISTS, metadata_in

if TYPE_CHECKING:
    import sqlite3

SQLITE_FILE = "chroma.sqlite3"
LOCK_FILE = "ingest.lock"  # The name of the lock's holder; empty once the holder is done.
# A file read so soon after it was written is read again: file times count in steps of a hundredth of a second.
UNSETTLED_SECONDS = 0.05

_NEWEST = """
SELECT collections.id, (SELECT max(seq_id) FROM embeddings_queue), (SELECT max(seq_id) FROM max_seq_id)
FROM collections JOIN databases ON databases.id = collections.database_id
WHERE collections.name = ? AND databases.name = ? AND databases.tenant_id = ?
"""

_INDEX = """
SELECT segments.id FROM segments JOIN collections ON collections.id = segments.collection
JOIN databases ON databases.id = collections.database_id
WHERE segments.scope = 'VECTOR' AND collections.name = ? AND databases.name = ? AND databases.tenant_id = ?
"""

# Of our documents' records, whose ids are 16 hex digits followed by -0.
_VERSIONS = """
SELECT embeddings.embedding_id, embeddings.seq_id FROM embeddings
JOIN segments ON segments.id = embeddings.segment_id JOIN collections ON collections.id = segments.collection
JOIN databases ON databases.id = collections.database_id
WHERE segments.scope = 'METADATA' AND collections.name = ? AND databases.name = ? AND databases.tenant_id = ?
AND length(embeddings.embedding_id) = 18 AND embeddings.embedding_id LIKE '%-0'
"""

_INDEXES = "SELECT group_concat(id) FROM segments WHERE scope = 'VECTOR'"
_PENDING = """
SELECT count(*) FROM embeddings_queue WHERE topic LIKE '%' || ? AND seq_id > coalesce((
    SELECT max_seq_id.seq_id FROM max_seq_id JOIN segments ON segments.id = max_seq_id.segment_id
    WHERE segments.scope = 'VECTOR' AND segments.collection = ?), 0)
"""
_COLLECTIONS = "SELECT 1 FROM collections WHERE name = ?"

_connections: dict[Path, tuple[tuple[int, int], sqlite3.Connection]] = {}
_connecting = threading.Lock()


class _NotTold(OSError):
    """SQLite does not answer, as while somebody writes."""


@dataclass(frozen=True, slots=True)
class State:
    """`place` is the file and the collection in it, `last` the number of the last write to any collection."""

    place: tuple[int, int, str]
    last: int


class Watch:
    """Looks at one collection of the embedded store in `folder`. Safe in threads."""

    def __init__(self, folder: Path, *, collection: str, database: str, tenant: str) -> None:
        self._folder = folder.absolute()
        self._names = (collection, database, tenant)
        self._lock = threading.Lock()
        # The file as last seen, and the state read from it. Checked without the lock, or all others would wait for it.
        self._looked: tuple[tuple[int, ...], State | None] = ((), None)

    def state(self) -> State | None:
        """The state now, or before a write that is under way; None where the store or the collection is not there."""
        path = self._folder / SQLITE_FILE
        file, state = self._looked
        with contextlib.suppress(OSError):
            if _look_of(path.stat()) == file:
                return state
        with self._lock:
            try:
                status = path.stat()
            except OSError:
                self._looked = ((), None)
                return None
            file, state = self._looked
            if _look_of(status) != file:
                try:
                    state = _newest(path, (status.st_dev, status.st_ino), self._names)
                except _NotTold:
                    return state
                is_settled = abs(time.time() - status.st_mtime) > UNSETTLED_SECONDS
                self._looked = (_look_of(status) if is_settled else (), state)
            return state

    def index(self) -> Path | None:
        """The folder of the collection's vector index; None if it cannot be determined."""
        path = self._folder / SQLITE_FILE
        with self._lock, contextlib.suppress(OSError):
            status = path.stat()
            found = _asked(path, (status.st_dev, status.st_ino), _INDEX, self._names)
            return self._folder / str(found[0]) if found else None
        return None

    def versions(self) -> dict[str, int] | None:
        """By document id the number of the write that changed its record last, looked up without a lock.

        None where that cannot be told, as while somebody writes.
        """
        found = self._at_rest(_VERSIONS)
        return None if found is None else {str(each).partition("-")[0]: int(number) for each, number in found[0]}

    def metadata(self) -> dict[str, dict[str, Any]] | None:
        """The metadata, by id, of all records that may be documents'; None where that cannot be told, as above."""
        found = self._at_rest(FIELDS, LISTS)
        return None if found is None else dict(metadata_in(*found))

    def _at_rest(self, *questions: str) -> list[list[tuple[Any, ...]]] | None:
        path = self._folder / SQLITE_FILE
        journal = path.with_name(f"{SQLITE_FILE}-journal")
        with contextlib.suppress(OSError):
            before = path.stat()
            found = [_all_asked(path, (before.st_dev, before.st_ino), each, self._names) for each in questions]
            after = path.stat()
            is_settled = (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
            if is_settled and not journal.exists() and abs(time.time() - after.st_mtime) > UNSETTLED_SECONDS:
                return found
        return None

    def is_written_to(self) -> bool:
        """Whether an ingest is running."""
        return is_running(holder_of(self._folder / LOCK_FILE))


def _look_of(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def index_names(folder: Path) -> frozenset[str]:
    """The folder names of all vector indexes that should exist; empty if they cannot be determined."""
    found = _first_row(folder, _INDEXES)
    return frozenset(str(found[0] or "").split(",")) - {""} if found else frozenset()


def has_collection(folder: Path, name: str) -> bool:
    """Whether a collection of that name exists, in any database; False if it cannot be determined."""
    return _first_row(folder, _COLLECTIONS, name) is not None


def pending_writes(folder: Path, collection_id: str) -> int:
    """How many writes the collection's vector index on disk lacks; 0 if it cannot be determined."""
    found = _first_row(folder, _PENDING, collection_id, collection_id)
    return int(found[0]) if found else 0


def _first_row(folder: Path, question: str, *about: str) -> tuple[Any, ...] | None:
    path = folder.absolute() / SQLITE_FILE
    with contextlib.suppress(OSError):
        status = path.stat()
        return _asked(path, (status.st_dev, status.st_ino), question, about)
    return None


def _newest(path: Path, place: tuple[int, int], names: tuple[str, str, str]) -> State | None:
    found = _asked(path, place, _NEWEST, names)
    return None if found is None else State((*place, str(found[0])), max(found[1] or 0, found[2] or 0))


def _asked(path: Path, place: tuple[int, int], question: str, names: tuple[str, ...]) -> tuple[Any, ...] | None:
    found = _all_asked(path, place, question, names)
    return found[0] if found else None


def _all_asked(path: Path, place: tuple[int, int], question: str, names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    import sqlite3  # Imported here, because readers of a published version never need it.

    try:
        with _connecting:
            known = _connections.get(path)
            if known is None or known[0] != place:
                if known is not None:  # The path of a file that is gone.
                    known[1].close()
                # Without locks and read-only: while a write is under way, or where one was cut off, it does not answer.
                url = f"file:{quote(str(path))}?mode=ro&vfs=unix-none"
                known = _connections[path] = (place, sqlite3.connect(url, uri=True, check_same_thread=False))
            return known[1].execute(question, names).fetchall()
    except sqlite3.DatabaseError as error:
        raise _NotTold from error


def holder_of(lock_file: Path) -> str:
    """Who holds the write lock, or was killed holding it; empty if nobody does."""
    try:
        return lock_file.read_text("utf-8")
    except OSError:
        return ""


def holder() -> str:
    """What this process writes into a lock file."""
    return f"process {os.getpid()} on {socket.gethostname()}"


def is_running(holder: str) -> bool:
    """Whether the holder's process exists; True if it cannot be determined."""
    if not holder:
        return False
    process, _, host = holder.removeprefix("process ").partition(" on ")
    if host != socket.gethostname() or not process.isdecimal():
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # Somebody else's process.
        pass
    return True
