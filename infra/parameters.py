"""The values of `--param="name=value"` among osls's arguments, which fill in serverless.yml."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

_OPTION = "--param"


def parameters_of(words: Sequence[str]) -> dict[str, str]:
    """The values by their names, given as one argument or as two; the last one for a name counts."""
    found = [word.removeprefix(f"{_OPTION}=") for word in words if word.startswith(f"{_OPTION}=")]
    found += [value for word, value in pairwise(words) if word == _OPTION]
    return {name: value.strip("\"'") for name, is_given, value in (each.partition("=") for each in found) if is_given}
