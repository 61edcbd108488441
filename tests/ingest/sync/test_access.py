"""Who may see a document is stored with all of it, changes without the model, and goes when it is no longer said."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from corpus.filters import Filter
from corpus.records import document_id_of
from corpus.settings import CorpusSettings
from corpus.snapshot.publish import publish
from corpus.store import open_store
from corpus.stored import UNSETTLED
from tests.ingest.command_line import Ingest
from tests.openai_server import EmbeddingsServer

LONG = "".join(f"## Part {number}\n\n{f'Sentence {number} about pumps. ' * 60}\n\n" for number in range(6))


@pytest.fixture
def docs(folder: Path) -> Path:
    """A document of many chunks, and two small ones."""
    docs = folder / "papers"
    docs.mkdir()
    (docs / "long.md").write_text(f"# Long\n\n{LONG}")
    (docs / "own.md").write_text("---\naccess: [group:own]\n---\n\n# Own\n\nIt says so itself.\n")
    (docs / "side.txt").write_text("A text with a sidecar.\n")
    (docs / "side.txt.meta.yaml").write_text("access: group:side\n")
    return docs


def stored(folder: Path) -> dict[str, set[tuple[str, ...]]]:
    """By source the access of the record and of every chunk; all are to be one."""
    with open_store(CorpusSettings(chroma_path=folder / ".chroma")) as store:
        found: dict[str, set[tuple[str, ...]]] = {}
        for record in store.documents():
            chunks = store.chunks(record.chunk_ids())
            assert len(chunks) == record.chunks
            found[record.source] = {record.access, *(chunk.access for chunk in chunks)}
        return found


def seen(folder: Path, *principals: str) -> set[str]:
    """The documents that the index of words lets those see."""
    with open_store(CorpusSettings(chroma_path=folder / ".chroma")) as store:
        where = Filter(visible_to=frozenset(principals)).to_where() or {}
        return {chunk_id.partition("-")[0] for chunk_id in store.lexical_index.index().passing(where).ids()}


def test_the_nearest_word_on_access_wins_and_is_stored_everywhere(
    ingest: Ingest, docs: Path, server: EmbeddingsServer
) -> None:
    (docs / ".access.yaml").write_text('"**": [group:folder]\n')
    run = ingest("add", "papers", server=server)
    assert run.returncode == 0, run.stderr
    own = {"papers/long.md": "group:folder", "papers/own.md": "group:own", "papers/side.txt": "group:side"}
    assert stored(docs.parent) == {source: {(name,)} for source, name in own.items()}
    for source, name in own.items():
        assert seen(docs.parent, name) == {document_id_of(source)}
    said = ingest("add", "papers", "--access", "group:all", "--access", "user:1:2", server=server)
    assert said.returncode == 0
    assert stored(docs.parent) == {source: {("group:all", "user:1:2")} for source in own}
    assert ingest("list", "--visible-to", "user:1:2").stdout.count("papers/") == 3
    assert ingest("list", "--visible-to", "user:1").stdout == ""


def test_a_change_of_access_embeds_nothing_and_is_published(
    ingest: Ingest, docs: Path, server: EmbeddingsServer, tmp_path: Path
) -> None:
    ingest("add", "papers", "--access", "group:a", server=server)
    settings = CorpusSettings(chroma_path=docs.parent / ".chroma")
    first = publish(settings, str(tmp_path / "published"))
    asked = len(server.requests)
    (docs / ".access.yaml").write_text('"long.md": [group:b]\n')
    report = json.loads(ingest("add", "papers", "--json", server=server).stdout)
    assert (report["updated"], report["unchanged"], report["embedded"]) == (3, 0, 0)
    assert len(server.requests) == asked
    assert stored(docs.parent)["papers/long.md"] == {("group:b",)}
    assert seen(docs.parent, "group:a") == set()
    assert seen(docs.parent, "group:b") == {document_id_of("papers/long.md")}
    second = publish(settings, str(tmp_path / "published"))
    assert second.is_new
    assert second.manifest.content != first.manifest.content
    assert second.manifest.with_access == 3
    again = json.loads(ingest("add", "papers", "--json", server=server).stdout)
    assert (again["updated"], again["unchanged"]) == (0, 3)


def test_access_that_is_no_longer_given_is_gone_and_is_told(
    ingest: Ingest, docs: Path, server: EmbeddingsServer
) -> None:
    (docs / ".access.yaml").write_text('"**": [everyone]\n')
    assert "without access" not in ingest("add", "papers", server=server).stderr
    (docs / ".access.yaml").unlink()
    (docs / "own.md").write_text("---\ntitle: Own\n---\n\n# Own\n\nIt says nothing now.\n")
    run = ingest("add", "papers", server=server)
    assert "2 stored documents without access" in run.stderr
    assert stored(docs.parent)["papers/long.md"] == {()}
    assert stored(docs.parent)["papers/own.md"] == {()}
    assert seen(docs.parent, "everyone", "group:own") == set()
    (docs / "side.txt.meta.yaml").unlink()
    assert "without access" not in ingest("add", "papers", server=server).stderr, "nobody uses it"
    assert "3 stored documents without access" in ingest("add", "papers", server=server, ACCESS="documents").stderr


@pytest.mark.parametrize("words", ["1234", "[group: sales]"])
def test_what_says_access_wrongly_is_seen_by_nobody(
    ingest: Ingest, docs: Path, server: EmbeddingsServer, words: str
) -> None:
    (docs / ".access.yaml").write_text('"**": [everyone]\n')
    ingest("add", "papers", server=server)
    (docs / "side.txt.meta.yaml").write_text(f"access: {words}\n")
    (docs / "own.md").write_text(f"---\naccess: {words}\n---\n\n# Own\n\nIt says so itself.\n")
    run = ingest("add", "papers", server=server)
    assert run.returncode == 1
    assert run.stderr.count("Nobody is to see it until it is mended") == 1, "the two have one cause"
    assert (stored(docs.parent)["papers/side.txt"], stored(docs.parent)["papers/own.md"]) == ({()}, {()})
    assert stored(docs.parent)["papers/long.md"] == {("everyone",)}


def test_front_matter_that_cannot_be_read_does_not_fall_back_to_its_folder(
    ingest: Ingest, docs: Path, server: EmbeddingsServer
) -> None:
    (docs / ".access.yaml").write_text('"**": [everyone]\n')
    (docs / "own.md").write_text("---\naccess: [group:own\n---\n\n# Own\n\nA bracket is missing.\n")
    for _ in range(2):  # It is told until it is mended.
        run = ingest("add", "papers", server=server)
        assert run.returncode == 1
        assert "papers/own.md: Nobody is to see it until it is mended" in run.stderr
    assert stored(docs.parent)["papers/own.md"] == {()}


def test_rules_that_cannot_be_read_close_what_was_open(ingest: Ingest, docs: Path, server: EmbeddingsServer) -> None:
    (docs / ".access.yaml").write_text('"**": [everyone]\n')
    ingest("add", "papers", server=server)
    (docs / ".access.yaml").write_text("**: [everyone]\n")
    run = ingest("add", "papers", server=server)
    assert run.returncode == 1
    assert run.stderr.count("papers/.access.yaml: It cannot be used") == 1
    assert stored(docs.parent)["papers/long.md"] == {()}
    (docs / ".access.yaml").write_text('"**": [everyone]\n')
    assert ingest("add", "papers", server=server).returncode == 0
    assert stored(docs.parent)["papers/long.md"] == {("everyone",)}


def test_a_change_that_was_cut_off_is_made_good_whatever_is_to_be(
    ingest: Ingest, docs: Path, server: EmbeddingsServer
) -> None:
    ingest("add", "papers/long.md", "--access", "group:a", server=server)
    with open_store(CorpusSettings(chroma_path=docs.parent / ".chroma")) as store:
        (record,) = store.documents()
        # As a run leaves it that was killed after half of the chunks.
        store.rows.amend({f"{record.document_id}-0": {"stamp": UNSETTLED}})
        store.rows.amend({each: {"access": ["everyone"]} for each in record.chunk_ids()[1:3]})
    assert len(stored(docs.parent)["papers/long.md"]) == 2
    ingest("add", "papers/long.md", "--access", "group:a", server=server)
    assert stored(docs.parent)["papers/long.md"] == {("group:a",)}


def test_a_field_of_the_users_named_access_gives_none(ingest: Ingest, docs: Path, server: EmbeddingsServer) -> None:
    ingest("add", "papers/long.md", "--metadata", "access=everyone", server=server)
    assert stored(docs.parent)["papers/long.md"] == {()}
    assert seen(docs.parent, "everyone") == set()


def test_records_of_a_file_may_each_say_whom_they_name(ingest: Ingest, docs: Path, server: EmbeddingsServer) -> None:
    lines = [{"id": "a", "text": "One text.", "access": ["group:a"]}, {"id": "b", "text": "Other.", "access": 5}]
    (docs / "records.jsonl").write_text("\n".join(map(json.dumps, lines)))
    run = ingest("add", "papers/records.jsonl", server=server)
    assert run.returncode == 1
    assert stored(docs.parent) == {"papers/records.jsonl#a": {("group:a",)}, "papers/records.jsonl#b": {()}}


@pytest.mark.parametrize("wrong", [" group:a", "a\nb"])
def test_a_principal_that_is_none_is_refused(ingest: Ingest, docs: Path, wrong: str) -> None:
    run = ingest("add", str(docs), "--access", wrong)
    assert run.returncode == 2
    assert "--access: a principal" in run.stderr


def test_a_chunk_that_is_written_again_keeps_no_access(ingest: Ingest, docs: Path, server: EmbeddingsServer) -> None:
    ingest("add", "papers/long.md", "--access", "everyone", server=server)
    with open_store(CorpusSettings(chroma_path=docs.parent / ".chroma")) as store:
        found = store.document(document_id_of("papers/long.md"))
        assert found is not None
        record, chunks = (
            dataclasses.replace(found[0], access=()),
            [dataclasses.replace(each, access=()) for each in found[1]],
        )
        page = store.rows.pages(record.chunk_ids(), ["embeddings"])
        vectors = {each: vector for part in page for each, vector in zip(part["ids"], part["embeddings"], strict=True)}
        store.write([(record, chunks, np.stack([vectors[each.chunk_id] for each in chunks]))])
    assert stored(docs.parent)["papers/long.md"] == {()}
