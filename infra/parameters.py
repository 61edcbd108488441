"""What `--param="name=value"` among the words for osls says, which fill in serverless.yml."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

_OPTION = "--param"


def parameters_of(words: Sequence[str]) -> dict[str, str]:
    """The values by their names, as one word or as two; the last of a name counts."""
    found = [word.removeprefix(f"{_OPTION}=") for word in words if word.startswith(f"{_OPTION}=")]
    found += [value for word, value in pairwise(words) if word == _OPTION]
    return {name: value.strip("\"'") for name, is_given, value in (each.partition("=") for each in found) if is_given}
