"""ingest.sync.diff: what is not there any more is told, and nothing beside it."""

from __future__ import annotations

from dataclasses import replace

from ingest.sources.found import Found, Item
from ingest.sync.diff import gone
from tests.corpus.texts import document_of


def test_what_lies_beside_a_folder_of_nearly_the_same_name_is_kept() -> None:
    stored = [
        replace(document_of(name, ["text"])[0], file=name)
        for name in ("docs/old.md", "docs/kept.md", "docs-2025/old.md", "docs.md")
    ]
    found = Found(items=[Item(source="docs/kept.md", place="/x/docs/kept.md")], scopes=["docs"])
    assert [record.source for record in gone(stored, found)] == ["docs/old.md"]
    found.kept_from_prune.append("docs/old")
    assert [record.source for record in gone(stored, found)] == ["docs/old.md"]
