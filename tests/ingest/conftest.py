"""The command line in a folder of small files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.__main__ import main
from tests.ingest.command_line import TEXTS, Ingest, Run
from tests.openai_server import EmbeddingsServer, embeddings_server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in TEXTS.items():
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    with embeddings_server() as running:
        yield running


@pytest.fixture
def ingest(folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Ingest:
    """The command line, called in this process and in the folder: a process a call would cost seconds each."""

    def call(*arguments: str, server: EmbeddingsServer | None = None, **settings: str) -> Run:
        with monkeypatch.context() as patch:
            patch.chdir(folder)
            patch.setattr(sys, "argv", ["ingest", *arguments])
            for name, value in ((server.environment if server else {}) | settings).items():
                patch.setenv(name, value)
            capfd.readouterr()
            with pytest.raises(SystemExit) as ended:
                main()
            stdout, stderr = capfd.readouterr()
            return Run(int(ended.value.code or 0), stdout, stderr)

    return call
