"""The disk space in which this process keeps open snapshots. It is freed when the process ends; a killed process's by
the next.

Contents arrive as `objects/<sha256>`; each open version is a folder of links to them beside its own SQLite file.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from corpus.errors import SnapshotInvalid, SnapshotTooLarge, SnapshotUnavailable
from corpus.scratch import claim
from corpus.snapshot.manifest import SQLITE, Manifest, SnapshotFile, object_key
from corpus.snapshot.snapshot_store import SnapshotStore
from corpus.snapshot.store_layout import link_store, sha256_of

FETCHES_AT_ONCE = 8
ATTEMPTS = 3
MB = 2**20


@dataclass(frozen=True, slots=True)
class _Claim:
    """The space that a version takes: bytes of its own SQLite file, and of the contents fetched here, by hash."""

    version: str
    sqlite: int
    contents: Mapping[str, int]

    @classmethod
    def of(cls, place: SnapshotStore, manifest: Manifest) -> _Claim:
        files = [file for file in manifest.files if file.path != SQLITE]
        return cls(
            version=manifest.version,
            sqlite=sum(file.bytes for file in manifest.files if file.path == SQLITE),
            contents={file.sha256: file.bytes for file in files if place.local(object_key(file.sha256)) is None},
        )


class Cache:
    """One `open` of a place at a time, of several places at once; `drop` at any. Raises SnapshotUnavailable where
    `folder` cannot be used. `make_room` drops an open version that can be spared, and says whether there was one.
    """

    def __init__(self, folder: Path | None, *, limit_mb: int, make_room: Callable[[], bool] = lambda: False) -> None:
        self._limit_mb = limit_mb
        self._make_room = make_room
        self._open: dict[Path, _Claim] = {}
        # Contents fetched for a version that may be of use again: after a fault, or after it was closed.
        self._wanted: dict[str, _Claim] = {}
        # Reentrant, because a finalizer that drops a version may run in the middle of anything.
        self._guard = threading.RLock()
        parent = (folder or Path(tempfile.gettempdir())) / f"retrieval-action-{os.getuid()}"
        with _translated(parent):
            self._folder, self._lock = claim(parent)
            self._objects = self._folder / "objects"
            self._objects.mkdir()
        weakref.finalize(self, _remove, self._folder, self._lock)

    def open(self, place: SnapshotStore, manifest: Manifest) -> Path:
        """A folder that Chroma can open, every file of which has the hash that the manifest says.

        Raises SnapshotTooLarge before anything is fetched, SnapshotInvalid, SnapshotUnavailable.
        """
        with _translated(self._folder):
            folder = Path(tempfile.mkdtemp(prefix=f"{manifest.version}-", dir=self._folder))
            try:
                self._claim(folder, place, _Claim.of(place, manifest))
                self._fill(place, manifest, folder)
            except BaseException:
                with self._guard:
                    self._open.pop(folder, None)
                    shutil.rmtree(folder)
                raise
        return folder

    def drop(self, folder: Path) -> None:
        """Close an open version. Files that it alone uses stay until their space is needed."""
        with self._guard:
            gone = self._open.pop(folder)
            shutil.rmtree(folder, ignore_errors=True)
            self._remove_contents(gone)

    def _claim(self, folder: Path, place: SnapshotStore, wanted: _Claim) -> None:
        """Reserve the version's space. Raises SnapshotTooLarge if there is none, and none can be made."""
        while True:
            with self._guard:
                # Inserted anew, so that the oldest come first.
                before = self._wanted.pop(place.name, None)
                self._wanted[place.name] = wanted
                if before is not None:
                    self._remove_contents(before)
                problem = self._problem(wanted)
                if problem is None:
                    self._open[folder] = wanted
                    return
                if self._give_up_oldest(place.name):
                    continue
            # Outside the guard: whoever closes a version may be waiting for it.
            if not self._make_room():
                raise SnapshotTooLarge(problem)

    def _give_up_oldest(self, but: str) -> bool:
        """Remove the oldest contents that are not open; returns whether there were any."""
        in_use = list(self._open.values())
        name = next((name for name, each in self._wanted.items() if name != but and each not in in_use), None)
        if name is not None:
            self._remove_contents(self._wanted.pop(name))
        return name is not None

    def _remove_contents(self, gone: _Claim) -> None:
        """Remove the contents that no other version uses."""
        known = {sha256 for each in (*self._open.values(), *self._wanted.values()) for sha256 in each.contents}
        for sha256 in gone.contents.keys() - known:
            (self._objects / sha256).unlink(missing_ok=True)

    def _problem(self, wanted: _Claim) -> str | None:
        """Why there is no space for the version; None if there is."""
        others = [each for each in self._wanted.values() if each is not wanted]
        held = {sha256: size for each in (*self._open.values(), *others) for sha256, size in each.contents.items()}
        taken = sum(held.values()) + sum(each.sqlite for each in self._open.values())
        new = {sha256: size for sha256, size in wanted.contents.items() if sha256 not in held}
        needed = wanted.sqlite + sum(new.values())
        if taken + needed > self._limit_mb * MB:
            return (
                f"Version {wanted.version} needs {needed / MB:,.0f} MB more in {self._folder.parent}, where "
                f"{taken / MB:,.0f} MB are in use and SNAPSHOT_CACHE_MB allows {self._limit_mb}. Publish a smaller "
                "corpus, give it more space, or use a Chroma server."
            )
        here = sum(size for sha256, size in new.items() if (self._objects / sha256).exists())
        free = shutil.disk_usage(self._folder).free
        if needed - here > free:
            return (
                f"Version {wanted.version} needs {needed / MB:,.0f} MB more and {self._folder.parent} has "
                f"{free / MB:,.0f} MB left. Set SNAPSHOT_CACHE to a larger disk, or publish a smaller corpus."
            )
        return None

    def _fill(self, place: SnapshotStore, manifest: Manifest, folder: Path) -> None:
        files = {file.sha256: file for file in manifest.files if file.path != SQLITE}
        (sqlite,) = (file for file in manifest.files if file.path == SQLITE)
        executor = ThreadPoolExecutor(FETCHES_AT_ONCE, thread_name_prefix="snapshot")
        try:
            # The largest first, so that none is left to run alone at the end.
            largest_first = sorted(files.values(), key=lambda file: -file.bytes)
            copied = executor.submit(self._fetch, place, sqlite, folder / SQLITE)
            fetched = {file.sha256: executor.submit(self._content, place, file) for file in largest_first}
            copied.result()
            contents = {sha256: future.result() for sha256, future in fetched.items()}
        finally:
            executor.shutdown(cancel_futures=True)
        link_store(folder, [(file.path, contents[file.sha256]) for file in manifest.files if file.path != SQLITE])

    def _content(self, place: SnapshotStore, file: SnapshotFile) -> Path:
        """The path of the file's content on this machine, checked."""
        path = place.local(object_key(file.sha256))
        if path is None:
            path = self._objects / file.sha256
            if path.exists() and sha256_of(path) == file.sha256:
                return path
            # Another corpus may be fetching the same content.
            part = path.with_suffix(f".{threading.get_ident()}.part")
            try:
                self._fetch(place, file, part)
                return part.replace(path)
            finally:
                part.unlink(missing_ok=True)
        if not path.is_file():
            raise SnapshotInvalid(f"{place.name}/{object_key(file.sha256)} is missing. Publish again, or roll back.")
        _check(place, file, sha256_of(path))
        return path

    def _fetch(self, place: SnapshotStore, file: SnapshotFile, path: Path) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                _check(place, file, place.download(object_key(file.sha256), path, max_bytes=file.bytes))
            except SnapshotUnavailable:
                if attempt == ATTEMPTS:
                    raise
            else:
                return


def _check(place: SnapshotStore, file: SnapshotFile, sha256: str) -> None:
    if sha256 != file.sha256:
        raise SnapshotInvalid(
            f"{place.name}/{object_key(file.sha256)} is damaged: its SHA-256 is {sha256}. Run `ingest "
            "publish --repair`, or roll back."
        )


def _remove(folder: Path, lock: IO[str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.close()


@contextlib.contextmanager
def _translated(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SnapshotUnavailable(
            f"{error.filename or folder}: {error.strerror or error}. Set SNAPSHOT_CACHE to a folder for it."
        ) from error
