"""Ray's stand-in, and a folder of documents."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.onray import tasks

STANDIN = Path(__file__).parent / "standin"


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    names = [name for name in sys.modules if name.partition(".")[0] == "ray"]
    for name in names:
        monkeypatch.delitem(sys.modules, name)
    for name in (
        "RAY_USAGE_STATS_ENABLED",
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER",
        "RAY_AUTH_MODE",
        "RAY_IGNORE_UNHANDLED_ERRORS",
    ):
        monkeypatch.setenv(name, "0")
        monkeypatch.delenv(name)
    monkeypatch.syspath_prepend(STANDIN)
    yield importlib.import_module("ray")
    tasks.close()
    for name in ("ray", "ray.exceptions"):
        sys.modules.pop(name, None)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for number in range(30):
        (folder / f"{number}.md").write_text(
            f"# Pump {number}\n\nIt hums at {number} bar.\n\n## Seal\n\nSeal {number % 7}.\n"
        )
    (folder / "described.txt").write_text("A text with a sidecar.")
    (folder / "described.txt.meta.json").write_text('{"title": "Described", "department": "sales"}')
    (folder / "records.jsonl").write_text('{"id": "a", "text": "one"}\n{"id": "b", "text": "two"}\n')
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    return folder
