"""Two bits for each number of a published vector, by which the nearest are guessed before they are compared.

As in RaBitQ (Gao and Long, SIGMOD 2024, and with more bits, SIGMOD 2025): what a vector has beyond the centre of all is
turned at random, and of each number one of four levels is kept. A question is turned and rounded likewise, so that its
product with every vector is a count of bits that differ, and two numbers a vector give back the scale. The error is
that of a random direction, whatever the vectors are: it shrinks with the root of the dimensions.

SKETCH/bits.npy     uint64, (BITS, words, chunks) in a row: 64 numbers' lower bits in a word, then their upper bits
SKETCH/scales.npy   float32, (2, chunks) in a row: the step of the levels, and the product with the centre
SKETCH/centre.npy   float32, shape (dimensions,)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.model import Vectors
from corpus.lexical.forward import highest
from corpus.lexical.index_segment import mapped

FOLDER = "sketch"
BITS = 2
# What counts of differing bits weigh together for a number; they are added up in 16 bits: so many dimensions at most.
_WEIGHT = (2**BITS - 1) ** 2
MAX_DIMENSIONS = (2**16 - 1) // _WEIGHT
# The pairs of our bits and the question's: both upper ones, and all others.
_UPPER = [(BITS - 1, BITS - 1)]
_OTHERS = [(ours, theirs) for ours in range(BITS) for theirs in range(BITS) if (ours, theirs) not in _UPPER]
_UPPER_WEIGHT = 4 ** (BITS - 1)
# What the products of levels are of those of their upper bits, in the mean.
_UPPER_ALIKE = 0.67
# So many times what is asked for are looked at by the other bits, where that is one in so many of all, or fewer.
WIDE, WIDE_SHARE = 5, 8
# The fewest that embedding models have; of fewer too little can be told.
MIN_DIMENSIONS = 256
# The best step for a normal distribution of deviation 1 in four levels (Max, Quantizing for minimum distortion, 1960).
_STEP = 0.9957
_ROUNDS = 3
# So many vectors are turned together when they are written, and counted together when they are read.
_WRITTEN, _READ = 4096, 4096
_BITS, _SCALES, _CENTRE = "bits.npy", "scales.npy", "centre.npy"


def write_sketch(store: Path, vectors: Callable[[int, int], Vectors], *, chunks: int, dimensions: int) -> None:
    """Write the sketch of so many vectors of length 1; `vectors` gives those of a first place up to a last."""
    parts = [(start, min(start + _WRITTEN, chunks)) for start in range(0, chunks, _WRITTEN)]
    total = np.zeros(dimensions)
    for start, end in parts:
        total += vectors(start, end).sum(axis=0, dtype=np.float64)
    centre = (total / chunks).astype(np.float32)
    bits = np.empty((BITS * _words(dimensions), chunks), dtype="<u8")
    scales = np.empty((2, chunks), dtype="<f4")
    for start, end in parts:
        block = vectors(start, end)
        turned = _turned(block - centre)
        levels = _levels(turned)
        bits[:, start:end] = _planes(levels).T
        # So that a vector is as long as its levels are in its own direction.
        lengths = np.einsum("ij,ij->i", turned, turned)
        seen = np.einsum("ij,ij->i", turned, levels - np.float32((2**BITS - 1) / 2))
        scales[0, start:end] = lengths / np.maximum(seen, np.float32(1e-12))
        scales[1, start:end] = block @ centre
    (store / FOLDER).mkdir()
    for name, values in ((_BITS, bits), (_SCALES, scales), (_CENTRE, centre.astype("<f4"))):
        np.save(store / FOLDER / name, values.ravel(), allow_pickle=False)


def open_sketch(store: Path, *, chunks: int, dimensions: int) -> Sketch | None:
    """The sketch of a published store; None where it has none. Raises ValueError, OSError where it is damaged."""
    return Sketch(store / FOLDER, chunks=chunks, dimensions=dimensions) if (store / FOLDER).is_dir() else None


class Sketch:
    """For any number of threads."""

    def __init__(self, folder: Path, *, chunks: int, dimensions: int) -> None:
        """Raises ValueError, OSError."""
        bits: NDArray[np.uint64] = mapped(folder / _BITS)
        self._scales: Vectors = mapped(folder / _SCALES)
        self._centre: Vectors = mapped(folder / _CENTRE)
        lengths = len(bits), len(self._scales), len(self._centre)
        if bits.dtype != np.uint64 or lengths != (BITS * _words(dimensions) * chunks, 2 * chunks, dimensions):
            raise ValueError(f"a sketch of other vectors: {lengths}")
        numbers = self._scales, self._centre
        if any(each.dtype != np.float32 or not np.isfinite(each).all() for each in numbers):
            raise ValueError("a sketch without numbers")
        self._planes = bits.reshape(BITS, -1, chunks)
        self._scales = self._scales.reshape(2, chunks)

    def nearest(self, unit: Vectors, count: int, among: NDArray[np.intp] | None = None) -> NDArray[np.intp]:
        """The places of the `count` that seem nearest to a vector of length 1, of all or of those, in their order.

        Of many, all are looked at by the upper bits alone, and what comes first by that by the others too.
        """
        turned = _turned((unit - self._centre)[np.newaxis])
        asked = _planes(_levels(turned))[0].reshape(BITS, -1)
        step = np.float32(_step(turned)[0, 0])
        upper = self._differing(asked, _UPPER)
        wide = WIDE * count
        if WIDE_SHARE * wide <= (len(upper) if among is None else len(among)):
            guessed = self._cosines(upper, np.float32(_UPPER_WEIGHT), step * np.float32(_UPPER_ALIKE))
            among = highest(guessed, wide) if among is None else among[highest(guessed[among], wide)]
        differing = upper if among is None else upper[among]
        differing += self._differing(asked, _OTHERS, among)
        found = highest(self._cosines(differing, np.float32(_WEIGHT), step, among), count)
        return found if among is None else among[found]

    def _cosines(
        self, differing: NDArray[np.uint16], weight: np.float32, step: np.float32, at: NDArray[np.intp] | None = None
    ) -> Vectors:
        """What the cosines seem to be, of all or of those, less what is the same for all."""
        scales = self._scales if at is None else self._scales[:, at]
        # A level is a sum of 1 or -1 for each bit, weighed: the products of two are all, less twice what differs.
        alike = differing * np.float32(-2)
        alike += weight * np.float32(len(self._centre))
        alike *= step / np.float32(4)
        alike *= scales[0]
        alike += scales[1]
        return alike

    def _differing(
        self, asked: NDArray[np.uint64], pairs: Sequence[tuple[int, int]], at: NDArray[np.intp] | None = None
    ) -> NDArray[np.uint16]:
        """For each vector, of all or of those, how many of its bits differ from the question's, shape (BITS, words),
        as they weigh: of the pairs of our bits and the question's.
        """
        planes = self._planes if at is None else self._planes.take(at, axis=2)
        total = np.zeros(planes.shape[2], dtype=np.uint16)
        for start in range(0, len(total), _READ):
            part = slice(start, start + _READ)
            for ours, theirs in pairs:
                differing = planes[ours, :, part] ^ asked[theirs][:, np.newaxis]
                ones = np.bitwise_count(differing).sum(axis=0, dtype=np.uint16)
                total[part] += ones << (ours + theirs)
        return total


def _step(turned: Vectors) -> Vectors:
    """Between two levels of each row, shape (rows, 1)."""
    return np.asarray(np.maximum(_STEP * np.sqrt(np.mean(turned * turned, axis=1, keepdims=True)), np.float32(1e-12)))


def _levels(turned: Vectors) -> NDArray[np.uint8]:
    """Of each number, from 0."""
    highest = 2**BITS - 1
    return np.asarray(np.clip(np.rint(turned / _step(turned) + highest / 2), 0, highest), dtype=np.uint8)


def _planes(levels: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The levels' bits, lower before upper, 64 to a word; what is left of the last words is 0."""
    words = _words(levels.shape[1])
    padded = np.zeros((len(levels), BITS, 8 * words), dtype=np.uint8)
    for bit in range(BITS):
        packed = np.packbits((levels >> bit) & 1, axis=1)
        padded[:, bit, : packed.shape[1]] = packed
    return padded.reshape(len(levels), -1).view("<u8")


