"""Nothing happens that was not named: changes, removals, what is left out, what matched nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from handler import cli as handler_cli
from ingest.command import cli as ingest_cli
from tests.ingest.command_line import Ingest, result_of
from tests.openai_server import EmbeddingsServer


def changes_of(text: str) -> list[tuple[str, str]]:
    return [(each["change"], each["source"]) for each in json.loads(text)["changes"]]


def test_every_change_is_named_for_people_in_json_and_in_the_report(
    ingest: Ingest, server: EmbeddingsServer, tmp_path: Path
) -> None:
    dry = ingest("add", "docs", "--dry-run", server=server)
    assert "+ would be added  docs/warranty.md" in dry.stdout.splitlines()
    first = ingest("add", "docs", "--json", server=server)
    assert sorted(changes_of(first.stdout)) == [
        ("added", "docs/deep/faq.html"),
        ("added", "docs/returns.txt"),
        ("added", "docs/warranty.md"),
    ]
    (tmp_path / "docs" / "warranty.md").write_text("# Warranty\n\nSix years.\n")
    (tmp_path / "docs" / "returns.txt").unlink()
    report = tmp_path / "report.json"
    second = ingest("add", "docs", "--prune", "--report", str(report), server=server)
    assert {"~ updated  docs/warranty.md", "- removed  docs/returns.txt"} <= set(second.stdout.splitlines())
    assert sorted(changes_of(report.read_text())) == [("removed", "docs/returns.txt"), ("updated", "docs/warranty.md")]
    assert "Next: " in second.stderr
    third = ingest("add", "docs", "--json", server=server)
    assert (changes_of(third.stdout), "Next: " in third.stderr) == ([], False)


def test_a_collection_is_not_emptied_by_a_pattern_unasked(ingest: Ingest, server: EmbeddingsServer) -> None:
    ingest("add", "docs", server=server)
    refused = ingest("remove", "--source", "*", server=server)
    assert (refused.returncode, "add --yes" in refused.stderr) == (2, True)
    only_told = ingest("remove", "--source", "*", "--dry-run", server=server)
    assert (only_told.returncode, only_told.stdout.count("would be removed  ")) == (0, 3)
    by_source = result_of(ingest("remove", "docs/warranty.md", "--json", server=server))
    assert by_source["changes"][0]["source"] == "docs/warranty.md"
    nothing = ingest("remove", "--source", "*.zzz", server=server)
    assert (nothing.returncode, "No stored source matches" in nothing.stderr) == (2, True)
    assert len(result_of(ingest("list", "--json", server=server))["documents"]) == 2
    assert ingest("remove", "--source", "*", "--yes", server=server).returncode == 0
    assert result_of(ingest("list", "--json", server=server))["documents"] == []


def test_a_document_can_be_looked_at_before_and_after(ingest: Ingest, server: EmbeddingsServer) -> None:
    read = result_of(ingest("read", "docs/warranty.md", "--json", server=server))["documents"][0]
    assert ingest("list", server=server).returncode == 2, "nothing was stored, not even a collection"
    ingest("add", "docs", server=server)
    sent = len(server.requests)
    stored = result_of(ingest("show", "docs/warranty.md", "--json", server=server))
    assert stored["text"] == "\n\n".join(chunk["text"] for chunk in read["chunks"])
    assert (stored["title"], read["title"]) == ("Warranty", "Warranty")
    shown = ingest("show", stored["document_id"], server=server)
    assert "The pump is covered for five years." in shown.stdout
    assert "source: docs/warranty.md" in shown.stderr
    assert ingest("show", "docs/nothing.md", server=server).returncode == 1
    assert ingest("read", "docs/nothing.md", server=server).returncode == 1
    assert len(server.requests) == sent


def test_search_is_narrowed_and_shows_whole_passages(ingest: Ingest, server: EmbeddingsServer) -> None:
    ingest("add", "docs", "--metadata", "tags=pumps", server=server)
    deep = result_of(ingest("search", "pump", "--source", "docs/deep", "--json", server=server))
    assert [hit["source"] for hit in deep["results"]] == ["docs/deep/faq.html"]
    assert result_of(ingest("search", "pump", "--tag", "seals", "--json", server=server))["results"] == []
    full = ingest("search", "covered for years", "-k", "1", "--tag", "pumps", "--full", server=server)
    assert "   The pump is covered for five years." in full.stdout.splitlines()


@pytest.mark.parametrize("words", [["docs", "--include", "*.zzz"], ["empty"], ["*.xyz", "doc"]])
def test_where_no_file_matched_nothing_is_made(
    ingest: Ingest, server: EmbeddingsServer, tmp_path: Path, words: list[str]
) -> None:
    (tmp_path / "empty").mkdir()
    run = ingest("add", *words, server=server)
    assert (run.returncode, "No file matched" in run.stderr) == (2, True)
    assert ingest("list", server=server).returncode == 2


def test_a_report_that_cannot_be_written_is_told_before_the_work(
    ingest: Ingest, server: EmbeddingsServer, tmp_path: Path
) -> None:
    run = ingest("add", "docs", "--report", "nowhere/report.json", server=server)
    assert (run.returncode, "--report nowhere/report.json cannot be written" in run.stderr) == (2, True)
    assert server.requests == []
    assert ingest("add", "docs", "--report", "report.json", "--dry-run", server=server).returncode == 0
    assert (tmp_path / "report.json").exists()


def test_what_is_no_document_is_left_out_and_told(ingest: Ingest, server: EmbeddingsServer, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    left_out = ["node_modules/a.md", "__pycache__/b.txt", "x.min.js", "yarn.lock", "package-lock.json", "~$c.docx"]
    for name in [*left_out, "page_files/d.txt", "page.html", "notes_files/e.txt"]:
        (docs / name).parent.mkdir(exist_ok=True)
        (docs / name).write_text("<p>Some words.</p>")
    report = result_of(ingest("add", "docs", "--json", server=server))
    skipped = {each["source"] for each in report["skipped"] if "--no-default-ignores" in each["reason"]}
    folders = {"docs/node_modules/", "docs/__pycache__/", "docs/page_files/"}
    assert skipped == folders | {f"docs/{name}" for name in left_out[2:]}
    added = {source for _, source in changes_of(json.dumps(report))}
    assert {"docs/page.html", "docs/notes_files/e.txt"} <= added
    all_of_it = ingest("add", "docs", "--no-default-ignores", "--json", server=server).stdout
    assert "docs/node_modules/a.md" in {source for _, source in changes_of(all_of_it)}
    # What is named itself is wanted.
    named = result_of(ingest("add", "docs/node_modules", "--dry-run", "--json", server=server))
    assert named["unchanged"] == 1


@pytest.mark.parametrize("app", [ingest_cli.app, handler_cli.app], ids=["ingest", "handler"])
def test_every_help_ends_with_examples_and_words_are_completed(app: typer.Typer) -> None:
    group = typer.main.get_command(app)
    assert hasattr(group, "commands")
    result = CliRunner().invoke(app, ["--help"])
    assert "--install-completion" in result.stdout
    assert re.search(r"Examples:\n    \S+ ", result.stdout)
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            continue
        shown = CliRunner().invoke(app, [name, "--help"]).stdout
        assert re.search(rf"Examples:\n    .*{name}", shown), name


def test_settings_come_from_a_file_where_it_is_named(ingest: Ingest, tmp_path: Path) -> None:
    (tmp_path / "mine.env").write_text("CHROMA_COLLECTION=from-file\nAWS_NOTHING=1\n")
    (tmp_path / ".env").write_text("CHROMA_COLLECTION=not-asked-for\n")
    for words in (
        ["--env-file", "mine.env", "list"],
        ["list", "--env-file", "mine.env"],
        ["list", "--env-file=mine.env"],
    ):
        assert "from-file" in ingest(*words).stderr
    assert "'corpus'" in ingest("list").stderr
    wins = ingest("list", "--env-file", "mine.env", CHROMA_COLLECTION="environment")
    assert "environment" in wins.stderr
    # As Windows saves it.
    (tmp_path / "mine.env").write_text("\ufeffCHROMA_COLLECTION=from-file\n", "utf-8")
    assert "from-file" in ingest("list", "--env-file", "mine.env").stderr
    (tmp_path / "mine.env").write_text("# Mine\n\nCHROMA_COLLECTION from-file\n")
    wrong = ingest("list", "--env-file", "mine.env")
    assert (wrong.returncode, "--env-file mine.env, line 3: Not NAME=value" in wrong.stderr) == (2, True)
    missing = ingest("list", "--env-file", "nowhere.env")
    assert (missing.returncode, "--env-file nowhere.env cannot be read" in missing.stderr) == (2, True)
