"""A file is one document, from whatever folder the command is run; where it gets a second name, that is told."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from tests.ingest.command_line import TEXTS, Ingest, result_of
from tests.openai_server import EmbeddingsServer


def test_a_file_that_gets_a_second_name_is_told_once_with_the_way_out(
    ingest: Ingest, folder: Path, server: EmbeddingsServer
) -> None:
    assert result_of(ingest("add", "docs", "--json", server=server))["notes"] == []
    (folder / "docs" / "returns.txt").write_text("Changed meanwhile.")
    (folder / "docs" / "new.txt").write_text("Only here.")
    again = result_of(ingest("add", "docs", "--root", "docs", "--json", server=server))
    assert again["added"] == len(TEXTS) + 1
    assert {each["source"] for each in again["notes"]} == {"warranty.md", "returns.txt", "deep/faq.html"}
    for each in again["notes"]:
        assert f"--root {folder} or SOURCE_ROOT" in each["note"]
    assert result_of(ingest("add", "docs", "--root", "docs", "--json", server=server))["notes"] == []


def test_it_is_told_too_where_something_else_is_said_of_the_files(ingest: Ingest, server: EmbeddingsServer) -> None:
    ingest("add", "docs", "--metadata", "team=a", server=server)
    again = result_of(ingest("add", "docs", "--root", "docs", "--metadata", "team=b", "--json", server=server))
    assert len(again["notes"]) == len(TEXTS)
    # Under its own name what is said of a file may change without a word.
    assert result_of(ingest("add", "docs", "--metadata", "team=c", "--json", server=server))["notes"] == []


def test_a_document_is_shown_by_its_name_in_either_form_of_unicode(
    ingest: Ingest, folder: Path, server: EmbeddingsServer
) -> None:
    (folder / "docs" / unicodedata.normalize("NFD", "Übersicht.txt")).write_text("The plan for the terrace.")
    ingest("add", "docs", server=server)
    for form in ("NFC", "NFD"):
        shown = ingest("show", unicodedata.normalize(form, "docs/Übersicht.txt"), server=server)
        assert (shown.returncode, "terrace" in shown.stdout) == (0, True)


def test_a_copy_elsewhere_and_another_file_of_the_same_name_are_no_such_thing(
    ingest: Ingest, folder: Path, server: EmbeddingsServer
) -> None:
    ingest("add", "docs", server=server)
    (folder / "more").mkdir()
    (folder / "more" / "returns.txt").write_text(TEXTS["returns.txt"])
    (folder / "more" / "warranty.md").write_text("# Another\n\nThe fan is covered for a year.\n")
    assert result_of(ingest("add", "more", "--root", "more", "--json", server=server))["notes"] == []
