"""Names from a Mac are in NFD, what keyboards and models write is in NFC: both are one name, on every side."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.corpus_opening import open_corpus
from corpus.filters import Filter
from corpus.records import document_id_of
from corpus.settings import LOCAL_MODEL
from corpus.store import open_store
from corpus.stored import text_digest_of
from ingest.command.add import AddOptions, add_documents
from ingest.command.removal import plan_removal
from ingest.report import Report
from ingest.settings import IngestSettings
from ingest.sources.files import find
from ingest.sources.patterns import Selection
from ingest.sync.lexical_index import state_of, versions_of


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


NAME = "docs/Übersicht Café.md"
TEXT = (
    f"---\ntags: [{nfd('Café')}]\ntitle: {nfd('Übersicht')}\nville: {nfd('Orléans')}\n{nfd('Größe')}: klein\n"
    "---\nThe plan for the terrace.\n"
)
FILTERS = [
    {"source": NAME},
    {"title": "Übersicht"},
    {"tags": ("Café",)},
    {"metadata": {"ville": "Orléans"}},
    {"metadata": {"tags": ["Café"]}},
    {"metadata": {"größe": "klein"}},
]


@pytest.fixture
def settings(tmp_path: Path) -> IngestSettings:
    (tmp_path / "docs").mkdir()
    (tmp_path / nfd(NAME)).write_text(TEXT, "utf-8")
    return IngestSettings(chroma_path=tmp_path / "store", embedding_model=LOCAL_MODEL, source_root=tmp_path)


def add(settings: IngestSettings, *, prune: bool = False) -> Report:
    report = add_documents([str(settings.source_root / "docs")], settings, AddOptions(prune=prune))
    assert not report.failed
    return report


def sources(settings: IngestSettings, within: Filter | None = None) -> list[str]:
    with open_corpus(settings) as corpus:
        hits = corpus.search("terrace", top_k=5, within=within or Filter(), timeout_seconds=30)
        return [hit.chunk.source for hit in hits]


def test_filters_find_a_document_whatever_form_it_or_they_are_in(settings: IngestSettings) -> None:
    add(settings)
    for fields in FILTERS:
        assert sources(settings, Filter(**fields)) == [NAME], fields  # type: ignore[arg-type]  # By name.
    assert sources(settings, Filter(source=nfd(NAME))) == [NAME]


def test_a_copy_that_changes_the_form_of_the_name_is_the_same_document(settings: IngestSettings) -> None:
    add(settings)
    (settings.source_root / nfd(NAME)).rename(settings.source_root / NAME)
    report = add(settings, prune=True)
    assert (report.added, report.unchanged, report.removed) == (0, 1, 0)
    assert sources(settings) == [NAME]


def test_what_an_older_version_stored_in_nfd_is_found_and_mended_by_the_next_run(settings: IngestSettings) -> None:
    add(settings)
    with open_store(settings) as store:
        (record,) = store.documents()
        (chunk,) = store.chunks(record.chunk_ids())
        (vector,) = store.vectors_of([text_digest_of(chunk)]).values()
        store.remove([record.document_id])
        as_it_was = {
            "document_id": document_id_of(nfd(NAME)),
            "source": nfd(NAME),
            "title": nfd("Übersicht"),
            "metadata": {"tags": [nfd("Café")], "ville": nfd("Orléans"), nfd("größe"): "klein"},
        }
        older = replace(record, **as_it_was, file=nfd(NAME))  # type: ignore[arg-type]  # By name.
        store.write([(older, [replace(chunk, **as_it_was)], vector[None])])  # type: ignore[arg-type]
    for fields in FILTERS[:-1]:  # By a name in NFD nobody filters.
        assert sources(settings, Filter(**fields)) == [nfd(NAME)], fields  # type: ignore[arg-type]  # By name.
    add(settings)
    assert sources(settings) == [NAME]
    assert sources(settings, Filter(metadata={"größe": "klein"})) == [NAME]
    assert sources(settings, Filter(title="Übersicht", tags=("Café",))) == [NAME]


def test_patterns_match_names_of_either_form(settings: IngestSettings) -> None:
    folder = settings.source_root / "docs"
    for form in (str, nfd):
        selection = Selection(exclude=[form("*Café*")])
        assert find([folder], root=settings.source_root, selection=selection).items == []
    (folder / ".ingestignore").write_text("Übersicht*\n", "utf-8")
    assert find([folder], root=settings.source_root).items == []
    (folder / ".ingestignore").unlink()
    add(settings)
    with open_store(settings) as store:
        removal = plan_removal(store, [], nfd("*Café.md"))
    assert len(removal.records) == 1


def test_two_files_whose_names_differ_by_form_alone_are_told(settings: IngestSettings) -> None:
    (settings.source_root / NAME).write_text("Another text.\n", "utf-8")
    found = find([settings.source_root / "docs"], root=settings.source_root)
    assert [item.source for item in found.items] == [NAME]
    assert "would be both" in str(found.failed[0][1])


def test_a_run_that_finds_nothing_new_leaves_the_index_as_it_is(settings: IngestSettings) -> None:
    sidecar = settings.source_root / (nfd(NAME) + ".meta.yaml")
    sidecar.write_text("year: 2026\nweight: 0.1\nfinal: true\nteam: [b, a]\nday: 2026-01-31\n", "utf-8")
    add(settings)
    with open_store(settings) as store:
        stored = {record.document_id: record for record in store.documents()}
        assert store.lexical_index.stamp() == state_of(versions_of(stored))
