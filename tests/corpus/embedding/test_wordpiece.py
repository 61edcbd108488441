"""Word pieces are counted as the model sees them, and every one has its place in the text."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from tokenizers import Tokenizer as ReferenceTokenizer

from corpus.embedding.model_files import installed_model_files
from corpus.embedding.wordpiece import WINDOW_CHARACTERS, WordPieceTokenizer


@pytest.fixture(scope="module")
def tokenizer() -> WordPieceTokenizer:
    return WordPieceTokenizer(installed_model_files().tokenizer)


@pytest.fixture(scope="module")
def reference() -> ReferenceTokenizer:
    """The library's own view of a whole text at once."""
    found = ReferenceTokenizer.from_file(str(installed_model_files().tokenizer))
    found.no_padding()
    found.no_truncation()
    return found


def test_word_pieces_end_where_they_end(tokenizer: WordPieceTokenizer) -> None:
    text = "Unbelievable, 東京!  "
    assert [text[:end] for end in tokenizer.ends(text)] == [
        "Unbelievable",
        "Unbelievable,",
        "Unbelievable, 東",
        "Unbelievable, 東京",
        "Unbelievable, 東京!",
    ]
    assert tokenizer.count(text) == 5
    assert tokenizer.name == "bert-base-uncased"


def test_nothing_is_cut_or_padded(tokenizer: WordPieceTokenizer) -> None:
    assert tokenizer.count("word") == 1
    assert tokenizer.count("word " * 5000) == 5000


def test_a_long_text_in_windows_has_the_tokens_of_the_whole(
    tokenizer: WordPieceTokenizer, reference: ReferenceTokenizer
) -> None:
    randomness = random.Random(11)  # noqa: S311 - test data, not secrets.
    words = [
        "word",
        "Ünïcode",
        "한국어",
        "e\u0301te",
        "ﬁne",
        "1,234.5",
        "[SEP]",
        "👍🏽",
        "\u00a0",
        "\n\n",
        "日本",
        "x" * 120,
    ]
    text = " ".join(randomness.choices(words, k=WINDOW_CHARACTERS))
    assert len(text) > 3 * WINDOW_CHARACTERS
    whole = reference.encode(text, add_special_tokens=False)
    assert tokenizer.ids(text) == whole.ids
    assert tokenizer.ends(text) == [end for _, end in whole.offsets]


def test_ends_never_go_back_and_are_as_many_as_tokens(tokenizer: WordPieceTokenizer) -> None:
    randomness = random.Random(13)  # noqa: S311 - test data, not secrets.
    alphabet = "aZ9 \n\t.,'-é中👍\u0301\u00a0\x00ß\u212bİ한ﬁ\ud83d"
    for _ in range(3000):
        text = "".join(randomness.choices(alphabet, k=40))
        ends = tokenizer.ends(text)
        assert len(ends) == tokenizer.count(text)
        assert all(0 < one <= other <= len(text) for one, other in pairwise([*ends, len(text)]))


@pytest.mark.parametrize("text", ["", " \n\t", "\x00\x01", "\ud83d", "\ufffd\u0301"])
def test_what_has_no_characters_of_words_has_no_tokens(tokenizer: WordPieceTokenizer, text: str) -> None:
    assert tokenizer.count(text) == 0
    assert tokenizer.ends(text) == []


@pytest.mark.parametrize(("unit", "tokens"), [("a", 1), (" ", 0), ("^", 200_000)])
def test_many_characters_without_a_gap_are_counted(tokenizer: WordPieceTokenizer, unit: str, tokens: int) -> None:
    assert tokenizer.count(unit * 200_000) == tokens


def test_a_surrogate_moves_no_end(tokenizer: WordPieceTokenizer) -> None:
    assert tokenizer.ends("one \ud83d two") == [3, 9]
