"""The space where this process keeps open snapshots. It goes when the process goes; a killed one's goes with the next.

Contents arrive as `objects/<sha256>`; each open version is a folder of links to them beside its own SQLite file.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

from corpus.errors import SnapshotInvalid, SnapshotTooLarge, SnapshotUnavailable
from corpus.scratch import claim
from corpus.snapshot.layout import link_store, sha256_of
from corpus.snapshot.manifest import SQLITE, Manifest, SnapshotFile, object_key
from corpus.snapshot.snapshot_store import SnapshotStore

FETCHES_AT_ONCE = 8
ATTEMPTS = 3
MB = 2**20


class Cache:
    """One `open` at a time; `drop` at any. Raises SnapshotUnavailable where `folder` cannot be used."""

    def __init__(self, folder: Path | None, *, limit_mb: int) -> None:
        self._limit_mb = limit_mb
        self._open: dict[Path, Manifest] = {}
        self._wanted: Manifest | None = None
        # A finalizer that drops may run in the midst of anything.
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
            with self._guard:
                # Wanted until the next call, so that what was fetched before a fault need not be fetched again.
                self._wanted = manifest
                self._tidy()
                self._check_space(place, manifest)
            folder = Path(tempfile.mkdtemp(prefix=f"{manifest.version}-", dir=self._folder))
            try:
                self._fill(place, manifest, folder)
            except BaseException:
                shutil.rmtree(folder)
                raise
        with self._guard:
            self._open[folder] = manifest
        return folder

    def drop(self, folder: Path) -> None:
        """Forget an open version, and what it alone has."""
        with self._guard:
            del self._open[folder]
            shutil.rmtree(folder, ignore_errors=True)
            self._tidy()

    def _tidy(self) -> None:
        """Remove contents that no open version has, nor the one that is wanted now."""
        manifests = [*self._open.values(), *([self._wanted] if self._wanted else [])]
        known = {sha256 for manifest in manifests for sha256 in manifest.objects}
        # None where somebody has removed the folder.
        for path in self._objects.glob("*"):
            if path.stem not in known:
                path.unlink(missing_ok=True)

    def _check_space(self, place: SnapshotStore, manifest: Manifest) -> None:
        taken = sum(path.stat().st_size for path in self._objects.iterdir())
        taken += sum(file.bytes for held in self._open.values() for file in held.files if file.path == SQLITE)
        contents = {file.sha256: file.bytes for file in manifest.files if file.path != SQLITE}
        needed = sum(file.bytes for file in manifest.files if file.path == SQLITE)
        needed += sum(
            size
            for sha256, size in contents.items()
            if place.local(object_key(sha256)) is None and not (self._objects / sha256).exists()
        )
        if taken + needed > self._limit_mb * MB:
            raise SnapshotTooLarge(
                f"Version {manifest.version} needs {needed / MB:,.0f} MB more in {self._folder.parent}, where "
                f"{taken / MB:,.0f} MB are in use and SNAPSHOT_CACHE_MB allows {self._limit_mb}. Publish a smaller "
                "corpus, give it more space, or use a Chroma server."
            )
        free = shutil.disk_usage(self._folder).free
        if needed > free:
            raise SnapshotTooLarge(
                f"Version {manifest.version} needs {needed / MB:,.0f} MB more and {self._folder.parent} has "
                f"{free / MB:,.0f} MB left. Set SNAPSHOT_CACHE to a larger disk, or publish a smaller corpus."
            )

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
        """Where the file's content lies on this machine, checked."""
        path = place.local(object_key(file.sha256))
        if path is None:
            path = self._objects / file.sha256
            if path.exists() and sha256_of(path) == file.sha256:
                return path
            part = path.with_suffix(".part")
            self._fetch(place, file, part)
            return part.replace(path)
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
