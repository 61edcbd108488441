"""The local model's weights as int8, a quarter of their bytes, for a package that has no room for float32.

Columns are scaled towards each other, then each stretch of 64 weights of a row has a scale of its own. Loading turns
them back into float32, so the runtime computes what it always does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.embedding import safetensors

# Smaller tensors (biases, norms) stay as they are: they matter more, and weigh nothing.
SMALLEST = 100_000
SCALE, COLUMNS = ".scale", ".columns"
UNUSED = "pooler."  # Serves BERT's own training task; a sentence's vector has no part of it.
# For words one scale a row is enough: the loss does not add up over layers.
WORDS = "embeddings."
STRETCH = 64
_LARGEST = 127

Weights = NDArray[np.float32]


def shrink(weights: Path, target: Path) -> None:
    """Write the weights of a safetensors file as int8. The same weights give the same bytes."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for name, array in safetensors.load(weights).items():
        if array.dtype != np.float32 or name.startswith(UNUSED):
            continue
        if array.ndim == 2 and array.size >= SMALLEST:
            rounded, scale, columns = _rounded(array, array.shape[1] if name.startswith(WORDS) else STRETCH)
            arrays |= {name: rounded, name + SCALE: scale, name + COLUMNS: columns}
        else:
            arrays[name] = array
    safetensors.save(target, arrays)


def grown(weights: Path) -> Iterator[tuple[str, Weights]]:
    """The tensors of an int8 file as float32, one after the other."""
    arrays = safetensors.load(weights)
    for name, array in arrays.items():
        if (scale := arrays.get(name + SCALE)) is not None:
            stretches = array.astype(np.float32).reshape(*scale.shape, -1) * scale[..., None]
            yield name, stretches.reshape(array.shape) * arrays[name + COLUMNS]
        elif not name.endswith((SCALE, COLUMNS)):
            yield name, np.array(array)


def _rounded(array: Weights, stretch: int) -> tuple[NDArray[np.int8], Weights, Weights]:
    """The weights as int8, a scale for each stretch of a row, and a factor for each column.

    Uses only operations that every machine computes alike, or the file would not be the same everywhere.
    """
    tiny = np.finfo(np.float32).tiny
    columns = np.sqrt(np.maximum(np.abs(array).max(axis=0), tiny))
    stretches = (array / columns).reshape(len(array), -1, stretch)
    scale = np.maximum(np.abs(stretches).max(axis=2), tiny) / np.float32(_LARGEST)
    return np.rint(stretches / scale[..., None]).astype(np.int8).reshape(array.shape), scale, columns
