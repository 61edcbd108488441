"""chromadb's errors without the package around them, for Chroma's engine to raise.

The engine imports `chromadb.errors` when it raises its first error. That would import all of chromadb; and where it
fails, the engine ends the process. So the one file is loaded before the engine is used.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from corpus.errors import StoreError
from corpus.store.fast_import import leave_out_checks

PACKAGE = "chromadb"
ERRORS = "chromadb.errors"


class _Package(ModuleType):
    """Stands in for chromadb until something asks it for more than its errors."""

    def __init__(self, import_whole: Callable[[], Any]) -> None:
        super().__init__(PACKAGE)
        self._import_whole = import_whole

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._import_whole(), name)


def load_errors(import_whole: Callable[[], Any]) -> None:
    """Make `chromadb.errors` available; `import_whole` is called once something asks for more of the package.

    Raises StoreError if that file is not installed.
    """
    if ERRORS in sys.modules:
        return
    package = find_spec(PACKAGE)
    folders = list(package.submodule_search_locations or []) if package else []
    found = [path for folder in folders if (path := Path(folder) / "errors.py").is_file()]
    spec = spec_from_file_location(ERRORS, found[0]) if found else None
    if spec is None or spec.loader is None:
        raise StoreError("chromadb is not installed whole: its errors.py is missing. Install it anew.")
    leave_out_checks()
    errors = module_from_spec(spec)
    spec.loader.exec_module(errors)
    stand_in = _Package(import_whole)
    stand_in.__path__ = folders
    stand_in.__spec__ = package
    sys.modules[PACKAGE], sys.modules[ERRORS] = stand_in, errors


def step_aside() -> None:
    """Let the whole package be imported, which then raises the same errors."""
    if isinstance(sys.modules.get(PACKAGE), _Package):
        del sys.modules[PACKAGE]
