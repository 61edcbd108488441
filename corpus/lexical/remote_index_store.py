"""A lexical index kept on a server, as files in a companion collection; knows files, but no Chroma."""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol, Unpack

from corpus.errors import LexicalIndexUnusable
from corpus.lexical.build import State, Texts, needed_to_update, segment_of, sweep, update_index, write_index
from corpus.lexical.index import LexicalIndex
from corpus.lexical.index_files import INDEX_FILE, check_version, files_of, read_about

SECONDS_BETWEEN_LOOKS = 5.0
PLACE = "the server"


Wanted = Callable[[dict[str, Any]], Iterable[str]]  # The names of files, computed from the description of the set.


class Files(Protocol):
    """What a companion collection offers: named files that are never changed, and a description of the set."""

    def about(self) -> dict[str, Any] | None: ...

    def fetch(self, wanted: Wanted) -> tuple[dict[str, Any], dict[str, bytes]] | None:
        """The description, and the files that are wanted according to it."""

    def replace(self, about: Mapping[str, Any], files: Mapping[str, bytes], *, keep: Collection[str]) -> None:
        """Replace the description, add these files and keep those named."""


class RemoteIndexStore:
    """Kept on a server, with a temporary local copy of what is read."""

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
        try:
            check_version(about, PLACE)
        except LexicalIndexUnusable:
            return None
        return str((about or {})["stamp"])

    def write(self, texts: Texts, **state: Unpack[State]) -> None:
        """Make it from nothing."""
        with tempfile.TemporaryDirectory() as name:
            write_index(Path(name), texts, **state)
            self._send(Path(name), there=set())

    def update(self, *, add: Texts, remove: Collection[str], **state: Unpack[State]) -> None:
        """Bring it up to date. Unchanged files are neither fetched nor sent back."""
        with tempfile.TemporaryDirectory() as name:
            chunks = segment_of(add)
            before = self._fetch_into(Path(name), lambda about: needed_to_update(about, len(chunks.ids)))
            update_index(Path(name), add=chunks, remove=remove, **state)
            self._send(Path(name), there=set(files_of(before)))

    def close(self) -> None:
        """Let go of open files."""
        copy, self._copy, self._about, self._looked = self._copy, None, None, 0.0
        if copy is not None:
            copy[0].cleanup()

    def _fetch(self) -> None:
        # A search that is still reading a file removed here has it mapped.
        before = set(files_of(self._about)) if self._about else set()
        folder = self._copy[0] if self._copy else tempfile.TemporaryDirectory(prefix="lexical-")
        try:
            about = self._fetch_into(Path(folder.name), lambda about: [n for n in files_of(about) if n not in before])
            self._copy = (folder, LexicalIndex(Path(folder.name)))
        except LexicalIndexUnusable:
            self.close()
            folder.cleanup()
            raise
        self._about = about
        sweep(Path(folder.name), set(files_of(about)))

    def _fetch_into(self, folder: Path, wanted: Wanted) -> dict[str, Any]:
        def of_this_version(about: dict[str, Any]) -> Iterable[str]:
            check_version(about, PLACE)
            return wanted(about)

        fetched = self._files.fetch(of_this_version)
        if fetched is None:
            raise _none()
        about, files = fetched
        for name, content in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
        (folder / INDEX_FILE).write_text(json.dumps(about), "utf-8")
        return about

    def _send(self, folder: Path, *, there: set[str]) -> None:
        about = read_about(folder)
        names = set(files_of(about))
        new = {name: (folder / name).read_bytes() for name in sorted(names - there)}
        self._files.replace(about, new, keep=names & there)


def _none() -> LexicalIndexUnusable:
    return LexicalIndexUnusable("There is no lexical index on the server yet. Run `ingest add` to build it.")