def _words(dimensions: int) -> int:
    return -(-dimensions // 64)


def _turned(vectors: Vectors) -> Vectors:
    """Each row turned by the same random rotation: signs flipped, then Hadamard's matrix over the first and over the
    last numbers, a power of two of each; three times over.
    """
    dimensions = vectors.shape[1]
    size = 1 << (dimensions.bit_length() - 1)
    turned = np.array(vectors, dtype=np.float32)
    for flips in _flips(dimensions):
        turned *= flips
        turned[:, :size] = _spread(turned[:, :size])
        if size < dimensions:
            turned[:, -size:] = _spread(turned[:, -size:])
    return turned


def _spread(block: Vectors) -> Vectors:
    """Hadamard's matrix times each row, by the product of two small ones."""
    size = block.shape[1]
    rows = 1 << (size.bit_length() // 2)
    left, right = _hadamard(rows), _hadamard(size // rows)
    return np.asarray((left @ block.reshape(len(block), rows, -1) @ right).reshape(block.shape))


@cache
def _hadamard(size: int) -> Vectors:
    """Sylvester's, of rows of length 1."""
    matrix = np.ones((1, 1), dtype=np.float32)
    while len(matrix) < size:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return np.asarray(matrix / np.float32(np.sqrt(size)))


@cache
def _flips(dimensions: int) -> Vectors:
    """1 or -1 for each number and round, the same on every machine."""
    drawn = hashlib.shake_256(b"sketch").digest(-(-_ROUNDS * dimensions // 8))
    bits = np.unpackbits(np.frombuffer(drawn, dtype=np.uint8), count=_ROUNDS * dimensions)
    return (bits.astype(np.float32) * 2 - 1).reshape(_ROUNDS, dimensions)
