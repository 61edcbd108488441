"""Bring a model's cosines to one scale: near 0 for texts that have nothing to do with each other. Pure.

multilingual-e5-small's lie close together: on XQuAD in five languages a question and its paragraph have 0.87 to 0.90 in
the middle, a question and any other 0.74 to 0.82. As they are, a score says little, and words outweigh vectors.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.settings import MULTILINGUAL_MODEL


class Scale(NamedTuple):
    """The cosines that stand for 0 and for 1; what lies beyond stays beyond."""

    zero: float = 0.0
    one: float = 1.0

    def of(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        """The same cosines on the common scale."""
        return (cosines - np.float32(self.zero)) / np.float32(self.one - self.zero)


_SCALES = {MULTILINGUAL_MODEL: Scale(0.70, 0.95)}


def scale_of(model: str) -> Scale:
    """The model's scale; of one that nobody measured, cosines as they are."""
    return _SCALES.get(model, Scale())
