"""A lexical index that is kept on a server, as files that a companion collection holds; knows files, and no Chroma."""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Protocol, Unpack

from corpus.errors import LexicalIndexUnusable
from corpus.lexical.build import State, Texts, update_index, write_index
from corpus.lexical.files import FORWARD_FILES, INDEX_FILE, read_about
from corpus.lexical.index import LexicalIndex

SECONDS_BETWEEN_LOOKS = 5.0


class Files(Protocol):
    """What a companion collection offers."""

    def about(self) -> dict[str, Any] | None: ...

    def fetch(self, without: tuple[str, ...] = ()) -> tuple[dict[str, Any], dict[str, bytes]] | None: ...

    def replace(self, about: Mapping[str, Any], files: Mapping[str, bytes], *, generation: str) -> None: ...


class RemoteIndexStore:
    """On a server, with a copy of what is read in a temporary folder."""

    def __init__(self, files: Files, *, seconds_between_looks: float = SECONDS_BETWEEN_LOOKS) -> None:
        self._files = files
        self._seconds_between_looks = seconds_between_looks
        self._lock = threading.Lock()
        self._looked = 0.0
        self._about: dict[str, Any] | None = None
        self._copy: tuple[tempfile.TemporaryDirectory[str], LexicalIndex] | None = None

    def index(self) -> LexicalIndex:
        """The newest index, open; a newer one is seen after `seconds_between_looks`."""
        with self._lock:
            if time.monotonic() - self._looked >= self._seconds_between_looks or not self._looked:
                about = self._files.about()
                if about is None or about != self._about:
                    self._fetch()
                self._looked = time.monotonic()
            if self._copy is None:
                raise _none()
            return self._copy[1]

    def stamp(self) -> str | None:
        """The state of the corpus that the index was made of."""
        about = self._files.about()
        return None if about is None else str(about["stamp"])

    def write(self, texts: Texts, **state: Unpack[State]) -> None:
        """Make it from nothing."""
        with tempfile.TemporaryDirectory() as name:
            write_index(Path(name), texts, **state)
            self._send(Path(name))

    def update(self, *, add: Texts, remove: Collection[str], **state: Unpack[State]) -> None:
        """Bring it up to date."""
        with tempfile.TemporaryDirectory() as name:
            self._unpack(Path(name), self._files.fetch())
            update_index(Path(name), add=add, remove=remove, **state)
            self._send(Path(name))

    def close(self) -> None:
        """Let go of open files."""
        copy, self._copy, self._about, self._looked = self._copy, None, None, 0.0
        if copy is not None:
            copy[0].cleanup()

    def _fetch(self) -> None:
        # A search that still reads it has its files mapped.
        self.close()
        fetched = self._files.fetch(FORWARD_FILES)
        folder = tempfile.TemporaryDirectory(prefix="lexical-")
        try:
            about = self._unpack(Path(folder.name), fetched)
            self._copy = (folder, LexicalIndex(Path(folder.name)))
            self._about = about
        except LexicalIndexUnusable:
            folder.cleanup()
            raise

    def _unpack(self, folder: Path, fetched: tuple[dict[str, Any], dict[str, bytes]] | None) -> dict[str, Any]:
        if fetched is None:
            raise _none()
        about, files = fetched
        (folder / about["generation"]).mkdir()
        for name, content in files.items():
            (folder / about["generation"] / name).write_bytes(content)
        (folder / INDEX_FILE).write_text(json.dumps(about), "utf-8")
        return about

    def _send(self, folder: Path) -> None:
        about = read_about(folder)
        files = {path.name: path.read_bytes() for path in sorted((folder / about["generation"]).iterdir())}
        self._files.replace(about, files, generation=about["generation"])


def _none() -> LexicalIndexUnusable:
    return LexicalIndexUnusable("There is no lexical index on the server yet. Run `ingest add` to build it.")
