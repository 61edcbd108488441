"""`ingest eval` on a tiny collection, with the local model."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from corpus.embedding.choice import embedder_for_new_collection, prompts_of
from corpus.embedding.minilm import LocalEmbedder
from corpus.embedding.model import Refused, Vectors
from corpus.errors import SettingsError
from corpus.loading import load
from corpus.settings import CorpusSettings
from ingest.evaluation.beir import read_collection
from ingest.evaluation.evaluate import EvalOptions, evaluate
from ingest.evaluation.vector_cache import CachingEmbedder
from ingest.settings import IngestSettings
from tests.openai_server import KEY, embeddings_server

DOCUMENTS = {
    "pump": "The pump FW-20117 moves water through the heating circuit.",
    "car": "An automobile needs fuel before a long trip.",
    "leave": "Staff may carry five days of unused leave into the next year.",
    "long": "\n\n".join(f"Paragraph {number} speaks of the weather in some other town." for number in range(60))
    + "\n\nAt the very end stands the word kraken.",
}
QUERIES = {"q1": "FW-20117", "q2": "petrol for journeys", "q3": "kraken", "q4": "nobody judged this"}
QRELS = [("q1", "pump", 1), ("q2", "car", 2), ("q3", "long", 1), ("q4", "car", 0)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    (folder / "qrels").mkdir(parents=True)
    documents = [{"_id": key, "title": "", "text": text} for key, text in DOCUMENTS.items()]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(each) + "\n" for each in documents))
    queries = [{"_id": key, "text": text} for key, text in QUERIES.items()]
    (folder / "queries.jsonl").write_text("".join(json.dumps(each) + "\n" for each in queries))
    rows = "".join(f"{query}\t{document}\t{gain}\n" for query, document, gain in QRELS)
    (folder / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{rows}")
    return folder


def options(folder: Path, *, split: bool = True, qrels: Path | None = None) -> EvalOptions:
    return EvalOptions(split=split, qrels=qrels, cache=folder.parent / "cache")


def test_documents_are_scored_by_their_best_chunk(folder: Path) -> None:
    found = evaluate(folder, IngestSettings(), options(folder))
    assert (found.documents, found.queries) == (4, 3)
    assert found.chunks > 4
    # Words alone know nothing of petrol.
    assert found.measures["lexical"]["recall@10"] == pytest.approx(2 / 3)
    for mode in ("dense", "hybrid"):
        assert found.measures[mode]["recall@10"] == 1
    assert found.measures["hybrid"]["ndcg@10"] == found.measures["hybrid"]["mrr@10"] == 1
    assert found.better == "dense"
    assert found.difference is not None
    assert found.difference.low <= found.difference.mean <= found.difference.high


def test_without_splitting_a_document_is_what_the_models_window_holds_of_it(folder: Path) -> None:
    found = evaluate(folder, IngestSettings(), options(folder, split=False))
    assert found.chunks == found.documents == 4
    # The kraken lies beyond.
    assert found.by_query["lexical"] == [1, 0, 0]


def test_json_has_measures_by_mode(folder: Path) -> None:
    told = evaluate(folder, IngestSettings(), options(folder)).to_json()
    assert {"dense", "lexical", "hybrid", "hybrid_minus_better"} <= told.keys()
    hybrid = told["hybrid"]
    assert isinstance(hybrid, dict)
    assert list(hybrid) == ["ndcg@10", "recall@10", "recall@100", "ideal@30", "mrr@10"]


def test_words_alone_need_neither_a_key_nor_a_vector(folder: Path) -> None:
    all_ways = evaluate(folder, IngestSettings(), options(folder))
    settings = IngestSettings(embedding_model="text-embedding-3-small")
    found = evaluate(folder, settings, EvalOptions(modes=["lexical"], cache=folder.parent / "none"))
    assert found.measures == {"lexical": all_ways.measures["lexical"]}
    assert not (folder.parent / "none").exists()


def test_other_judgements_can_be_named(folder: Path) -> None:
    (folder / "qrels" / "other.tsv").write_text("q1\tcar\t1\n")
    assert read_collection(folder, Path("other.tsv")).judgements == {"q1": {"car": 1}}
    assert read_collection(folder, folder / "qrels" / "other.tsv").queries == {"q1": "FW-20117"}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("qrels/test.tsv", "q1 pump 1\n", r"test\.tsv, line 1"),
        ("qrels/test.tsv", "q9\tpump\t1\n", "'q9'"),
        ("qrels/test.tsv", "q1\tpump\t0\n", "no relevant document"),
        ("queries.jsonl", "{}\n", r"queries\.jsonl, line 1"),
        ("corpus.jsonl", "nothing\n", r"corpus\.jsonl"),
    ],
)
def test_what_cannot_be_read_is_told_by_file_and_line(folder: Path, name: str, text: str, message: str) -> None:
    (folder / name).write_text(text)
    with pytest.raises(SettingsError, match=message):
        read_collection(folder)


def test_missing_judgements_are_told_with_those_that_are_there(folder: Path) -> None:
    (folder / "qrels" / "test.tsv").rename(folder / "qrels" / "graded.tsv")
    with pytest.raises(SettingsError, match=r"graded\.tsv.*--qrels"):
        read_collection(folder)


def test_a_folder_without_a_corpus_is_told_what_it_should_have(folder: Path) -> None:
    (folder / "corpus.jsonl").unlink()
    with pytest.raises(SettingsError, match=r"corpus\.jsonl: No such file.* has corpus\.jsonl"):
        read_collection(folder)


class Counting(LocalEmbedder):
    """The local model, counting what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.texts = 0

    def embed_documents(self, batches: Iterable[Sequence[str]], *, refused: Refused | None = None) -> Iterator[Vectors]:
        """As the parent's."""

        def counted() -> Iterator[Sequence[str]]:
            for batch in batches:
                self.texts += len(batch)
                yield batch

        return super().embed_documents(counted(), refused=refused)


