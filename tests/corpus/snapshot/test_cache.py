"""corpus.snapshot.cache: a place that fails for a moment is asked again, and one that goes on failing is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import SnapshotUnavailable
from corpus.snapshot.cache import ATTEMPTS, Cache
from corpus.snapshot.folder_store import FolderStore
from tests.corpus.snapshot.keeper import Keeper


class Shaky(FolderStore):
    """A folder that is taken for a place elsewhere, and whose first `failures` downloads of each file break off."""

    def __init__(self, folder: Path, failures: int) -> None:
        super().__init__(folder)
        self._left: dict[str, int] = {}
        self._failures = failures

    def local(self, key: str) -> Path | None:  # noqa: ARG002 - the protocol's
        return None

    def download(self, key: str, path: Path, *, max_bytes: int) -> str:
        self._left[key] = left = self._left.get(key, self._failures) - 1
        if left >= 0:
            raise SnapshotUnavailable("The connection broke.")
        return super().download(key, path, max_bytes=max_bytes)


def test_each_file_is_asked_for_three_times(tmp_path: Path, in_folder: Keeper) -> None:
    manifest = in_folder.begins("The warranty lasts 12 months.").manifest
    cache = Cache(tmp_path / "cache", limit_mb=100)
    opened = cache.open(Shaky(Path(in_folder.dest), ATTEMPTS - 1), manifest)
    assert {str(path.relative_to(opened)) for path in opened.rglob("*") if path.is_file()} >= {
        file.path for file in manifest.files
    }
    with pytest.raises(SnapshotUnavailable):
        cache.open(Shaky(Path(in_folder.dest), ATTEMPTS), manifest)
