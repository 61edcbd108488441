"""`ingest add` makes the index anew where much of it is dead, and says so."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.command_line import Ingest, result_of
from tests.openai_server import EmbeddingsServer

SMALL = {"CHROMA_PATH": "store", "EMBEDDING_DIMENSIONS": "8", "CHUNK_TOKENS": "32"}


def test_what_is_replaced_leaves_no_dead_places_for_long(
    ingest: Ingest, server: EmbeddingsServer, folder: Path
) -> None:
    def night(number: int) -> object:
        parts = (f"## Part {part}\n\nThe pump of night {number} has part {part} and more." for part in range(1_100))
        (folder / "docs" / "pump.md").write_text("\n\n".join(parts))
        return result_of(ingest("add", "docs/pump.md", "--json", server=server, **SMALL))["index_made_anew_seconds"]

    assert night(1) is None
    assert isinstance(night(2), float)
    assert result_of(ingest("stats", "--json", CHROMA_PATH="store"))["dead_places"] == "0.0%"
    found = ingest("search", "pump of night 2, part 77", "-k", "1", "--json", server=server, CHROMA_PATH="store")
    assert "night 2" in result_of(found)["results"][0]["text"]
