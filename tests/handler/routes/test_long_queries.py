"""A question longer than the model's window is cut between two tokens, and the answer says so."""

from __future__ import annotations

from pathlib import Path

from corpus.collection import CollectionRecord
from corpus.embedding.choice import embedder_for_new_collection
from corpus.settings import LOCAL_MODEL, CorpusSettings
from corpus.store import create_store
from corpus.tokens import Cl100kTokenizer
from tests.handler.conftest import Connect
from tests.handler.corpora import WARRANTY, chunked
from tests.openai_server import embeddings_server

# Rare characters, of which each takes several tokens.
RARE = "".join(chr(0x1F300 + number % 700) for number in range(4_000))


def test_what_openai_cannot_read_is_not_sent(connect: Connect) -> None:
    with embeddings_server() as own:
        client = connect(openai_base_url=own.url)
        answer = client.post("/search", json={"query": RARE}).json()
        assert answer["query_truncated"] is True
        (sent,) = own.inputs
        assert 0 < len(sent) < len(RARE)
        assert RARE.startswith(sent)
        tokens = Cl100kTokenizer()
        assert tokens.count(sent) <= 8191
        # The next character would have been too much.
        assert tokens.count(RARE[: len(sent) + 2]) > 8191
        # Most questions are short, and then there is nothing to say.
        assert "query_truncated" not in client.post("/search", json={"query": "x" * 4_000}).json()


def test_what_the_local_model_cannot_read_is_told(connect: Connect, tmp_path: Path) -> None:
    settings = CorpusSettings(chroma_path=tmp_path, embedding_model=LOCAL_MODEL)
    embedder = embedder_for_new_collection(settings)
    record = CollectionRecord(
        embedding_model=embedder.model,
        dimensions=embedder.dimensions,
        shortened=False,
        tokenizer=embedder.tokenizer.name,
        chunk_tokens=200,
        chunk_overlap=0,
    )
    document, chunks = chunked(WARRANTY)
    with create_store(settings, record) as store:
        store.write([(document, chunks, next(embedder.embed_documents([[WARRANTY.text]])))])
    embedder.close()
    client = connect(chroma_path=tmp_path, openai_api_key=None, openai_base_url=None)
    for query, truncated in (("warranty " * 100, None), ("warranty " * 300, True), ("日本" * 2_000, True)):
        answer = client.post("/search", json={"query": query})
        assert answer.status_code == 200, answer.text
        assert answer.json().get("query_truncated") is truncated
