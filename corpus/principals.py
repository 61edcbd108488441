"""Who may see a document: principals, which are free texts such as `group:sales`, `user:1234`, `everyone`. Pure.

They are compared character by character, capitals too, in NFC.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from corpus.records import composed

EVERYONE = "everyone"  # Every caller has it, whoever it is.
MAX_CHARS = 256
# What a document may name: more burdens the store, and is better expressed as a group.
MOST = 1000
# Control characters, and halves of characters, which no index can hold.
_REFUSED = ("Cc", "Cs")


def principal_of(text: str) -> str:
    """The principal in NFC. Raises ValueError, which does not contain the text, if it is not valid."""
    name = composed(text)
    if not name or name != name.strip():
        raise ValueError("a principal has no white space around it and is not empty")
    if len(name) > MAX_CHARS:
        raise ValueError(f"a principal has at most {MAX_CHARS} characters")
    if any(unicodedata.category(each) in _REFUSED for each in name):
        raise ValueError("a principal has no line breaks and no control characters")
    return name


def access_of(value: object) -> tuple[str, ...]:
    """The principals of `access` as front matter, a sidecar or a rule says it: a text, or a list of them; none is
    nobody. Raises ValueError for anything else: a number may be written in several ways.
    """
    texts = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(texts, list):
        raise ValueError("access must be a list of texts, such as [group:sales, everyone]")  # noqa: TRY004 - as all here
    if wrong := [each for each in texts if not isinstance(each, str)]:
        raise ValueError(f"access has an entry that is not text: {str(wrong[0])[:50]!r}. Put it in quotes")
    return principals_of(texts)


def principals_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The principals, sorted and without duplicates. Raises ValueError if one is not valid, or there are too many."""
    names = sorted({principal_of(each) for each in texts})
    if len(names) > MOST:
        raise ValueError(f"there are more than {MOST} principals. Name a group")
    return tuple(names)
