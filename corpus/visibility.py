"""Which of many rows somebody sees. Rows with the same access are one group: of each group it is asked once. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray


class Visibility:
    """The access of `rows` rows, which nobody sees until `grant` says who does."""

    def __init__(self, rows: int) -> None:
        self._groups = np.zeros(rows, dtype=np.int32)
        self._numbers: dict[tuple[str, ...], int] = {(): 0}

    def grant(self, start: int, end: int, access: Sequence[str]) -> None:
        """The rows from `start` to before `end` are seen by whom `access` names."""
        self._groups[start:end] = self._numbers.setdefault(tuple(access), len(self._numbers))

    def seen_by(self, principals: Collection[str]) -> NDArray[np.bool_]:
        """A truth for each row."""
        somebody = frozenset(principals)
        seen = np.array([not somebody.isdisjoint(access) for access in self._numbers], dtype=bool)
        return np.asarray(seen[self._groups])
