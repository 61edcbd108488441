"""Where snapshots are kept: what a folder and a bucket have in common, and nothing more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

OnBytes = Callable[[int], None]  # Called with how many more bytes have moved.
PART = 1 << 20


class SnapshotStore(Protocol):
    """Keys are paths with slashes. Methods raise SnapshotUnavailable where the place cannot be used."""

    @property
    def name(self) -> str:
        """The place, in words for a person."""
        ...

    def read(self, key: str) -> tuple[bytes, str] | None:
        """A small file's content and a tag that changes with it; None if there is no such file."""
        ...

    def replace(self, key: str, content: bytes, *, tag: str | None) -> None:
        """Write it, whole or not at all, if it still has the tag, or (None) is still missing. Raises SnapshotConflict
        if it changed.
        """
        ...

    def sizes(self, prefix: str) -> dict[str, int]:
        """The keys with that prefix, with lengths in bytes."""
        ...

    def upload(self, path: Path, key: str, on_bytes: OnBytes) -> None:
        """Store a file, whole or not at all."""
        ...

    def download(self, key: str, path: Path, *, max_bytes: int) -> str:
        """Download it to a new file. Returns the hex SHA-256 of what was written. Raises SnapshotInvalid if it is
        missing, or longer.
        """
        ...

    def sha256(self, key: str) -> str | None:
        """The hex SHA-256 of the stored content, all of which is read; None if there is none."""
        ...

    def local(self, key: str) -> Path | None:
        """Its path on this machine's disk; None for a place that is elsewhere."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Remove it; a missing one is ignored."""
        ...

    def close(self) -> None:
        """Close connections; they are reopened when needed."""
        ...
