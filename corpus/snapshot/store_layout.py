"""Lay out a store from files that lie elsewhere; shared by those who publish and those who read."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.errors import SnapshotInvalid
from corpus.snapshot.manifest import SQLITE
from corpus.snapshot.snapshot_store import PART


def link_store(folder: Path, files: Iterable[tuple[str, Path]], *, sqlite: Path | None = None) -> None:
    """Put links to the files into `folder`, by path within the store, and a copy of `sqlite`.

    Chroma writes into its SQLite file whenever it opens it; the others it only reads.
    """
    for path, target in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).symlink_to(target)
    if sqlite is not None:
        shutil.copyfile(sqlite, folder / SQLITE)


def sha256_of(path: Path) -> str:
    """The hex SHA-256 of the file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(PART):
            digest.update(block)
    return digest.hexdigest()


def warm_vector(dimensions: int) -> NDArray[np.float32]:
    """A vector for a first query to any collection, which reads the index into memory."""
    return np.full(dimensions, dimensions**-0.5, dtype=np.float32)


def longer(name: str) -> SnapshotInvalid:
    """The message for an object that is longer than its manifest says, or than any may be."""
    return SnapshotInvalid(f"{name} is longer than it should be: it is damaged, or somebody means ill. Publish again.")
