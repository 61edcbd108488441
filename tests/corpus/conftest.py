"""What the store keeps is tested on Chroma Cloud too: a stand-in that enforces its quotas before a real server."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from corpus.settings import CorpusSettings
from tests.chroma_cloud import ChromaCloud


@pytest.fixture(params=["embedded", "server", "cloud"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> CorpusSettings:
    """Settings for an empty store of each kind, with the local model."""
    if request.param == "embedded":
        return CorpusSettings(chroma_path=tmp_path / "store")
    name = f"test-{uuid.uuid4().hex}"
    if request.param == "server":
        return CorpusSettings(chroma_url=request.getfixturevalue("chroma_url"), chroma_collection=name)
    cloud: ChromaCloud = request.getfixturevalue("cloud")
    return cloud.settings(name)
