"""`ingest repair` looks first, and what other programs wrote stops no command."""

from __future__ import annotations

from pathlib import Path

from corpus.settings import CorpusSettings
from corpus.store import holds_only, open_store
from tests.ingest.command_line import Ingest, result_of
from tests.openai_server import EmbeddingsServer


def test_what_others_wrote_stops_nothing_and_goes_when_asked(
    ingest: Ingest, server: EmbeddingsServer, folder: Path
) -> None:
    where = CorpusSettings(chroma_path=folder / "store")
    assert ingest("add", "docs", server=server, CHROMA_PATH="store").returncode == 0
    with open_store(where) as store:
        right = store.documents()
        with store._handle.written() as collection:
            collection.upsert(ids=["a", "b"], embeddings=[[1.0] * 1536] * 2, documents=["x", "y"])
        store.rows.delete([right[0].chunk_ids()[-1]] if right[0].chunks > 1 else [])
    assert result_of(ingest("stats", "--json", CHROMA_PATH="store"))["foreign"] == ["a", "b"]
    assert "foreign records" in ingest("stats", CHROMA_PATH="store").stdout
    assert (
        len(result_of(ingest("search", "pump", "-k", "9", "--json", server=server, CHROMA_PATH="store"))["results"])
        >= 3
    )
    again = ingest("add", "docs", "--json", server=server, CHROMA_PATH="store")
    assert again.returncode == 0, again.stderr
    look = ingest("repair", CHROMA_PATH="store")
    assert (look.returncode, look.stdout.count("foreign")) == (1, 2)
    assert "--yes" in look.stderr
    published = ingest("publish", "published", "--json", CHROMA_PATH="store")
    assert result_of(published)["left_out"] == 2
    assert ingest("repair", "--yes", CHROMA_PATH="store").returncode == 0
    assert ingest("repair", CHROMA_PATH="store").returncode == 0
    with open_store(where) as store:
        assert holds_only(store.rows, store.documents())
        assert [record.document_id for record in store.documents()] == [record.document_id for record in right]


def test_a_document_that_lacks_a_chunk_is_made_whole_by_the_next_run(
    ingest: Ingest, server: EmbeddingsServer, folder: Path
) -> None:
    text = "".join(f"Sentence number {number} of a long text. " for number in range(900))
    (folder / "docs" / "long.txt").write_text(text)
    assert ingest("add", "docs", server=server, CHROMA_PATH="store").returncode == 0
    with open_store(CorpusSettings(chroma_path=folder / "store")) as store:
        (long,) = [record for record in store.documents() if record.source.endswith("long.txt")]
        store.rows.delete([long.chunk_ids()[1]])
    assert ingest("repair", CHROMA_PATH="store").returncode == 1
    noted = result_of(ingest("add", "docs/returns.txt", "--json", server=server, CHROMA_PATH="store"))
    assert "missing" in noted["notes"][0]["note"]
    assert result_of(ingest("add", "docs", "--json", server=server, CHROMA_PATH="store"))["notes"] == []
    with open_store(CorpusSettings(chroma_path=folder / "store")) as store:
        found = store.document(long.document_id)
        assert found is not None
        assert text.startswith(found[1][1].text, found[1][1].start)
