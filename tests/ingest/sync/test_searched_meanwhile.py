"""Who reads while documents are being replaced sees each of them whole, old or new."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from corpus.corpus_opening import open_corpus
from corpus.records import Chunk, document_id_of
from corpus.searching.corpus import Corpus
from corpus.settings import CorpusSettings, SearchMode
from tests.openai_server import KEY, EmbeddingsServer, embeddings_server

ROOT = Path(__file__).parents[3]
DOCUMENTS = 8
PARTS = 20
VERSIONS = 3
MOMENT_SECONDS = 0.05

# Every version has other lengths, so that no chunk's place or count is the same in two of them.
WRITER = f"""
import json, sys
from pathlib import Path
from ingest.command.add import AddOptions, add_documents
from ingest.settings import IngestSettings
folder = Path(sys.argv[1])
for version in range({VERSIONS}):
    for number in range({DOCUMENTS}):
        said = "Pump {{}} of version {{}}, part {{}}. "
        parts = [f"## Part {{part}}\\n\\n" + said.format(number, version, part) * (20 + 5 * version)
                 for part in range({PARTS})]
        folder.joinpath(f"{{number}}.md").write_text("\\n\\n".join([f"# Pump {{number}}", *parts]))
    report = add_documents([str(folder)], IngestSettings(source_root=folder), AddOptions())
    print(json.dumps([version, report.failed]), flush=True)
"""


def versions_of(text: str) -> set[str]:
    return set(re.findall(r"of version (\d)", text))


def check_search(corpus: Corpus, mode: SearchMode) -> int:
    """How many hits there were; those of one document are of one version."""
    hits = corpus.search("pump of version", top_k=50, mode=mode, timeout_seconds=30)
    seen: dict[str, set[str]] = defaultdict(set)
    for hit in hits:
        seen[hit.document_id] |= versions_of(hit.text)
    assert all(len(versions) == 1 for versions in seen.values()), seen
    return len(hits)


def check_document(corpus: Corpus, number: int) -> None:
    """A document is there with all its chunks, which are of one version."""
    found = corpus.store.document(document_id_of(f"{number}.md"))
    assert found is not None
    record, chunks = found
    assert [chunk.index for chunk in chunks] == list(range(record.chunks))
    assert len({versions for chunk in chunks for versions in versions_of(chunk.text)}) == 1
    assert covered(chunks) == PARTS


def covered(chunks: list[Chunk]) -> int:
    return len({part for chunk in chunks for part in re.findall(r"part (\d+)\.", chunk.text)})


@pytest.mark.slow
def test_a_search_during_an_ingest_sees_whole_documents_old_or_new(tmp_path: Path) -> None:
    with embeddings_server() as server, writing(tmp_path, server) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == [0, []]
        given = {"chroma_path": tmp_path / "store", "openai_api_key": KEY, "openai_base_url": server.url}
        settings = CorpusSettings.model_validate(given)
        rounds = hits = 0
        with open_corpus(settings) as corpus:
            while not rounds or not has_ended(process):
                for mode in ("dense", "hybrid"):
                    hits += check_search(corpus, mode)
                check_document(corpus, rounds % DOCUMENTS)
                rounds += 1
            _, stderr = process.communicate()
            assert process.returncode == 0, stderr
            assert corpus.store.count() == sum(record.chunks for record in corpus.store.documents())
        assert hits


def has_ended(process: subprocess.Popen[str]) -> bool:
    """Whether it has; waits a moment for it, for who asks without a pause leaves the writer no processor."""
    try:
        process.wait(MOMENT_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def writing(folder: Path, server: EmbeddingsServer) -> subprocess.Popen[str]:
    docs = folder / "docs"
    docs.mkdir()
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(docs)],
        cwd=folder,
        env={**os.environ, **server.environment, "CHROMA_PATH": "store", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
