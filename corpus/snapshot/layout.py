"""A store laid out from files that lie elsewhere, and what both who publish and who read do with one."""

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
    """In hex, of the file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(PART):
            digest.update(block)
    return digest.hexdigest()


def warm_vector(dimensions: int) -> NDArray[np.float32]:
    """A vector that any collection can be asked for; the first query reads the index into memory."""
    return np.full(dimensions, dimensions**-0.5, dtype=np.float32)


def longer(name: str) -> SnapshotInvalid:
    """What to say of an object that is not as short as its manifest says, or as any is."""
    return SnapshotInvalid(f"{name} is longer than it should be: it is damaged, or somebody means ill. Publish again.")
