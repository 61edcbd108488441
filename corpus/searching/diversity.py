"""Keep an answer from saying the same thing twice. Pure: works on ranked texts, and changes neither order nor text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

# The share of three-word runs in common from which two texts count as near-identical: one word changed in a passage of
# 60 leaves 0.9, an overlap of a quarter between neighbours 0.15.
_NEAR_IDENTICAL = 0.8
_RUN = 3
_WORD = re.compile(r"\w+")
# The bytes of UTF-8 between words; text that is not ASCII is matched by `_WORD`, which takes five times as long.
_PARTED = bytes(byte if byte >= 0x80 or _WORD.match(chr(byte)) else 0x20 for byte in range(256))


class Passage(Protocol):
    @property
    def document_id(self) -> str: ...

    @property
    def text(self) -> str: ...


AnyPassage = TypeVar("AnyPassage", bound=Passage)
Runs = frozenset[tuple[bytes, ...]]


def diverse(passages: Iterable[AnyPassage], *, limit: int, max_per_document: int | None = None) -> Iterator[AnyPassage]:
    """The first `limit` passages, best first, without those near-identical to a better one; at least one.

    At most `max_per_document` from one document, if given. Lazy: takes no more passages than it needs.
    """
    kept: list[Runs] = []
    of_document: Counter[str] = Counter()
    for passage in passages:
        if max_per_document is not None and of_document[passage.document_id] >= max_per_document:
            continue
        runs = _runs(passage.text)
        if any(_common_share(runs, other) >= _NEAR_IDENTICAL for other in kept):
            continue
        kept.append(runs)
        of_document[passage.document_id] += 1
        yield passage
        if len(kept) == limit:
            return


def _runs(text: str) -> Runs:
    words = _words(text)
    if len(words) < _RUN:
        # A text without words, such as a rule of dashes, is like another only if it is the same.
        return frozenset([tuple(words) or (_bytes(text.strip()),)])
    return frozenset(zip(*(words[start:] for start in range(_RUN)), strict=False))


def _words(text: str) -> list[bytes]:
    words = _bytes(text.casefold()).translate(_PARTED).split()
    if text.isascii():
        return words
    parted: list[bytes] = []
    for word in words:
        if word.isascii():
            parted.append(word)
        else:
            parted += map(_bytes, _WORD.findall(word.decode("utf-8", "surrogatepass")))
    return parted


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _common_share(left: Runs, right: Runs) -> float:
    """Jaccard's index."""
    fewer, more = sorted((len(left), len(right)))
    if fewer < _NEAR_IDENTICAL * more:
        return 0.0
    common = len(left & right)
    return common / (fewer + more - common)
