"""Count tokens the way a model does. Offline: the table of cl100k_base travels with the code."""

from __future__ import annotations

import base64
import hashlib
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelFilesInvalid

if TYPE_CHECKING:
    import tiktoken


class Tokenizer(Protocol):
    """How a model measures a text's length."""

    @property
    def name(self) -> str:
        """Which vocabulary this is, such as "cl100k_base"; recorded in the collection."""
        ...

    def count(self, text: str) -> int:
        """How many tokens the text has, special tokens not counted."""
        ...

    def ends(self, text: str) -> Sequence[int]:
        """For each token in order the character offset at which it ends; ascending, `len(ends) == count`.

        A token that ends within a character ends after it, so that every end is a place to cut, and cutting at
        ends[i] keeps at least the tokens up to i.
        """
        ...


# text-embedding-3-small, text-embedding-3-large and text-embedding-ada-002 all read cl100k_base.
# Hash, pattern and special tokens: cl100k_base() in tiktoken_ext/openai_public.py of tiktoken 0.14.
TABLE_SHA256 = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
PATTERN = (
    r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$"""
    r"""|\s*[\r\n]|\s+(?!\S)|\s"""
)
SPECIAL_TOKENS = {
    "<|endoftext|>": 100257,
    "<|fim_prefix|>": 100258,
    "<|fim_middle|>": 100259,
    "<|fim_suffix|>": 100260,
    "<|endofprompt|>": 100276,
}

# Shorter texts are counted faster as a list of tokens than as an array.
SHORT = 200

# The pattern keeps one entry of a stack for each character of white space and gives up at a million. The class is
# Rust's \s; Python's also holds \x1c to \x1f.
MAX_GAP_CHARS = 500_000
_SPACE = "\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SURROGATE = re.compile("[\ud800-\udfff]")


class Cl100kTokenizer:
    """The tokens of OpenAI's embedding models. Loaded on first use, once in a process; safe in threads.

    Text that looks like a special token is text. A surrogate, which no encoding can send, counts as U+FFFD.
    """

    @property
    def name(self) -> str:
        return "cl100k_base"

    def count(self, text: str) -> int:
        if len(text) < SHORT and text.isascii():
            vocabulary = _vocabulary()
            # The pattern keeps a word whole, and most words are one token.
            if text.isalpha() and text.encode() in vocabulary.ranks:
                return 1
            return len(vocabulary.encoding.encode_ordinary(text))
        return sum(map(len, _encode(text)))

    def ends(self, text: str) -> array[int]:
        begun = _vocabulary().begun
        counts = np.concatenate([begun.take(tokens) for tokens in _encode(text)])
        # A list of so many numbers would take longer to build than the tokens take to find.
        return array("q", np.cumsum(counts, dtype=np.int64).tobytes())


def read_table(table: Traversable) -> dict[bytes, int]:
    """The tokens and their ranks. Raises ModelFilesInvalid if `table` is missing or is not tiktoken's own."""
    try:
        content = table.read_bytes()
    except OSError as error:
        raise ModelFilesInvalid(
            f"The token table {table} cannot be read ({error}). Install the package again."
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != TABLE_SHA256:
        raise ModelFilesInvalid(
            f"The token table {table} is not cl100k_base: its SHA-256 is {digest}, not {TABLE_SHA256}. "
            "Install the package again."
        )
    # Lines of token and rank; the ranks count from 0 without a gap.
    return {base64.b64decode(token): rank for rank, token in enumerate(content.split()[::2])}


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    encoding: tiktoken.Encoding
    ranks: dict[bytes, int]
    begun: NDArray[np.uint8]  # For each token how many characters begin in it, 128 at most.


@cache
def _vocabulary() -> _Vocabulary:
    import tiktoken  # Imported here, because it takes longer than the rest of this module and not everybody needs it.

    ranks = read_table(files("corpus") / "data" / "cl100k_base.tiktoken")
    encoding = tiktoken.Encoding("cl100k_base", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens=SPECIAL_TOKENS)
    starts = np.cumsum([0, *map(len, ranks)])[:-1]
    begins = (np.frombuffer(b"".join(ranks), np.uint8) & 0xC0) != 0x80  # Not a continuation byte of UTF-8.
    return _Vocabulary(encoding, ranks, np.add.reduceat(begins, starts, dtype=np.uint8))


def _encode(text: str) -> list[NDArray[np.uint32]]:
    """The tokens of `text` in order, in one or more pieces."""
    encoding = _vocabulary().encoding
    try:
        return [encoding.encode_to_numpy(text, disallowed_special=())]
    except UnicodeEncodeError:
        return _encode(_SURROGATE.sub("\ufffd", text))
    except ValueError:
        return [encoding.encode_to_numpy(piece, disallowed_special=()) for piece in cut_gaps(text)]


def cut_gaps(text: str, longest: int = MAX_GAP_CHARS) -> Iterator[str]:
    """Cut white space longer than `longest` where cl100k_base's pattern cuts it anyway; the tokens stay the same.

    The pattern takes white space up to its last line break, then all but its last character, then that character
    with what follows.
    """
    start = 0
    for gap in re.finditer(rf"(?<![{_SPACE}])([{_SPACE}]{{{longest},}})[^{_SPACE}]", text):
        end = gap.end(1)
        line_end = max(text.rfind("\n", gap.start(), end), text.rfind("\r", gap.start(), end)) + 1
        line_end = line_end or gap.start()
        for cut in (line_end, max(line_end, end - 1)):
            if cut > start:
                yield text[start:cut]
                start = cut
    yield text[start:]
