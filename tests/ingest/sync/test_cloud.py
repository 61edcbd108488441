"""`ingest add` into Chroma Cloud, whose quotas a stand-in enforces."""

from __future__ import annotations

import uuid
from pathlib import Path

from corpus.corpus_opening import open_corpus
from corpus.store import open_store
from ingest.command.add import AddOptions, add_documents
from ingest.settings import IngestSettings
from tests.chroma_cloud import ChromaCloud
from tests.openai_server import KEY, embeddings_server

UMLAUTS = "Die Pumpe läuft über Nacht, prüfen Sie bitte größere Dichtungen an Gehäuse und Flügelrad. "


def test_a_folder_with_chunks_and_fields_beyond_its_quotas_is_stored_whole_and_found(
    cloud: ChromaCloud, tmp_path: Path
) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "long.txt").write_text(UMLAUTS * 700)
    fields = "\n".join(f"field_{number:02}: {number}" for number in range(30))
    (docs / "many.md").write_text(f"---\n{fields}\n---\n# Valve\n\nThe valve opens at 3 bar.\n")
    with embeddings_server() as server:
        settings = IngestSettings.model_validate(
            cloud.settings(f"test-{uuid.uuid4().hex}", chunk_tokens=8000, chunk_overlap=0).model_dump(
                exclude_unset=True
            )
            | {"openai_api_key": KEY, "openai_base_url": server.url, "embedding_dimensions": 16, "source_root": docs}
        )
        report = add_documents([str(docs)], settings, AddOptions())
        assert (report.failed, report.added) == ([], 2)
        with open_store(settings) as store:
            long, many = store.documents()
            assert many.metadata == {f"field_{number:02}": number for number in range(30)}
            chunks = store.chunks(long.chunk_ids())
            assert "".join(chunk.text for chunk in chunks).count("Flügelrad.") == 700
            assert all(len(chunk.text.encode()) <= 16_384 for chunk in chunks)
        with open_corpus(settings) as corpus:
            (hit, *_) = corpus.search("valve opens", top_k=3, timeout_seconds=20)
            assert hit.chunk.source == "many.md"
        (docs / "long.txt").unlink()
        assert add_documents([str(docs)], settings, AddOptions(prune=True)).removed == 1
