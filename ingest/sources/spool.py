"""A folder for content on its way to the readers, each item in a folder of its own that is removed once it is read."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from corpus.scratch import claim


class Spool:
    """Use it as a context manager; leftovers are removed with it. Safe in threads."""

    def __init__(self) -> None:
        self._folder, self._lock = claim(Path(tempfile.gettempdir()) / f"retrieval-action-spool-{os.getuid()}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.close()

    def new(self) -> Path:
        """A path where content may be written."""
        return Path(tempfile.mkdtemp(dir=self._folder)) / "content"

    def named(self, path: Path, name: str) -> Path:
        """The same content under a name with the suffix of `name`."""
        suffix = Path(name).suffix
        return path.rename(path.with_name(f"content{suffix}" if suffix else name.lower()))

    def drop(self, path: Path | None) -> None:
        """Delete content that was read, if it was brought here."""
        if path is not None and path.is_relative_to(self._folder):
            shutil.rmtree(path.parent, ignore_errors=True)
