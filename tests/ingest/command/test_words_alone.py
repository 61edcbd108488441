"""Who asks by words alone needs no key, and is told of what filters pass over."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.command_line import Ingest, result_of
from tests.openai_server import EmbeddingsServer


def test_a_search_by_words_needs_no_key_and_asks_nobody(ingest: Ingest, server: EmbeddingsServer) -> None:
    ingest("add", "docs", server=server)
    sent = len(server.requests)
    found = result_of(ingest("search", "humming", "--mode", "lexical", "--json"))
    assert [hit["source"] for hit in found["results"]] == ["docs/deep/faq.html"]
    assert result_of(ingest("search", "humming", "--json", SEARCH_MODE="lexical")) == found
    assert len(server.requests) == sent
    refused = ingest("search", "humming", "--mode", "dense", SEARCH_MODE="lexical")
    assert (refused.returncode, "OPENAI_API_KEY" in refused.stderr) == (2, True)


def test_questions_are_proposed_by_words_without_a_key(ingest: Ingest, server: EmbeddingsServer) -> None:
    ingest("add", "docs", server=server)
    assert ingest("questions", SEARCH_MODE="lexical").returncode == 0


def test_a_year_in_quotes_is_told_by_add_and_by_stats(folder: Path, ingest: Ingest, server: EmbeddingsServer) -> None:
    for name, year in (("a", "2024"), ("b", '"2024"')):
        (folder / "docs" / f"{name}.md").write_text(f"---\nyear: {year}\n---\nPumps of that year hum.\n")
    why = "The field 'year' is a text here, and FILTERABLE has year:int, so that no filter by it finds this document."
    report = result_of(ingest("add", "docs", "--json", server=server, FILTERABLE="year:int"))
    assert report["notes"] == [{"source": "docs/b.md", "note": why}]
    stats = result_of(ingest("stats", "--json", FILTERABLE="year:int"))
    assert stats["passed_over"] == [{"sources": ["docs/b.md"], "why": why}]
    assert "in 1 others" in ingest("stats").stderr
    assert ingest("stats", FILTERABLE="year:when").returncode == 2
