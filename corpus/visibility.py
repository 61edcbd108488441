"""Which of many rows somebody sees. Rows with the same access form a group, which is checked once. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray


class Visibility:
    """The access of `rows` rows, which nobody sees until `grant` says who does."""

    def __init__(self, rows: int) -> None:
        self._groups = np.zeros(rows, dtype=np.int32)
        self._numbers: dict[tuple[str, ...], int] = {(): 0}
        self._lists: list[tuple[str, ...]] | None = None

    def grant(self, start: int, end: int, access: Sequence[str]) -> None:
        """Let those whom `access` names see the rows from `start` to before `end`."""
        self._groups[start:end] = self._numbers.setdefault(tuple(access), len(self._numbers))

    def is_seen(self, row: int, principals: Collection[str]) -> bool:
        """Whether they see the row; takes the same time whether they do or not."""
        if self._lists is None:
            self._lists = list(self._numbers)
        return not frozenset(principals).isdisjoint(self._lists[self._groups[row]])

    def seen_by(self, principals: Collection[str]) -> NDArray[np.bool_]:
        """A boolean for each row."""
        somebody = frozenset(principals)
        seen = np.array([not somebody.isdisjoint(access) for access in self._numbers], dtype=bool)
        return np.asarray(seen[self._groups])
