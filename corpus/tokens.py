"""Count tokens the way a model does. Offline: the table of cl100k_base travels with the code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Tokenizer(Protocol):
    """How a model sees a text's length."""

    @property
    def name(self) -> str:
        """Which vocabulary this is, such as "cl100k_base"; recorded in the collection."""
        ...

    def count(self, text: str) -> int:
        """How many tokens the text has, special tokens not counted."""
        ...

    def ends(self, text: str) -> Sequence[int]:
        """For each token in order the character offset at which it ends; ascending, `len(ends) == count`."""
        ...
