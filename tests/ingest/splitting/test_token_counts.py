"""Tokens of a stretch are counted from the encoding of the whole text, and come out as if encoded alone."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.embedding.model_files import installed_model_files
from corpus.embedding.wordpiece import WordPieceTokenizer
from corpus.tokens import Cl100kTokenizer, Tokenizer
from ingest.splitting.token_counts import TokenCounts

TOKENIZERS = [Cl100kTokenizer(), WordPieceTokenizer(installed_model_files().tokenizer)]
WORDS = "word Don't I'll . , ... !? 3.5 12345 ( ) / 's ' ’s ² Ⅷ [SEP] [MASK] ##ing - _ * `"
SCRIPTS = "é e\u0301 语 言。 ไทย ก็ 한국 हिन्दी 👩‍👩‍👧 🇩🇪"
SPACES = [" ", "  ", "\n", "\n\n", "\r\n", "\t", ", ", "\u00a0", "\u3000", "\u200d", "\x1c", "\x0c", "\u2028"]
PIECES = st.sampled_from([*WORDS.split(), *SCRIPTS.split(), *SPACES, "x" * 120, "<|endoftext|>"])
TEXTS = st.lists(PIECES | st.text(max_size=4), max_size=40).map("".join)


@pytest.mark.parametrize("tokenizer", TOKENIZERS, ids=lambda tokenizer: tokenizer.name)
@given(text=TEXTS, data=st.data())
def test_count_is_that_of_the_stretch_encoded_alone(tokenizer: Tokenizer, text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert TokenCounts(text, tokenizer).count(start, end) == tokenizer.count(text[start:end])


@pytest.mark.parametrize("tokenizer", TOKENIZERS, ids=lambda tokenizer: tokenizer.name)
def test_every_letter_and_digit_of_unicode_ends_a_token_before_white_space(tokenizer: Tokenizer) -> None:
    letters = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isalnum()]
    for after in " .。":
        text = "".join(f"a{letter}{after}" for letter in letters)
        ends = set(tokenizer.ends(text))
        missing = [hex(ord(letter)) for index, letter in enumerate(letters) if 3 * index + 2 not in ends]
        assert not missing, (after, missing[:20])
