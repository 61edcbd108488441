"""Where snapshots are kept. What a folder and a bucket have in common, and nothing more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

OnBytes = Callable[[int], None]  # Told how many more bytes have moved.
PART = 1 << 20


class SnapshotStore(Protocol):
    """Keys are paths with slashes. Methods raise SnapshotUnavailable where the place cannot be used."""

    @property
    def name(self) -> str:
        """In words for a person."""
        ...

    def read(self, key: str) -> tuple[bytes, str] | None:
        """A small file's content and a tag that changes with it; None where it is not there."""
        ...

    def replace(self, key: str, content: bytes, *, tag: str | None) -> None:
        """Write it, whole or not at all, where it still has the tag, or (None) is still not there.

        Raises SnapshotConflict where it has changed.
        """
        ...

    def sizes(self, prefix: str) -> dict[str, int]:
        """The keys that begin so, with lengths in bytes."""
        ...

    def upload(self, path: Path, key: str, on_bytes: OnBytes) -> None:
        """Put a file there, whole or not at all."""
        ...

    def download(self, key: str, path: Path, *, max_bytes: int) -> str:
        """Write it to a new file. Returns the hex SHA-256 of what was written.

        Raises SnapshotInvalid where there is none, or more of it.
        """
        ...

    def sha256(self, key: str) -> str | None:
        """The hex SHA-256 of what lies there now, all of which is read; None where there is nothing."""
        ...

    def local(self, key: str) -> Path | None:
        """Where it lies on this machine's disk; None for a place that is elsewhere."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Remove; what is not there is passed over."""
        ...

    def close(self) -> None:
        """Let go of connections; they come back when needed."""
        ...
