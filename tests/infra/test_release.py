"""infra.release: a release needs a dated version, and the version stands in one place."""

from __future__ import annotations

import pytest

from corpus import __version__
from infra.release import ROOT, NotReady, dated


def test_the_version_stands_in_one_place() -> None:
    written = [
        path
        for folder in ("corpus", "ingest", "handler", "infra")
        for path in (ROOT / folder).rglob("*.py")
        if f'"{__version__}"' in path.read_text("utf-8")
    ]
    assert written == [ROOT / "corpus" / "__init__.py"]


def test_a_release_needs_a_dated_version() -> None:
    assert dated("# Changelog\n\n## 0.2.0 - 2026-11-28\n", "0.2.0") == "2026-11-28"
    with pytest.raises(NotReady, match="CHANGELOG"):
        dated("# Changelog\n\n## Unreleased\n", "0.2.0")


def test_the_changelog_has_this_version() -> None:
    assert dated((ROOT / "CHANGELOG.md").read_text("utf-8"), __version__)
