"""One small edit of the code that a test must notice."""

from __future__ import annotations

from typing import NamedTuple


class Mutation(NamedTuple):
    """Replace `old`, which stands once in `path`, by `new`; some test of `tests` must fail then."""

    path: str
    old: str
    new: str
    tests: str


def of(path: str, tests: str, *edits: tuple[str, str]) -> list[Mutation]:
    """Several edits of one file."""
    return [Mutation(path, old, new, tests) for old, new in edits]
