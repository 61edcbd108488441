"""Where a collection's lexical index is kept, for writers and readers alike; knows files, but no Chroma.

Here it is a folder that is checked before every search, so that readers see the newest index without being told.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Protocol, Unpack

from corpus.errors import LexicalIndexUnusable, StoreUnavailable
from corpus.lexical.build import State, Texts, update_index, write_index
from corpus.lexical.index import LexicalIndex
from corpus.lexical.index_files import INDEX_FILE

FOLDER = "lexical"
MAX_FOLDER_NAME_CHARS = 200


def index_folder(chroma_path: Path, collection: str) -> Path:
    """The folder of a collection's lexical index within an embedded store."""
    if len(collection) > MAX_FOLDER_NAME_CHARS:
        collection = hashlib.sha256(collection.encode()).hexdigest()
    return chroma_path / FOLDER / collection


class LexicalIndexStore(Protocol):
    """Methods raise StoreError; LexicalIndexUnusable where there is no index, or one that must be written anew.

    `before_publish` is called when an index is ready; where it raises, readers go on with the one that was there.
    """

    def index(self) -> LexicalIndex:
        """The newest index, open."""
        ...

    def stamp(self) -> str | None:
        """The state of the corpus that the index was built from; None if no index is usable."""
        ...

    def write(self, texts: Texts, **state: Unpack[State]) -> None:
        """Build it from scratch."""
        ...

    def update(self, *, add: Texts, remove: Collection[str], **state: Unpack[State]) -> None:
        """Bring it up to date; an added chunk replaces one with the same id."""
        ...

    def close(self) -> None:
        """Let go of open files."""
        ...


class FolderKeeper:
    """In a folder; one that `is_published` never changes and is not checked again."""

    def __init__(self, folder: Path, *, is_published: bool = False) -> None:
        self._folder = folder
        self._is_published = is_published
        self._lock = threading.Lock()
        self._open: tuple[object, LexicalIndex] | None = None

    def index(self) -> LexicalIndex:
        """The newest index, open."""
        opened = self._open
        # Checked without the lock, or all others would wait for it.
        if opened is not None and (self._is_published or opened[0] == self._look()):
            return opened[1]
        with self._lock:
            seen = self._look()
            if self._open is None or self._open[0] != seen:
                self._open = (seen, LexicalIndex(self._folder))
            return self._open[1]

    def stamp(self) -> str | None:
        """The state of the corpus that the index was built from."""
        try:
            index = LexicalIndex(self._folder)
        except LexicalIndexUnusable:
            return None
        return index.stamp if index.knows_fields() else None

    def write(self, texts: Texts, **state: Unpack[State]) -> None:
        """Build it from scratch."""
        with self._writing():
            write_index(self._folder, texts, **state)

    def update(self, *, add: Texts, remove: Collection[str], **state: Unpack[State]) -> None:
        """Bring it up to date."""
        with self._writing():
            update_index(self._folder, add=add, remove=remove, **state)

    def close(self) -> None:
        """Let go of open files."""
        self._open = None

    def _look(self) -> object:
        try:
            about = (self._folder / INDEX_FILE).stat()
        except OSError:
            return None
        return about.st_mtime_ns, about.st_ino, about.st_size

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            yield
        except OSError as error:
            raise StoreUnavailable(f"Cannot use {self._folder}: {error.strerror or error}") from error
