"""Tokens are counted as tiktoken counts them, and every token's end is a place in the text."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
import tiktoken
from tiktoken_ext import openai_public  # type: ignore[import-untyped] # A namespace that carries no types.

from corpus.errors import ModelFilesInvalid
from corpus.tokens import Cl100kTokenizer, Tokenizer, cut_gaps, read_table

TABLE = files("corpus") / "data" / "cl100k_base.tiktoken"
TOKENIZER: Tokenizer = Cl100kTokenizer()
TEXTS = [
    "How long is the warranty?",
    "It's 12345 days,\r\n\r\n  and   we'LL see…  ",
    "naïve café Ünïcödé \u0301 e\u0301",
    "日本語のテキスト。中文文本 한국어 ไทย العربية עברית",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𓀀𓂀",
    "def f(x):\n\treturn {\n\t\t'a': x ** 2,\n\t}\n",
    "<|endoftext|> is text, and so is <|fim_prefix|>",
    "\x00\x00 \x1c \u2028 \u00a0 \ufeff",
    "^" * 1000 + "a" * 1000 + " " * 1000 + "\n" * 1000 + "x",
]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> tiktoken.Encoding:
    """tiktoken's own cl100k_base: its cache directory holds our table, so that it downloads nothing."""
    cached = tmp_path_factory.mktemp("tiktoken")
    url = "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken"
    cached.joinpath(hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest()).write_bytes(TABLE.read_bytes())
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TIKTOKEN_CACHE_DIR", str(cached))
        return tiktoken.Encoding(**openai_public.cl100k_base())


def slow_ends(reference: tiktoken.Encoding, text: str) -> list[int]:
    """By definition: the first place in the text at which all bytes of the tokens so far have been."""
    ends, seen, place, length = [], 0, 0, 0
    for token in reference.encode_ordinary(text):
        seen += len(reference.decode_single_token_bytes(token))
        while length < seen:
            length += len(text[place].encode())
            place += 1
        ends.append(place)
    return ends


def random_texts(count: int) -> list[str]:
    randomness = random.Random(7)  # noqa: S311 - test data, not secrets.
    alphabet = "ab Z9 \n\r\t.,'-{}é中👍🏽\u0301\u00a0\x00"
    return ["".join(randomness.choices(alphabet, k=randomness.randrange(60))) for _ in range(count)]


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_are_tiktokens_own(reference: tiktoken.Encoding, text: str) -> None:
    assert TOKENIZER.count(text) == len(reference.encode_ordinary(text))
    assert list(TOKENIZER.ends(text)) == slow_ends(reference, text)


def test_random_text_has_tiktokens_own_tokens(reference: tiktoken.Encoding) -> None:
    for text in random_texts(2000):
        assert list(TOKENIZER.ends(text)) == slow_ends(reference, text), repr(text)
        assert TOKENIZER.count(text) == len(reference.encode_ordinary(text)), repr(text)


def test_every_word_of_the_table_is_one_token(reference: tiktoken.Encoding) -> None:
    words = [token.decode() for token in read_table(TABLE) if token.isalpha()]
    assert len(words) > 10_000
    assert {TOKENIZER.count(word) for word in words} == {1}
    assert {len(reference.encode_ordinary(word)) for word in words} == {1}


def test_the_vocabulary_is_named() -> None:
    assert TOKENIZER.name == "cl100k_base"
    assert tiktoken.encoding_name_for_model("text-embedding-3-small") == TOKENIZER.name
    assert tiktoken.encoding_name_for_model("text-embedding-3-large") == TOKENIZER.name
    assert tiktoken.encoding_name_for_model("text-embedding-ada-002") == TOKENIZER.name


def test_pattern_and_special_tokens_are_tiktokens_own(reference: tiktoken.Encoding) -> None:
    text = "a" * 9 + "<|endofprompt|>"
    assert TOKENIZER.count(text) > len(reference.encode(text, allowed_special="all"))
    assert TOKENIZER.count(text) == len(reference.encode(text, disallowed_special=()))


def test_text_without_characters_has_no_tokens() -> None:
    assert TOKENIZER.count("") == 0
    assert list(TOKENIZER.ends("")) == []


def test_a_character_cut_across_tokens_ends_them_all() -> None:
    ends = TOKENIZER.ends("𓀀")
    assert len(ends) > 1
    assert set(ends) == {1}


def test_a_surrogate_counts_as_a_replacement_character() -> None:
    assert TOKENIZER.ends("one \ud83d two \ude00 three") == TOKENIZER.ends("one \ufffd two \ufffd three")
    assert TOKENIZER.ends("pair \ud83d\ude00 !")[-1] == len("pair \ud83d\ude00 !")


@pytest.mark.parametrize("unit", ["a", "^", " ", "\n", " \n", "中", "0", "\u00a0", "\t "])
def test_a_million_characters_without_a_break_are_counted(unit: str) -> None:
    text = (unit * 1_000_000)[:1_000_000] + "x"
    ends = TOKENIZER.ends(text)
    assert len(ends) == TOKENIZER.count(text)
    assert ends[-1] == len(text)


@pytest.mark.parametrize(
    "gap", [" " * 40, "\n" * 40, " " * 30 + "\n" + " " * 9, " " * 39 + "\r", "\u00a0" * 20 + "\u2028"]
)
@pytest.mark.parametrize("before", ["", "word", "...", "1", "\x1c"])
@pytest.mark.parametrize("after", ["word", ".", "1", "'s", "\x1c", "中"])
def test_cutting_long_white_space_changes_no_token(
    reference: tiktoken.Encoding, before: str, gap: str, after: str
) -> None:
    text = before + gap + after + gap + after + gap
    pieces = list(cut_gaps(text, longest=20))
    assert len(pieces) > 1
    assert "".join(pieces) == text
    assert [token for piece in pieces for token in reference.encode_ordinary(piece)] == reference.encode_ordinary(text)


def test_cutting_white_space_takes_no_more_than_one_look_at_each_character() -> None:
    almost_long = (" " * 99_999 + "x") * 10
    assert list(cut_gaps(almost_long, longest=100_000)) == [almost_long]


def test_threads_share_the_tokenizer() -> None:
    with ThreadPoolExecutor(4) as threads:
        found: Sequence[Sequence[int]] = list(threads.map(TOKENIZER.ends, TEXTS * 20))
    assert found == [TOKENIZER.ends(text) for text in TEXTS] * 20


def test_a_table_that_is_not_tiktokens_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "cl100k_base.tiktoken"
    with pytest.raises(ModelFilesInvalid, match=r"cl100k_base\.tiktoken cannot be read"):
        read_table(table)
    table.write_bytes(TABLE.read_bytes()[:-1])
    with pytest.raises(ModelFilesInvalid, match="is not cl100k_base: its SHA-256 is"):
        read_table(table)


def test_import_loads_no_table_and_no_tiktoken() -> None:
    program = "import sys, json, corpus.tokens; print(json.dumps([m for m in sys.modules if 'tiktoken' in m]))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert json.loads(done.stdout) == []


def test_ends_never_go_back() -> None:
    for text in TEXTS:
        assert all(a <= b for a, b in pairwise(TOKENIZER.ends(text)))