def test_vectors_are_computed_once_and_kept_for_the_next_run(tmp_path: Path) -> None:
    batches = [["one", "two"], ["two", "three", "three"], ["one"]]
    expected = [LocalEmbedder().embed_queries(batch, timeout_seconds=30) for batch in batches]
    for turn in range(2):
        inner = Counting()
        embedder = CachingEmbedder(inner, tmp_path / "cache" / "vectors.npz")
        found = list(embedder.embed_documents(batches))
        assert [len(vectors) for vectors in found] == [2, 3, 1]
        assert all(np.allclose(*pair, atol=1e-5) for pair in zip(found, expected, strict=True))
        embedder.close()
        assert inner.texts == (3 if turn == 0 else 0)


def test_the_same_text_with_another_prefix_is_another(tmp_path: Path) -> None:
    with embeddings_server(dimensions=16, models=frozenset({"m"})) as server:
        for prefix in ("query: ", "ask: ", "query: "):
            settings = load(
                CorpusSettings,
                openai_api_key=KEY,
                openai_base_url=server.url,
                embedding_model="m",
                embedding_query_prefix=prefix,
            )
            question, passage = prompts_of(settings)
            inner = embedder_for_new_collection(settings)
            cached = CachingEmbedder(inner, tmp_path / "vectors.npz", question=question, passage=passage)
            list(cached.embed_documents([["one"]]))
            cached.embed_queries(["one"], timeout_seconds=30)
            cached.close()
        assert [text for text in server.inputs if text != "text"] == ["one", "query: one", "ask: one"]


def test_known_vectors_come_without_waiting_for_more_texts_and_a_batch_may_be_empty(tmp_path: Path) -> None:
    inner = Counting()
    embedder = CachingEmbedder(inner, tmp_path / "vectors.npz")
    embedder.embed_queries(["one"], timeout_seconds=30)
    rest = iter([["one"], [], ["new", "one"], []])
    found = embedder.embed_documents(rest)
    assert next(found).shape == (1, 384)
    assert next(found).shape == (0, 384)
    assert next(rest) == ["new", "one"]
    assert [len(vectors) for vectors in found] == [0]
    assert inner.texts == 0


def test_a_damaged_cache_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "vectors.npz").write_bytes(b"PK nothing")
    embedder = CachingEmbedder(LocalEmbedder(), tmp_path / "vectors.npz")
    assert embedder.embed_queries(["one"], timeout_seconds=30).shape == (1, 384)
    embedder.close()
    with np.load(tmp_path / "vectors.npz") as kept:
        assert len(kept["keys"]) == 1
