"""What ingest tells of a document is stored, searched by and shown; stores of before are read again once."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.collection import SUBJECTS, SUBJECTS_FIELD
from corpus.corpus_opening import open_corpus
from corpus.records import document_id_of, record_id_of
from corpus.store import open_store
from ingest.command.target_collection import RETOLD
from ingest.settings import IngestSettings
from tests.ingest.command_line import Ingest, result_of
from tests.openai_server import KEY, EmbeddingsServer

POLICY = "Fellwatt Pumps GmbH\n\nTravel Policy\n\nEffective date: 1 March 2024\n\nWho travels books early.\n"
DIGEST = "0" * 64
SOURCE = "mine/travel_policy.txt"


@pytest.fixture
def stored(ingest: Ingest, folder: Path, server: EmbeddingsServer) -> Path:
    """The folder of one document that is stored."""
    mine = folder / "mine"
    mine.mkdir()
    (mine / "travel_policy.txt").write_text(POLICY)
    result_of(ingest("add", "--json", str(mine), server=server))
    return mine


def test_it_is_stored_and_shown(ingest: Ingest, stored: Path, server: EmbeddingsServer) -> None:
    about = {"organisation": "Fellwatt Pumps", "year": 2024, "kind": "policy"}
    (document,) = result_of(ingest("list", "--json", server=server))["documents"]
    assert document["metadata"] == about
    assert document["title"] == "Travel Policy"
    assert "Fellwatt Pumps 2024 policy" in ingest("list", server=server).stdout
    assert "organisation: Fellwatt Pumps" in ingest("show", document["document_id"], server=server).stderr
    stats = result_of(ingest("stats", "--json", server=server))
    assert [stats[name] for name in about] == [{"Fellwatt Pumps": 1}, {"2024": 1}, {"policy": 1}]
    assert "Fellwatt Pumps (1)" in ingest("stats", server=server).stdout
    shown = result_of(ingest("show", document["document_id"], "--json", server=server))
    assert shown["text"].startswith("Fellwatt Pumps GmbH")  # The document's own words alone.
    again = result_of(ingest("add", "--json", str(stored), server=server))
    assert (again["unchanged"], again["embedded"]) == (1, 0)


@pytest.mark.usefixtures("stored")
def test_it_is_read_before_the_text_by_model_and_index(ingest: Ingest, server: EmbeddingsServer) -> None:
    (text,) = [text for text in server.inputs if "books early" in text]
    assert text.startswith("Fellwatt Pumps 2024: Travel Policy\n")
    (hit,) = result_of(ingest("search", "FellwattPumps FY24", "--mode", "lexical", "--json", server=server))["results"]
    assert hit["source"] == SOURCE


def test_what_a_sidecar_or_an_option_says_wins(ingest: Ingest, folder: Path, server: EmbeddingsServer) -> None:
    mine = folder / "mine"
    mine.mkdir()
    (mine / "travel_policy.txt").write_text(POLICY)
    (mine / "travel_policy.txt.meta.yaml").write_text("title: Trips\norganisation: Fellwatt\n")
    result_of(ingest("add", "--json", str(mine), "--metadata", "year=2019", server=server))
    (document,) = result_of(ingest("list", "--json", server=server))["documents"]
    assert document["title"] == "Trips"
    assert document["metadata"] == {"organisation": "Fellwatt", "year": 2019, "kind": "policy"}


def test_a_store_of_before_is_read_again_once_and_says_so(
    ingest: Ingest, stored: Path, server: EmbeddingsServer
) -> None:
    (stored / "plain.txt").write_text("The pump hums at night.\n")
    result_of(ingest("add", "--json", str(stored), server=server))
    with open_store(_settings(stored, server)) as store:
        # As a version left it that told nothing.
        record_id = record_id_of(document_id_of(SOURCE))
        gone = dict.fromkeys(("meta.organisation", "meta.year", "meta.kind"))
        store.rows.amend({record_id: {**gone, "digest": DIGEST, "text_digest": "", "stamp": "before"}})
        store.rows.amend({record_id_of(document_id_of("mine/plain.txt")): {"stamp": "before"}})
        store.rows.note_version(SUBJECTS_FIELD, 0)
    told = ingest("add", "--json", str(stored), server=server)
    report = result_of(told)
    assert RETOLD in " ".join(told.stderr.split())
    assert (report["updated"], report["unchanged"], report["embedded"]) == (1, 1, 1)
    with open_store(_settings(stored, server)) as store:
        assert store.rows.version_of(SUBJECTS_FIELD) == SUBJECTS
    again = ingest("add", "--json", str(stored), server=server)
    assert RETOLD not in " ".join(again.stderr.split())
    assert (result_of(again)["unchanged"], result_of(again)["embedded"]) == (2, 0)


def _settings(stored: Path, server: EmbeddingsServer) -> IngestSettings:
    where = {"chroma_path": stored.parent / ".chroma"}
    return IngestSettings.model_validate({**where, "openai_api_key": KEY, "openai_base_url": server.url})


def test_a_name_that_is_stored_is_found_in_any_writing(stored: Path, server: EmbeddingsServer) -> None:
    with open_corpus(_settings(stored, server)) as corpus:
        for asked in ("FELLWATTPUMPS", "Fellwatt-Pumps", "fellwatt pumps", "travel_policy"):
            (hits,) = corpus.search_each([asked], top_k=1, mode="lexical", timeout_seconds=60)
            assert [hit.chunk.source for hit in hits] == [SOURCE], asked
