"""Snapshots in a folder. A file appears under its name only when it is whole."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from corpus.errors import SnapshotConflict, SnapshotInvalid, SnapshotUnavailable
from corpus.snapshot.snapshot_store import PART, OnBytes
from corpus.snapshot.store_layout import longer

LOCK = ".lock"
UNFINISHED = ".unfinished-"


class FolderStore:
    """See SnapshotStore."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        return str(self._folder)

    def read(self, key: str) -> tuple[bytes, str] | None:
        with self._translated():
            try:
                content = (self._folder / key).read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                return None
            return content, _tag(content)

    def replace(self, key: str, content: bytes, *, tag: str | None) -> None:
        with self._translated(), self._locked():
            found = self.read(key)
            if (found and found[1]) != tag:
                raise SnapshotConflict(
                    f"Somebody else changed {self._folder / key} at the same time. See `ingest versions`, then repeat."
                )
            with self._appearing(self._folder / key) as part:
                part.write_bytes(content)

    def sizes(self, prefix: str) -> dict[str, int]:
        with self._translated():
            if not (self._folder / prefix).is_dir():
                return {}
            with os.scandir(self._folder / prefix) as entries:
                return {
                    prefix + entry.name: entry.stat().st_size for entry in entries if not entry.name.startswith(".")
                }

    def upload(self, path: Path, key: str, on_bytes: OnBytes) -> None:
        with (
            self._translated(),
            self._appearing(self._folder / key) as part,
            path.open("rb") as source,
            part.open("wb") as target,
        ):
            while block := source.read(PART):
                target.write(block)
                on_bytes(len(block))

    def download(self, key: str, path: Path, *, max_bytes: int) -> str:
        digest = hashlib.sha256()
        with self._translated():
            try:
                source = (self._folder / key).open("rb")
            except FileNotFoundError:
                raise SnapshotInvalid(f"{self._folder / key} is missing. Publish again, or roll back.") from None
            with source, path.open("wb") as target:
                while block := source.read(PART):
                    max_bytes -= len(block)
                    if max_bytes < 0:
                        raise longer(f"{self._folder / key}")
                    digest.update(block)
                    target.write(block)
        return digest.hexdigest()

    def sha256(self, key: str) -> str | None:
        with self._translated():
            try:
                with (self._folder / key).open("rb") as source:
                    return hashlib.file_digest(source, "sha256").hexdigest()
            except FileNotFoundError:
                return None

    def local(self, key: str) -> Path | None:
        return (self._folder / key).absolute()

    def delete(self, keys: Iterable[str]) -> None:
        with self._translated():
            for key in keys:
                (self._folder / key).unlink(missing_ok=True)

    def close(self) -> None:
        """Do nothing: nothing is held open."""

    @contextlib.contextmanager
    def _appearing(self, path: Path) -> Iterator[Path]:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
        os.close(descriptor)
        part = Path(name)
        try:
            yield part
            # mkstemp makes files for their owner alone, but whoever may read the folder should be able to read the
            # snapshot.
            part.chmod(0o644)
            with part.open("rb") as written:
                os.fsync(written.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise SnapshotUnavailable(f"{error.filename or self._folder}: {error.strerror or error}.") from error


def _tag(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
